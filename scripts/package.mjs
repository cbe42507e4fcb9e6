// Builds the single binary, `binary/kvsrec`: this machine's Node with the command line and all that it needs inside.
// Needs `npm ci`, and neither a network nor a compiler.

import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { BUNDLE, DYNAMIC_IMPORT, ONE_FILE, ROOT } from './bundle.mjs';
import { notices } from './notices.mjs';

const { default: sea } = createRequire(import.meta.url)('@yao-pkg/pkg/lib-es5/sea.js');

const out = join(ROOT, 'binary');
const unfinished = join(out, `.unfinished-${process.pid}`);
const name = process.platform === 'win32' ? 'kvsrec.exe' : 'kvsrec';
const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

/** Files that are others in the binary: it has no package.json to read, and no files for workers. */
const IN_PLACE = {
  name: 'in-place',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]version\.ts$/ }, () => ({
      contents: `export const version = () => ${JSON.stringify(version)};`,
    }));
    onLoad({ filter: /[\\/]src[\\/]cli[\\/]this-program\.ts$/ }, async () => ({
      contents: await readFile(join(ROOT, 'scripts/binary/this-program.mjs'), 'utf8'),
    }));
  },
};

/** The bundle's files, by name, as CommonJS: all that a single executable can run. */
async function bundle() {
  const { outputFiles, metafile } = await build({
    ...BUNDLE,
    plugins: [IN_PLACE, ...BUNDLE.plugins, ONE_FILE],
    entryPoints: { kvsrec: 'bin/kvsrec.ts', 'split-worker': 'src/cli/split-worker.ts' },
    // ES modules where a package has them, so that what is not used is left out.
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '$url' },
    // cosmiconfig's, for config files in TypeScript, which the npm package does not bring either.
    external: ['typescript'],
    outdir: unfinished,
    splitting: true,
    write: false,
  });
  const files = await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const lazy = text.replace(/^#!.*\n/, '').replace(DYNAMIC_IMPORT, '$import(');
      return [path.slice(unfinished.length + 1), await asScript(lazy)];
    }),
  );
  return { files, licences: await notices(ROOT, Object.keys(metafile.inputs)) };
}

async function asScript(text) {
  const options = { format: 'cjs', target: 'node20', minifyWhitespace: true, logLevel: 'silent' };
  try {
    return (await transform(text, options)).code;
  } catch (error) {
    if (!/Top-level await/.test(error.message)) throw error;
    return asPromise(text);
  }
}

/** A file that waits at its top level (a Lambda function's, nobody imports it statically): the promise of its exports. */
function asPromise(text) {
  const names = (list) => list.replaceAll(' as ', ':');
  const body = text
    .replace(/^(?:import(?:\{[^}]*\}from)?"[^"]+";)+/, (imports) =>
      imports.replace(/import(?:(\{[^}]*\})from)?("[^"]+");/g, (_, list, file) =>
        list === undefined ? `require(${file});` : `const${names(list)}=require(${file});`,
      ),
    )
    .replace(
      /export\{([^}]*)\};?\s*$/,
      (_, list) =>
        `return{${list
          .split(',')
          .map((item) => names(item).split(':').reverse().join(':'))
          .join()}};`,
    );
  return `module.exports=(async()=>{${body}})();`;
}

/** Node's own licence, with those of what is in it, where the installation has it. */
async function nodeLicence() {
  const prefix = join(dirname(process.execPath), '..');
  for (const path of [
    'LICENSE',
    'share/doc/nodejs/LICENSE',
    'share/doc/node/LICENSE',
    'share/doc/nodejs/copyright',
  ]) {
    const text = await readFile(join(prefix, path), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return `https://github.com/nodejs/node/blob/${process.version}/LICENSE`;
}

async function run() {
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const { files, licences } = await bundle();
  const loader = join(ROOT, 'scripts/binary/loader.cjs');
  const assets = { 'loader.cjs': loader };
  for (const [file, code] of files) {
    assets[file] = join(unfinished, file);
    await writeFile(assets[file], code);
  }
  // pkg calls `node` and `npx postject`: the Node that runs this, and the postject of this project, which npx finds
  // from a folder inside it.
  process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  for (const variable of ['TMPDIR', 'TMP', 'TEMP']) process.env[variable] = unfinished;
  const output = join(unfinished, name);
  const platform = { darwin: 'macos', win32: 'win' }[process.platform] ?? process.platform;
  await sea(loader, {
    targets: [{ platform, arch: process.arch, nodeRange: `node${process.versions.node}`, output }],
    useLocalNode: true,
    signature: true,
    seaConfig: { disableExperimentalSEAWarning: true, assets },
  });
  await chmod(output, 0o755);
  // pkg says nothing of an injection that failed; a plain Node would print its own version.
  const { stdout } = await promisify(execFile)(output, ['--version'], { env: {} });
  if (stdout !== `${version}\n`) throw new Error(`the binary says ${stdout.trim()} in place of ${version}`);
  await writeFile(
    join(out, 'THIRD-PARTY-NOTICES.txt'),
    `${licences}\n${'-'.repeat(80)}\n\nNode.js ${process.version}\n\n${await nodeLicence()}`,
  );
  await rename(output, join(out, name));
  console.log(`binary/${name}  ${((await stat(join(out, name))).size / 1e6).toFixed(0)} MB`);
}

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(unfinished, { recursive: true, force: true });
}
