// Two inputs must not write the same file.

import { resolve } from 'node:path';
import { KvsrecError } from '../../errors.ts';
import { realPlace } from '../real-place.ts';
import { failureOf } from '../report-error.ts';
import { isFailure, type SplitOutcome } from './task.ts';

/**
 * Refuses an input that is given twice, by whichever path.
 * @throws KvsrecError `duplicate-input` (exit 2).
 */
export function refuseDuplicates(inputs: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const input of inputs) {
    const place = input === '-' || /^s3:\/\//i.test(input) ? input : realPlace(input);
    const earlier = seen.get(place);
    if (earlier !== undefined) {
      const both =
        earlier === input ? `${input} is given twice` : `${earlier} and ${input} are the same file`;
      throw new KvsrecError('duplicate-input', both, { exitCode: 2, hint: 'Give every input once.' });
    }
    seen.set(place, input);
  }
}

/** Which input has which file, by absolute path: the first that asks for a path has it. */
export class FileOwners {
  readonly #inputs = new Map<string, string>();

  /** The input that has a path, if that is another one. */
  take(path: string, input: string): string | undefined {
    const place = resolve(path);
    const owner = this.#inputs.get(place);
    if (owner !== undefined) return owner === input ? undefined : owner;
    this.#inputs.set(place, input);
    return undefined;
  }
}

/**
 * An input's outcome, or a failure where one of its files is another input's: a report's, since audio files are asked for
 * before they are begun.
 */
export function withoutCollision(outcome: SplitOutcome, owners: FileOwners): SplitOutcome {
  if (isFailure(outcome)) return outcome;
  const { input } = outcome;
  const paths = outcome.contacts.flatMap(({ files, report = [] }) =>
    [...files, ...report].map(({ path }) => path),
  );
  for (const path of paths) {
    const other = owners.take(path, input);
    if (other !== undefined) return { input, ...failureOf(collision(input, path, other)) };
  }
  return outcome;
}

/** The error of an input whose file is another input's. */
export function collision(input: string, path: string, other: string): KvsrecError {
  return new KvsrecError('output-collision', `${input}: its file ${path} is one of ${other}'s, too`, {
    hint: 'Split the inputs into different directories, or tell them apart with --name.',
  });
}
