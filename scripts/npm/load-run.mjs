// `src/cli/load-run.ts` as the npm package has it: the program is a script, which Node can run from what it has compiled
// before.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

/** Loads the program that stands beside this file. */
export async function loadRun() {
  return loadScript(new URL('./run.cjs', import.meta.url)).exports;
}

/**
 * Runs a bundle. Beside it may lie its code cache, which Node takes only where it is of the same version and the same
 * flags. What is compiled from one cannot import by itself, so it is given `import`, too. Bundles are ASCII.
 */
export function loadScript(url) {
  const script = new vm.Script(
    `(function(exports,require,module,$import,$url){${readFileSync(url, 'latin1')}\n})`,
    { filename: fileURLToPath(url), cachedData: codeCache(url) },
  );
  const module = { exports: {} };
  const load = (specifier) => import(specifier);
  script.runInThisContext()(module.exports, process.getBuiltinModule, module, load, url.href);
  return { script, exports: module.exports };
}

function codeCache(url) {
  try {
    return readFileSync(new URL(`${url.href}.cache`));
  } catch {
    return undefined;
  }
}
