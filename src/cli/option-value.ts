// Values of options that are no settings: read, or refused with a word on what is expected.

import { DURATION_FORMS, parseDuration } from '../duration.ts';
import { KvsrecError } from '../errors.ts';

/** The refusal of a value (exit status 2). */
export function wrongValue(flag: string, text: string, expected: string): KvsrecError {
  return new KvsrecError('bad-value', `${flag}: "${text}" is not ${expected}`, {
    exitCode: 2,
    hint: `Expected ${expected}.`,
  });
}

/** Reads one of some words. */
export function choice<const T extends string>(words: readonly T[]): (flag: string, text: string) => T {
  return (flag, text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw wrongValue(flag, text, `one of ${words.join(', ')}`);
    return found;
  };
}

/** Reads a whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (flag: string, text: string) => number {
  return (flag, text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) {
      throw wrongValue(flag, text, `a whole number from ${least} to ${most}`);
    }
    return number;
  };
}

/** Reads a length of time, milliseconds where no unit stands. */
export function duration(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw wrongValue(flag, text, `a length of time such as ${DURATION_FORMS}`);
  return ms;
}
