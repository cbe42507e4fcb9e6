// Builds the Lambda functions (a folder and a zip file each) and the flow's prompt in build/lambda, the same bytes on
// every machine.
// Says nothing unless something is wrong; --sizes prints the sizes as JSON.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { LEAN_BUILTINS } from './lean-builtins.mjs';
import { silencePrompt } from './silence-prompt.mjs';
import { zip } from './zip.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const OUT = join(root, 'build', 'lambda');
export const FUNCTIONS = ['record', 'trigger', 'overlay', 'redact', 'backfill'];

/** Builds one function. Answers its files, and esbuild's record of what went into them. */
export async function buildFunction(name) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: `src/lambda/entries/${name}.ts` },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What only some calls need (transcription) is loaded when it is.
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The runtime is nodejs24.x; the same files run on Node 20.
    target: 'node20',
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
    mainFields: ['module', 'main'],
    plugins: [LEAN_BUILTINS],
    // For what is CommonJS in there; made only where it is asked for, since making it takes its time in every file.
    banner: {
      js: "import{createRequire as $createRequire}from'node:module';let $require;const require=(name)=>($require??=$createRequire(import.meta.url))(name);",
    },
  });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const files = [
    {
      path: 'package.json',
      bytes: Buffer.from(`${JSON.stringify({ name: 'kvsrec', version, type: 'module' })}\n`),
    },
    ...outputFiles.map(({ path, contents }) => ({
      path: path.slice(root.length + 1).replaceAll('\\', '/'),
      bytes: Buffer.from(contents),
    })),
  ];
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), metafile };
}

async function main() {
  await rm(OUT, { recursive: true, force: true });
  const sizes = {};
  for (const name of FUNCTIONS) {
    const { files } = await buildFunction(name);
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(OUT, name, path)), { recursive: true });
      await writeFile(join(OUT, name, path), bytes);
    }
    const zipped = zip(files);
    await writeFile(join(OUT, `${name}.zip`), zipped);
    sizes[name] = {
      unzipped: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
      zipped: zipped.length,
    };
  }
  await writeFile(join(OUT, 'silence-60s.wav'), silencePrompt());
  if (process.argv.includes('--sizes')) console.log(JSON.stringify(sizes, null, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
