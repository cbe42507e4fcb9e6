// Compiles `src/kernels/kernels.wat` into `src/kernels/module.ts`.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import loadWabt from 'wabt';

const folder = fileURLToPath(new URL('../src/kernels/', import.meta.url));

/** The text of `module.ts` as `kernels.wat` makes it. */
export async function kernelsModule() {
  const wabt = await loadWabt();
  const text = await readFile(join(folder, 'kernels.wat'), 'utf8');
  const module = wabt.parseWat('kernels.wat', text, { bulk_memory: true, sign_extension: true });
  try {
    module.validate();
    const { buffer } = module.toBinary({});
    return [
      '// Made from `kernels.wat` by `npm run kernels`.',
      '',
      '/** The WebAssembly module, in base64. */',
      `export const MODULE =\n  '${Buffer.from(buffer).toString('base64')}';`,
      '',
    ].join('\n');
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(join(folder, 'module.ts'), await kernelsModule());
}
