// The version, from the package's own package.json.

import { readFileSync } from 'node:fs';

/** For example `1.2.3`. */
export function version(): string {
  // One folder deeper in `dist/src` and `dist/bin` than in `src`, and deeper still in `dist/bin/far`.
  for (const levels of [1, 2, 3, 4]) {
    const path = `${'../'.repeat(levels)}package.json`;
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
