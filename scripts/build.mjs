// Builds `dist`: the library with its types (dist/src) and the command line, bundled for a fast start (dist/bin).
// Says nothing unless something is wrong.

import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE, DYNAMIC_IMPORT, FAR, ONE_FILE, ROOT } from './bundle.mjs';
import { notices } from './notices.mjs';

const dist = join(ROOT, 'dist');
// Built beside the old one, which stays usable until the new one is whole.
const fresh = join(dist, `.unfinished-${process.pid}`);

/** Loaded from node_modules when needed: what only few runs want, and is large or CommonJS. */
const EXTERNAL = ['cosmiconfig', 'ebml', '@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/*'];

/** Packages that only runs on a terminal want. */
const FAR_PACKAGES = ['chalk', 'ora'];

/** Leaves what is far to the second bundle, and tells `found` of it. */
function leaveFar(found) {
  const leave = (name, source) => {
    found[name] = source;
    return { path: `./far/${name}.js`, external: true };
  };
  return {
    name: 'leave-far',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import' || !FAR.test(path)) return undefined;
        const source = relative(join(ROOT, 'src'), join(resolveDir, path)).replaceAll('\\', '/');
        return leave(source.replace(/\.ts$/, ''), `src/${source}`);
      });
      onResolve({ filter: new RegExp(`^(${FAR_PACKAGES.join('|')})$`) }, ({ path, kind }) =>
        kind === 'dynamic-import' ? leave(path, path) : undefined,
      );
    },
  };
}

/** The program is loaded with what Node has compiled of it before. */
const LOAD_RUN = {
  name: 'load-run',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]cli[\\/]load-run\.ts$/ }, async () => ({
      contents: await readFile(join(ROOT, 'scripts/npm/load-run.mjs'), 'utf8'),
    }));
  },
};

async function buildLibrary() {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await execute(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh]);
  const client = join('src', 'report', 'client');
  await cp(join(ROOT, client), join(fresh, client), {
    recursive: true,
    filter: (path) => !/[\\/]\w+\.(d\.ts|json)$/.test(path),
  });
}

/** Bundles that Node starts with: it takes a while to get its loader of ES modules going. */
const SCRIPT = {
  ...BUNDLE,
  format: 'cjs',
  define: { 'import.meta.url': '$url' },
};

const WITH_URL = { banner: { js: "const $url=require('node:url').pathToFileURL(__filename).href;" } };

const MODULE = {
  ...BUNDLE,
  // For the CommonJS packages in the bundle.
  banner: {
    js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
  },
};

async function buildCommandLine() {
  const bin = join(fresh, 'bin');
  const far = {};
  const near = { external: EXTERNAL, plugins: [...BUNDLE.plugins, ONE_FILE, leaveFar(far)] };
  const run = join(bin, 'run.cjs');
  const bundles = await Promise.all([
    build({
      ...SCRIPT,
      ...WITH_URL,
      plugins: [...BUNDLE.plugins, LOAD_RUN],
      entryPoints: ['bin/kvsrec.ts'],
      outdir: bin,
    }),
    build({ ...SCRIPT, ...near, entryPoints: ['src/cli/run.ts'], outfile: run, write: false }),
    build({ ...SCRIPT, ...WITH_URL, ...near, entryPoints: ['src/cli/split-worker.ts'], outdir: bin }),
  ]);
  const farther = { ...MODULE, external: EXTERNAL, entryPoints: far, splitting: true };
  bundles.push(await build({ ...farther, outdir: join(bin, 'far') }));
  await writeFile(join(bin, 'package.json'), '{ "type": "commonjs" }\n');
  await writeFile(join(bin, 'far', 'package.json'), '{ "type": "module" }\n');
  const [{ text }] = bundles[1].outputFiles;
  // It is read as such, since Node decodes that at once.
  if (/[^\0-\x7f]/.test(text))
    throw new Error(`${run} is not ASCII: escape what is not in regular expressions`);
  await writeFile(run, text.replace(DYNAMIC_IMPORT, '$import('));
  const inputs = new Set(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
  await chmod(join(bin, 'kvsrec.js'), 0o755);
  await writeFile(join(bin, 'THIRD-PARTY-NOTICES.txt'), await notices(ROOT, [...inputs]));
  await execute(process.execPath, [join(ROOT, 'scripts', 'npm', 'make-code-cache.mjs'), run], 'ignore');
}

function execute(command, args, output = 'inherit') {
  return new Promise((resolve, reject) => {
    spawn(command, args, { cwd: ROOT, stdio: ['inherit', output, 'inherit'] }).once('exit', (status) =>
      status === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${status}`)),
    );
  });
}

try {
  await mkdir(fresh, { recursive: true });
  // Both to their end, so that nothing is written into the folder after it was removed.
  for (const { status, reason } of await Promise.allSettled([buildLibrary(), buildCommandLine()])) {
    if (status === 'rejected') throw reason;
  }
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
