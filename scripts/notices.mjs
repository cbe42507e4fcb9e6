// The licences that go with a bundle.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The licences of the packages whose code is in the bundle, by the names of the files that went into it. */
export async function notices(root, inputs) {
  const packages = new Set(
    inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0]).filter(Boolean),
  );
  const texts = await Promise.all(
    [...packages].sort().map(async (folder) => {
      const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
      const text = (await licenceText(join(root, folder))) ?? fromManifest(manifest);
      return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}`;
    }),
  );
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceText(folder) {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file === undefined ? undefined : await readFile(join(folder, file), 'utf8');
}

/** What a package without a licence file says of itself. @throws Where that is nothing. */
function fromManifest({ name, license, author, repository }) {
  if (typeof license !== 'string') throw new Error(`${name} has no licence`);
  const holder = typeof author === 'string' ? author : author?.name;
  const url = typeof repository === 'string' ? repository : repository?.url;
  return `${[holder && `By ${holder}.`, url].filter(Boolean).join('\n')}\n`;
}
