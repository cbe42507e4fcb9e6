// How the command line is bundled: for npm by `build.mjs`, for the single binary by `package.mjs`.

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

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

/** Where a bundle imports when it runs; a script has to be given something else in its place. */
export const DYNAMIC_IMPORT = /(?<![\w$.])import\(/g;

/** The program behind `--version` stays in a file of its own. */
const APART = /[\\/]run\.ts$/;

/**
 * What is bundled a second time, without regard to the start: the rooms that need the AWS SDK, a server or a page, the
 * check of odd settings, and the commands that take their time anyway. Bundled together, what they share with the rest would be split off from it,
 * and reading a dozen small files would cost every run a third of its start.
 */
export const FAR =
  /[\\/](aws|simulator|lambda|entries|report|live|transcribe)[\\/]|[\\/]check-value\.|[\\/]commands[\\/](?!split|inspect|verify|config)/;

/** Every file costs time at the start, so what the sources import when it is needed comes along in one file. */
export const ONE_FILE = {
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

/** Of Node's own modules, those that few runs need and that take a while to load: at the first call. */
const LATE = new Set(['node:fs/promises', 'node:net', 'node:worker_threads', 'node:zlib']);

/** Node’s own modules without the ESM face that names every export, some of which load half of Node. */
const PLAIN_BUILTINS = {
  name: 'plain-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) =>
        /^[A-Za-z_$][\w$]*$/.test(name),
      );
      const load = `process.getBuiltinModule(${JSON.stringify(path)})`;
      return { contents: LATE.has(path) ? lateModule(path, names, load) : plainModule(names, load) };
    });
  },
};

function plainModule(names, load) {
  // What is not used is left out, where nothing says that looking at it does something.
  const members = names.filter((name) => name !== 'default');
  return [
    `const all = ${load};`,
    'export default all;',
    ...members.map((name) => `const $${name} = /* @__PURE__ */ (() => all.${name})();`),
    `export { ${members.map((name) => `$${name} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/** Only functions and classes can wait; other exports are there through the default one alone. */
function lateModule(path, names, load) {
  const all = process.getBuiltinModule(path);
  const functions = names.filter((name) => name !== 'default' && typeof all[name] === 'function');
  return [
    `const load = () => ${load};`,
    'export default new Proxy({}, { get: (_, name) => load()[name] });',
    ...functions.map(
      (name) =>
        `function $${name}(...args) { return new.target ? new (load().${name})(...args) : load().${name}(...args); }`,
    ),
    `export { ${functions.map((name) => `$${name} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/** What both bundles have in common. */
export const BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [LAZY_CHILD_PROCESS, PAGE_FILES, PLAIN_BUILTINS],
};
