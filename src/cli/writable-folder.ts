// The output folder, looked at before anything is read that is to go there.

import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Throws where no file can be made in a folder; one that does not exist yet is made in the nearest one above that does.
 * @throws Node's error, for `explainNodeError`: EACCES, EROFS.
 */
export function requireWritable(folder: string): void {
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
