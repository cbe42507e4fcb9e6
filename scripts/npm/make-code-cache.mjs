// Runs a bundle's program on a small dump and keeps what Node has compiled for that.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadScript } from './load-run.mjs';

const url = pathToFileURL(process.argv[2]);
const dump = fileURLToPath(new URL('../../fixtures/plain-call.mkv', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kvsrec-code-cache-'));
// Whatever settings stand around here are not meant for this.
for (const name of Object.keys(process.env)) if (name.startsWith('KVSREC_')) delete process.env[name];
const here = process.cwd();
process.chdir(folder);
try {
  const { script, exports } = loadScript(url);
  const release = () => () => {};
  const status = await exports.run(['split', dump, '-o', folder], release);
  if (status !== 0) throw new Error(`splitting ${dump} ended with ${status}`);
  await exports.run(['--help'], release);
  writeFileSync(new URL(`${url.href}.cache`), script.createCachedData());
} finally {
  process.chdir(here);
  rmSync(folder, { recursive: true, force: true });
}
