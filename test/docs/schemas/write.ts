// `npm run schemas`: writes docs/schemas from the shapes that the tests hold the command line to.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCUMENTS, type DocumentName, jsonSchema } from './documents.ts';

const folder = fileURLToPath(new URL('../../../docs/schemas', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const old of readdirSync(folder)) rmSync(join(folder, old));
for (const name of Object.keys(DOCUMENTS) as DocumentName[]) {
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(jsonSchema(name), null, 2)}\n`);
}
