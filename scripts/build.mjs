// Builds `dist`: the library with its types (dist/src) and the command line, bundled for a fast start (dist/bin).
// Says nothing unless something is wrong.

import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE, FAR, ONE_FILE, ROOT } from './bundle.mjs';
import { notices } from './notices.mjs';

const dist = join(ROOT, 'dist');
// Built beside the old one, which stays usable until the new one is whole.
const fresh = join(dist, `.unfinished-${process.pid}`);

/** Loaded from node_modules when needed: what only few runs want, and is large or CommonJS. */
const EXTERNAL = ['cosmiconfig', 'ebml', '@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/*'];

/** Leaves what is far to the second bundle, and tells `found` of it. */
function leaveFar(found) {
  return {
    name: 'leave-far',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import' || !FAR.test(path)) return undefined;
        const source = relative(join(ROOT, 'src'), join(resolveDir, path));
        found.add(source);
        return { path: `./far/${source.replaceAll('\\', '/').replace(/\.ts$/, '.js')}`, external: true };
      });
    },
  };
}

async function buildLibrary() {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await execute(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh]);
  const client = join('src', 'report', 'client');
  await cp(join(ROOT, client), join(fresh, client), {
    recursive: true,
    filter: (path) => !/[\\/]\w+\.(d\.ts|json)$/.test(path),
  });
}

const FOR_NPM = {
  ...BUNDLE,
  external: EXTERNAL,
  // For the CommonJS packages in the bundle.
  banner: {
    js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
  },
};

async function buildCommandLine() {
  const bin = join(fresh, 'bin');
  const far = new Set();
  const near = { ...FOR_NPM, plugins: [...FOR_NPM.plugins, ONE_FILE, leaveFar(far)] };
  const bundles = await Promise.all([
    build({ ...near, entryPoints: ['bin/kvsrec.ts'], outdir: bin, splitting: true }),
    // Apart, because what two entries share would be split off, and every file costs time at the start.
    build({ ...near, entryPoints: ['src/cli/split-worker.ts'], outdir: bin }),
  ]);
  const entryPoints = [...far].sort().map((source) => join('src', source));
  const farBundle = { ...FOR_NPM, entryPoints, outbase: 'src', outdir: join(bin, 'far'), splitting: true };
  bundles.push(await build(farBundle));
  const inputs = new Set(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
  await chmod(join(bin, 'kvsrec.js'), 0o755);
  await writeFile(join(bin, 'THIRD-PARTY-NOTICES.txt'), await notices(ROOT, [...inputs]));
}

function execute(command, args) {
  return new Promise((resolve, reject) => {
    spawn(command, args, { cwd: ROOT, stdio: 'inherit' }).once('exit', (status) =>
      status === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${status}`)),
    );
  });
}

try {
  await mkdir(fresh, { recursive: true });
  await Promise.all([buildLibrary(), buildCommandLine()]);
  for (const name of await readdir(dist)) {
    if (!name.startsWith('.unfinished-')) await rm(join(dist, name), { recursive: true });
  }
  for (const name of await readdir(fresh)) await rename(join(fresh, name), join(dist, name));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
}
