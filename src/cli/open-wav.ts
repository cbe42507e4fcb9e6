// WAV files as inputs of a command: opened, checked, and closed whatever happens.

import { WavReader } from '../audio/wav-reader.ts';
import type { AwsSettings } from '../aws/client-config.ts';
import { KvsrecError } from '../errors.ts';
import { openInput } from './open-input.ts';
import { realPlace } from './real-place.ts';
import { requireLocal } from './require-local.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Opens the inputs, gives them to `use` and closes them.
 * @param output The file to be written, which must be none of them.
 * @param aws Where and as whom to read objects.
 * @param signal Ends an input that keeps silent, as a pipe may; `use` sees to it that nothing is made of the rest.
 * @throws KvsrecError `same-file`, `unsupported-output`, `not-wav`, `unsupported-wav`; AbortError; what `use` throws.
 */
export async function withWavs<Result>(
  inputs: readonly string[],
  output: string,
  aws: AwsSettings,
  signal: AbortSignal,
  use: (readers: WavReader[]) => Promise<Result>,
): Promise<Result> {
  if (output === '-') {
    throw new KvsrecError('unsupported-output', 'the result is a file, and cannot go to standard output', {
      exitCode: 2,
      hint: 'Name the file to write; one that is really called "-" is ./-',
    });
  }
  requireLocal(output);
  for (const input of inputs) {
    if (input !== '-' && realPlace(input) === realPlace(output)) {
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
      const source = await openInput(input, aws);
      closing.push(source);
      const reader = await WavReader.open(untilAborted(source, signal)).catch((error: unknown) => {
        // Cut short by a signal, every input looks damaged.
        signal.throwIfAborted();
        throw error;
      });
      closing.unshift(reader);
      readers.push(reader);
    }
    return await use(readers);
  } finally {
    for (const open of closing) await open.close();
  }
}
