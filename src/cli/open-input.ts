// From an input as people name it to a source of bytes.

import { statSync } from 'node:fs';
import { KvsrecError } from '../errors.ts';
import type { ByteSource } from '../recording/types.ts';

/**
 * Opens a path, `-` for standard input, or a URL.
 * @throws KvsrecError `unsupported-input` (exit 2), and what opening the file throws.
 */
export async function openInput(input: string): Promise<ByteSource & { close(): Promise<void> }> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(input)?.[1];
  if (scheme !== undefined) {
    throw new KvsrecError(
      'unsupported-input',
      `${input}: this version does not read from ${scheme}: addresses`,
      {
        exitCode: 2,
        hint: 'Download it first, and give the file or "-" for standard input.',
      },
    );
  }
  const { openFile } = await import('../recording/file-source.ts');
  return await openFile(input);
}

/** Bytes of an input where that can be told without opening it, for progress. */
export function inputSize(input: string): number | undefined {
  try {
    const stats = statSync(input);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    // Opening it will tell what is wrong.
    return undefined;
  }
}
