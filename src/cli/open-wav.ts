// WAV files as inputs of a command: opened, checked, and closed whatever happens.

import { resolve } from 'node:path';
import { WavReader } from '../audio/wav-reader.ts';
import { KvsrecError } from '../errors.ts';
import { openInput } from './open-input.ts';

/**
 * Opens the inputs, gives them to `use` and closes them.
 * @param output The file to be written, which must be none of them.
 * @throws KvsrecError `same-file`, `not-wav`, `unsupported-wav`, and what `use` throws.
 */
export async function withWavs<Result>(
  inputs: readonly string[],
  output: string,
  use: (readers: WavReader[]) => Promise<Result>,
): Promise<Result> {
  for (const input of inputs) {
    if (input !== '-' && resolve(input) === resolve(output)) {
      throw new KvsrecError('same-file', `${output} is an input, too`, {
        exitCode: 2,
        hint: 'Write to another file; the original is never changed.',
      });
    }
  }
  const closing: { close(): Promise<void> }[] = [];
  try {
    const readers: WavReader[] = [];
    for (const input of inputs) {
      const source = await openInput(input);
      closing.push(source);
      const reader = await WavReader.open(source);
      closing.unshift(reader);
      readers.push(reader);
    }
    return await use(readers);
  } finally {
    for (const open of closing) await open.close();
  }
}
