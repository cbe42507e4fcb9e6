// Where a transcript is written to, beside the terminal and the tables: files, each in the format of its name.

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KvsrecError } from '../../errors.ts';
import { giveName } from '../../recording/file-writer.ts';
import { formatOfFile, formatTranscript, type TranscriptFormat } from '../../transcript/format.ts';
import type { Transcript } from '../../transcript/segment.ts';
import { requireLocal } from '../require-local.ts';

export interface TranscriptFile {
  path: string;
  format: TranscriptFormat;
}

/**
 * The files asked for.
 * @throws KvsrecError `file-exists`, `same-file` (exit 2).
 */
export function transcriptFiles(
  paths: readonly string[],
  format: TranscriptFormat | undefined,
  overwrite: boolean,
): TranscriptFile[] {
  const files = paths.map((path) => ({ path, format: format ?? formatOfFile(path) ?? ('text' as const) }));
  const seen = new Set<string>();
  for (const { path } of files) {
    requireLocal(path);
    if (seen.has(resolve(path))) {
      throw new KvsrecError('same-file', `${path} was given twice`, {
        exitCode: 2,
        hint: 'Give each output a name of its own.',
      });
    }
    seen.add(resolve(path));
    if (!overwrite && existsSync(path)) {
      throw new KvsrecError('file-exists', `${path} exists already`, {
        hint: 'Choose another name, or give --overwrite.',
      });
    }
  }
  // With several outputs, a format given once is that of the names which tell none.
  if (files.length > 1) {
    return files.map(({ path }) => ({ path, format: formatOfFile(path) ?? format ?? 'text' }));
  }
  return files;
}

/**
 * Writes a file under a temporary name beside it, and renames it when it is complete.
 * @throws KvsrecError `file-exists` where that name was taken since the file was asked for and `overwrite` is not set.
 *   The words, which cannot be had again of a call that is over, then stay under the temporary name.
 */
export async function writeTranscript(
  { path, format }: TranscriptFile,
  transcript: Transcript,
  overwrite: boolean,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    await writeFile(temporary, formatTranscript(transcript, format));
    giveName(temporary, path, overwrite);
  } catch (error) {
    if (error instanceof KvsrecError && error.code === 'file-exists') {
      throw new KvsrecError(error.code, `${path} has come into being meanwhile`, {
        hint: `The transcript is in ${temporary}: give that a name of your choice.`,
        cause: error,
      });
    }
    await rm(temporary, { force: true });
    throw error;
  }
}
