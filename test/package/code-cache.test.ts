// The command line's code cache: taken where it fits, and passed over where it does not.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../cli/run-cli.ts';

const CACHE = 'dist/bin/run.cjs.cache';

let home: string;

beforeAll(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-code-cache-'));
  fs.mkdirSync(path.join(home, 'dist', 'bin'), { recursive: true });
  for (const file of ['package.json', 'dist/bin/package.json', 'dist/bin/kvsrec.js', 'dist/bin/run.cjs']) {
    fs.copyFileSync(path.join(ROOT, file), path.join(home, file));
  }
});

afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

function run(...args: string[]): string {
  return execFileSync(process.execPath, [path.join(home, 'dist/bin/kvsrec.js'), ...args], {
    encoding: 'utf8',
  });
}

/** Whether this Node takes the cache that lies there now. */
function isTaken(): boolean {
  const loader = pathToFileURL(path.join(ROOT, 'scripts/npm/load-run.mjs')).href;
  const bundle = pathToFileURL(path.join(home, 'dist/bin/run.cjs')).href;
  const code = `const { loadScript } = await import(${JSON.stringify(loader)});
    console.log(loadScript(new URL(${JSON.stringify(bundle)})).script.cachedDataRejected);`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  });
  return answer.trim() === 'false';
}

const real = () => fs.readFileSync(path.join(ROOT, CACHE));

test.each([
  ['the one that the build made for this Node', real, true],
  ['none', () => undefined, false],
  ['an empty one', () => Buffer.alloc(0), false],
  ['one that was cut off', () => real().subarray(0, 1000), false],
  ['one of other bytes', () => Buffer.alloc(100_000, 0xa5), false],
  [
    'one of another version',
    () => {
      const cache = Buffer.from(real());
      // The version's hash, behind the magic number (V8, src/snapshot/code-serializer.h).
      cache[4]! ^= 0xff;
      return cache;
    },
    false,
  ],
])('works with %s', (_, cache, taken) => {
  const file = path.join(home, CACHE);
  fs.rmSync(file, { force: true });
  const bytes = cache();
  if (bytes !== undefined) fs.writeFileSync(file, bytes);
  expect(isTaken()).toBe(taken);
  expect(run('--help')).toContain('Usage: kvsrec');
  const out = path.join(home, 'calls');
  const dump = path.join(ROOT, 'fixtures', 'plain-call.mkv');
  const { inputs } = JSON.parse(run('split', dump, '-o', out, '--overwrite', '--json'));
  expect(inputs[0].contacts[0].files).toHaveLength(2);
});

test('of a build for another Node, too', () => {
  // A flag that changes what is compiled is as good as another version.
  fs.copyFileSync(path.join(ROOT, CACHE), path.join(home, CACHE));
  const help = execFileSync(
    process.execPath,
    ['--jitless', path.join(home, 'dist/bin/kvsrec.js'), '--version'],
    {
      encoding: 'utf8',
    },
  );
  expect(help).toMatch(/^\d+\.\d+\.\d+\n$/);
  const args = ['--jitless', path.join(home, 'dist/bin/kvsrec.js'), '--help'];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('Usage: kvsrec');
});
