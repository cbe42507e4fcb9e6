// The version, from the package's own package.json.

import { readFileSync } from 'node:fs';

/** For example `1.2.3`. */
export function version(): string {
  // One folder deeper in `dist/src` and `dist/bin` than in `src`.
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version: string;
      };
      if (manifest.name === 'kvsrec') return manifest.version;
    } catch {
      // Not there: the next one is.
    }
  }
  return 'unknown';
}
