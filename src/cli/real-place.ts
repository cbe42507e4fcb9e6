// Whether two paths name one file.

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a path leads, links followed; the absolute path itself where nothing is there. */
export function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
