// Outputs are files of this machine. An address in their place would become a folder called "s3:", and look like success.

import { KvsrecError } from '../errors.ts';

/** The scheme of an address, `s3`; undefined for a path. */
export function schemeOf(place: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1];
}

/**
 * Refuses an address as an output.
 * @param hint How the result gets to where it was to go.
 * @throws KvsrecError `unsupported-output` (exit 2).
 */
export function requireLocal(
  place: string,
  hint = 'Name a local file, and upload it then: kvsrec upload FILE s3://bucket/prefix/',
): void {
  if (schemeOf(place) === undefined) return;
  throw new KvsrecError('unsupported-output', `${place}: results are written to local files only`, {
    exitCode: 2,
    hint,
  });
}
