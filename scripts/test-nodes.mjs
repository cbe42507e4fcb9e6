// `npm run test:nodes`: the tests on other versions of Node, which the npm package `node` brings.
//
//   npm run test:nodes                            all tests on 20, 22 and 24
//   npm run test:nodes -- --on 22,24 test/audio   a part of them on some

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { on: { type: 'string', default: '20,22,24' } },
  allowPositionals: true,
});
const failed = [];
for (const major of values.on.split(',')) {
  const folder = join(root, 'node_modules', '.cache', 'nodes', major);
  const node = join(
    folder,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${major}`];
    const installed = spawnSync('npm', install, {
      stdio: 'inherit',
    });
    if (installed.status !== 0 || !existsSync(node)) {
      console.error(`Node ${major} could not be installed`);
      failed.push(major);
      continue;
    }
  }
  console.log(`\nNode ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
  // Child processes that ask for "node" get the same one.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(node, [vitest, 'run', ...positionals], { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) failed.push(major);
}
if (failed.length > 0) {
  console.error(`Failed on Node ${failed.join(', ')}`);
  process.exitCode = 1;
}
