// From an input as people name it to a source of bytes.

import { statSync } from 'node:fs';
import type { AwsSettings } from '../aws/client-config.ts';
import { KvsrecError } from '../errors.ts';
import type { ByteSource } from '../recording/types.ts';
import { schemeOf } from './require-local.ts';

/**
 * Opens a path, `-` for standard input, or `s3://bucket/key`. The SDK is loaded for objects alone.
 * @param aws Where and as whom to read objects.
 * @throws KvsrecError `unsupported-input` (exit 2), and what opening the file or object throws.
 */
export async function openInput(
  input: string,
  aws: AwsSettings = {},
): Promise<ByteSource & { close(): Promise<void> }> {
  const scheme = schemeOf(input);
  if (scheme?.toLowerCase() === 's3') {
    const { openObject } = await import('../aws/s3/object-source.ts');
    return await openObject(input, aws);
  }
  if (scheme !== undefined) {
    throw new KvsrecError(
      'unsupported-input',
      `${input}: this version does not read from ${scheme}: addresses`,
      {
        exitCode: 2,
        hint: 'Give a file, "-" for standard input, or s3://bucket/key.',
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
