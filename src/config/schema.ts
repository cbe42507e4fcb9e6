// What the value of each setting must look like, whichever source it comes from. Flags and environment
// variables give strings, config files give typed values: both are read here, and only here.
// `zod/mini` because its import costs a quarter of the full package's.

import * as z from 'zod/mini';
import { DURATION_FORMS, LONGEST_TIMER_MS, parseDuration } from '../duration.ts';
import { SETTINGS, type SettingKey } from './settings.ts';

/** A choice of words. */
const choice = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, `expected ${words.length === 2 ? words.join(' or ') : `one of ${words.join(', ')}`}`);

/** A list of words: an array, or one string with commas. Repeated words count once. */
const list = <const T extends readonly [string, ...string[]]>(words: T) => {
  const expected = `expected any of ${words.join(', ')}, comma-separated`;
  return z.pipe(
    z.pipe(
      z.transform((value: unknown) =>
        typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value,
      ),
      z.array(z.enum(words, expected), expected).check(z.minLength(1, expected)),
    ),
    z.transform((items) => [...new Set(items)]),
  );
};

/** A list of names: an array, or one string with commas. Repeated names count once. */
const names = (expected: string) =>
  z.pipe(
    z.pipe(
      z.transform((value: unknown) =>
        typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value,
      ),
      z.array(text(expected), expected).check(z.minLength(1, expected)),
    ),
    z.transform((items) => [...new Set(items)]),
  );

/** A number above zero. */
const factor = (expected: string, most = 100) =>
  z.pipe(
    z.transform((value: unknown) =>
      typeof value === 'string' && /^\s*(\d+(\.\d+)?|\.\d+)\s*$/.test(value) ? Number(value) : value,
    ),
    z.number(expected).check(z.positive(expected), z.maximum(most, expected)),
  );

/** Milliseconds: a number, or a length of time as `parseDuration` reads it. */
const milliseconds = () => {
  const expected = `expected a length of time such as ${DURATION_FORMS}`;
  return z.pipe(
    z.transform((value: unknown) => (typeof value === 'string' ? parseDuration(value) : value)),
    z.number(expected).check(z.nonnegative(expected)),
  );
};

/** A time to wait, or to record. What is shorter than a tenth of a second was meant in seconds. */
const wait = (longest = LONGEST_TIMER_MS) =>
  milliseconds().check(
    z.minimum(100, 'expected at least 100 ms; seconds are written 30s'),
    z.maximum(longest, 'expected 24 days at most'),
  );

/** The same, or 0 for no end of it. */
const waitOrNever = () =>
  milliseconds().check(
    z.refine((ms) => ms === 0 || ms >= 100, 'expected at least 100 ms, or 0; seconds are written 30s'),
    z.maximum(LONGEST_TIMER_MS, 'expected 24 days at most'),
  );

/** Yes or no: a boolean, or a word for one. */
const toggle = () =>
  z.pipe(z.transform(toBoolean), z.boolean('expected yes or no (true, false, on, off, 1, 0)'));

const YES = new Set(['true', 'yes', 'on', '1']);
const NO = new Set(['false', 'no', 'off', '0']);

function toBoolean(value: unknown): unknown {
  const word = String(value).toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : value;
}

const text = (expected: string) => z.string(expected).check(z.minLength(1, expected));

/** `TAG=VALUE`; the value may be empty and may contain further equals signs. */
const tagAndValue = () =>
  z.pipe(
    z.string('expected TAG=VALUE').check(z.regex(/^[^=]+=/, 'expected TAG=VALUE')),
    z.transform(splitPair),
  );

/** A whole number from 1. */
const count = () => {
  const expected = 'expected a whole number from 1';
  return z.pipe(
    z.transform((value: unknown) =>
      typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value,
    ),
    z.int(expected).check(z.positive(expected)),
  );
};

/** An address of a bucket, with or without a prefix. */
const s3Address = () => {
  const expected = 'expected an address such as s3://bucket/prefix/';
  return z.string(expected).check(z.regex(/^s3:\/\/[^/]/i, expected));
};

