// Builds `dist`: the library with its types (dist/src) and the command line, bundled for a fast start (dist/bin).
// Says nothing unless something is wrong.

import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
// Built beside the old one, which stays usable until the new one is whole.
const fresh = join(dist, `.unfinished-${process.pid}`);

/** Loaded from node_modules when needed: what only few runs want, and is large or CommonJS. */
const EXTERNAL = ['cosmiconfig', 'ebml', '@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/*'];

/** Commander asks for `child_process` at once, though only for subcommands that are programs of their own. */
const LAZY_CHILD_PROCESS = {
  name: 'lazy-child-process',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]commander[\\/]lib[\\/]command\.js$/ }, async ({ path }) => ({
      loader: 'js',
      contents: (await readFile(path, 'utf8')).replace(
        "require('node:child_process')",
        "{ spawn: (...args) => require('node:child_process').spawn(...args) }",
      ),
    }));
  },
};

/** What only few runs want stays in files of its own: the program behind `--version`, and the check of odd settings. */
const APART = /[\\/](run|check-value)\.ts$/;

/**
 * What is bundled a second time, without regard to the start: the rooms that need the AWS SDK, a server or a page, and
 * the commands that take their time anyway. Bundled together, what they share with the rest would be split off from it,
 * and reading a dozen small files would cost every run a third of its start.
 */
const FAR =
  /[\\/](aws|simulator|lambda|entries|report|live|transcribe)[\\/]|[\\/]commands[\\/](?!split|inspect|verify|config)/;

/** Leaves what is far to the second bundle, and tells `found` of it. */
function leaveFar(found) {
  return {
    name: 'leave-far',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import' || !FAR.test(path)) return undefined;
        const source = relative(join(root, 'src'), join(resolveDir, path));
        found.add(source);
        return { path: `./far/${source.replaceAll('\\', '/').replace(/\.ts$/, '.js')}`, external: true };
      });
    },
  };
}

/** Every file costs time at the start, so what the sources import when it is needed comes along in one file. */
const ONE_FILE = {
  name: 'one-file',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const imports = [];
      const contents = (await readFile(path, 'utf8')).replace(
        /(?<!typeof )import\('(\.[^']+\.ts)'\)/g,
        (whole, file) => {
          if (APART.test(file) || FAR.test(file)) return whole;
          imports.push(`import * as $own${imports.length} from '${file}';`);
          return `Promise.resolve($own${imports.length - 1})`;
        },
      );
      return { loader: 'ts', contents: `${contents}\n${imports.join('\n')}` };
    });
  },
};

/** The page's script and style as text, since the bundle has no files beside it. */
const PAGE_FILES = {
  name: 'page-files',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]report[\\/]client-files\.ts$/ }, async ({ path }) => {
      const here = JSON.stringify(pathToFileURL(path).href);
      const source = (await readFile(path, 'utf8')).replace('import.meta.url', here);
      const { code } = await transform(source, { loader: 'ts' });
      const { clientFiles } = await import(
        `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
      );
      return { contents: `export const clientFiles = () => (${JSON.stringify(clientFiles())});` };
    });
  },
};

/** Node’s own modules without the ESM face that names every export, some of which load half of Node. */
const PLAIN_BUILTINS = {
  name: 'plain-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

async function buildLibrary() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await execute(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh]);
  const client = join('src', 'report', 'client');
  await cp(join(root, client), join(fresh, client), {
    recursive: true,
    filter: (path) => !/[\\/]\w+\.(d\.ts|json)$/.test(path),
  });
}

const BUNDLE = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: EXTERNAL,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [LAZY_CHILD_PROCESS, PAGE_FILES, PLAIN_BUILTINS],
  // For the CommonJS packages in the bundle.
  banner: {
    js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
  },
};

async function buildCommandLine() {
  const bin = join(fresh, 'bin');
  const far = new Set();
  const near = { ...BUNDLE, plugins: [...BUNDLE.plugins, ONE_FILE, leaveFar(far)] };
  const bundles = await Promise.all([
    build({ ...near, entryPoints: ['bin/kvsrec.ts'], outdir: bin, splitting: true }),
    // Apart, because what two entries share would be split off, and every file costs time at the start.
    build({ ...near, entryPoints: ['src/cli/split-worker.ts'], outdir: bin }),
  ]);
  const entryPoints = [...far].sort().map((source) => join('src', source));
  const farBundle = { ...BUNDLE, entryPoints, outbase: 'src', outdir: join(bin, 'far'), splitting: true };
  bundles.push(await build(farBundle));
  const inputs = new Set(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
  await chmod(join(bin, 'kvsrec.js'), 0o755);
  await writeFile(join(bin, 'THIRD-PARTY-NOTICES.txt'), await notices([...inputs]));
}

/** The licences of the packages whose code is in the bundle. */
async function notices(inputs) {
  const packages = new Set(
    inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0]).filter(Boolean),
  );
  const texts = await Promise.all(
    [...packages].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      );
      const text = await licenceText(join(root, folder));
      return `${name} ${version} (${license})\n\n${text}`;
    }),
  );
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceText(folder) {
  for (const name of ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new Error(`${folder} has no licence file`);
}

function execute(command, args) {
  return new Promise((resolve, reject) => {
    spawn(command, args, { cwd: root, stdio: 'inherit' }).once('exit', (status) =>
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
