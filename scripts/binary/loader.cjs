// The main script of the single binary and of its worker threads: runs the bundle's files, which are assets of the
// executable. They are CommonJS, and find each other by `require`, or `$import` where they load one when it is needed.

const { getAsset } = process.getBuiltinModule('node:sea');
const { Script } = process.getBuiltinModule('node:vm');
const { isMainThread, workerData } = process.getBuiltinModule('node:worker_threads');
const { createRequire } = process.getBuiltinModule('node:module');
const { pathToFileURL } = process.getBuiltinModule('node:url');

/** Stands for `import.meta.url`: there are no files, so whatever is looked for beside it is beside the executable. */
const url = pathToFileURL(process.execPath).href;
const builtin = createRequire(process.execPath);
const modules = new Map();

/** The exports of a file of the bundle, or a promise of them where the file waits at its top level. */
function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const code = `(function(exports,require,module,__filename,$import,$url){${getAsset(name, 'utf8')}\n})`;
  const run = new Script(code, { filename: name }).runInThisContext();
  run(module.exports, requireFile, module, process.execPath, importFile, url);
  return module.exports;
}

const requireFile = (name) => (name.startsWith('./') ? load(name.slice(2)) : builtin(name));

/**
 * `import()`, which a script of `node:vm` does not have: of a file of the bundle, of one of Node's own modules, or of a
 * config file. Of a CommonJS package esbuild exports the whole as `default` alone; Node gives its names, too.
 */
async function importFile(name) {
  if (!name.startsWith('./')) return await import(name);
  const exports = await load(name.slice(2));
  const { default: whole, ...others } = exports;
  return Object.keys(others).length === 0 && typeof whole === 'object'
    ? { ...whole, default: whole }
    : exports;
}

load(isMainThread ? 'kvsrec.js' : workerData);
