// The output folder, looked at before anything is read that is to go there.

import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { requireLocal } from './require-local.ts';

/**
 * Throws where no file can be made in a folder; one that does not exist yet is made in the nearest one above that does.
 * @throws KvsrecError `unsupported-output` (exit 2); Node's error, for `explainNodeError`: EACCES, EROFS.
 */
export function requireWritable(folder: string): void {
  requireLocal(
    folder,
    'Give a local folder with -o; --upload s3://bucket/prefix/ is for "split" and "record".',
  );
  let place = resolve(folder);
  for (;;) {
    const facts = statSync(place, { throwIfNoEntry: false });
    // A file in the way is told by whoever makes the folder.
    if (facts !== undefined && !facts.isDirectory()) return;
    if (facts !== undefined) break;
    if (dirname(place) === place) return;
    place = dirname(place);
  }
  accessSync(place, constants.W_OK | constants.X_OK);
}