/** Tags of objects: `NAME=VALUE` each; S3 takes ten at most. */
const objectTags = () => {
  const expected =
    'expected up to ten of NAME=VALUE, comma-separated, names of 128 and values of 256 at most';
  const tag = z.string(expected).check(z.regex(/^[^=]{1,128}=.{0,256}$/su, expected));
  return z.pipe(
    z.pipe(
      z.transform((value: unknown) =>
        typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value,
      ),
      z.array(tag, expected).check(z.maxLength(10, expected)),
    ),
    z.transform((tags) => tags.map(splitPair)),
  );
};

function splitPair(pair: string): { tag: string; value: string } {
  const at = pair.indexOf('=');
  return { tag: pair.slice(0, at), value: pair.slice(at + 1) };
}

/** A number of jobs, or `auto`. */
const jobs = () => {
  const expected = 'expected a whole number from 1, or auto';
  return z.pipe(
    z.transform((value: unknown) =>
      typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value,
    ),
    z.union([z.literal('auto'), z.int(expected).check(z.positive(expected))], expected),
  );
};

/** An address of a web server. */
const webAddress = () => {
  const expected = 'expected an address such as http://127.0.0.1:4566';
  return z
    .string(expected)
    .check(z.refine((value) => /^https?:\/\/[^/]/i.test(value) && URL.canParse(value), expected));
};

/** A value per key; what a failed check says starts with "expected". */
export const SCHEMA = {
  layout: list(SETTINGS.layout.choices),
  track: choice(SETTINGS.track.choices),
  timeline: choice(SETTINGS.timeline.choices),
  gapTolerance: milliseconds(),
  contactId: z.optional(text('expected a contact id')),
  match: z.optional(tagAndValue()),
  idleTimeout: waitOrNever(),
  stallTimeout: wait(),
  maxDuration: z.optional(wait(Number.MAX_SAFE_INTEGER)),
  retries: count(),
  out: text('expected a directory'),
  name: text('expected a template'),
  report: toggle(),
  overwrite: toggle(),
  saveMkv: toggle(),
  jobs: jobs(),
  concurrency: count(),
  language: z.optional(text('expected a language code')),
  identifyLanguage: z.optional(names('expected language codes, comma-separated')),
  identifyMultipleLanguages: z.optional(names('expected language codes, comma-separated')),
  preferredLanguage: z.optional(text('expected a language code')),
  vocabulary: z.optional(names('expected names, comma-separated')),
  vocabularyFilter: z.optional(names('expected names, comma-separated')),
  vocabularyFilterMethod: z.optional(choice(SETTINGS.vocabularyFilterMethod.choices)),
  languageModel: z.optional(text('expected a name')),
  pii: z.optional(choice(SETTINGS.pii.choices)),
  piiTypes: z.optional(list(SETTINGS.piiTypes.choices)),
  stability: z.optional(choice(SETTINGS.stability.choices)),
  speakerLabels: toggle(),
  analytics: toggle(),
  sessions: choice(SETTINGS.sessions.choices),
  pace: factor('expected a number above 0 and up to 100'),
  table: z.optional(text('expected a table')),
  tableToCustomer: z.optional(text('expected a table')),
  savePartials: toggle(),
  ttlDays: factor('expected a number of days above 0', 36_500),
  region: z.optional(text('expected a region')),
  profile: z.optional(text('expected a profile')),
  endpointUrl: z.optional(webAddress()),
  upload: z.optional(s3Address()),
  deleteLocal: toggle(),
  tag: objectTags(),
  acl: z.optional(choice(SETTINGS.acl.choices)),
  sse: z.optional(choice(SETTINGS.sse.choices)),
  kmsKeyId: z.optional(text('expected a KMS key')),
  storageClass: z.optional(choice(SETTINGS.storageClass.choices)),
  json: toggle(),
  quiet: toggle(),
  verbose: toggle(),
  color: z.pipe(
    z.transform(toBoolean),
    z.union([z.literal('auto'), z.boolean()], 'expected yes, no or auto (true, false, on, off, 1, 0)'),
  ),
  config: z.optional(text('expected a file')),
} satisfies Record<SettingKey, z.ZodMiniType>;

/** The settings as commands get them; times in milliseconds. */
export type Settings = { [Key in SettingKey]: z.output<(typeof SCHEMA)[Key]> };
