// Two inputs must not write the same file.

import { resolve } from 'node:path';
import { KvsrecError } from '../../errors.ts';
import { realPlace } from '../real-place.ts';
import { failure } from './split-input.ts';
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

/**
 * An input's outcome, or a failure where one of its files is another input's.
 * @param writers Which input wrote which file so far, by absolute path; the input's files are added.
 */
export function withoutCollision(outcome: SplitOutcome, writers: Map<string, string>): SplitOutcome {
  if (isFailure(outcome)) return outcome;
  const { input } = outcome;
  const paths = outcome.contacts.flatMap(({ files, report = [] }) =>
    [...files, ...report].map(({ path }) => path),
  );
  for (const path of paths) {
    const other = writers.get(resolve(path));
    if (other !== undefined && other !== input) return failure(input, collision(input, path, other));
  }
  for (const path of paths) writers.set(resolve(path), input);
  return outcome;
}

/** The error of an input whose file is another input's. */
export function collision(input: string, path: string, other: string): KvsrecError {
  return new KvsrecError('output-collision', `${input}: its file ${path} is one of ${other}'s, too`, {
    hint: 'Split the inputs into different directories, or tell them apart with --name.',
  });
}
