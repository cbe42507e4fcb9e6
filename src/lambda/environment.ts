// The functions' environment variables: the Java sample's names with their meaning, and ours under KVSREC_LAMBDA_.

import * as z from 'zod/mini';
import { KvsrecError } from '../errors.ts';
import type { HandlerName } from './handler.ts';

/** `TRUE` in any case is yes, as `Boolean.parseBoolean` has it; everything else is no. */
const flag = () =>
  z.pipe(
    z.transform((value: unknown) => String(value ?? '').toLowerCase() === 'true'),
    z.boolean(),
  );
const text = () => z.optional(z.string());
const required = () => z.string('is not set').check(z.minLength(1, 'is not set'));
const prefix = (byDefault: string) => z._default(z.string(), byDefault);
const choice = <const T extends readonly [string, ...string[]]>(words: T, byDefault: T[number]) =>
  z._default(z.enum(words, `must be ${words.join(' or ')}`), byDefault as z.core.util.NoUndefined<T[number]>);
const number = (least: number, most: number, byDefault: number) => {
  const expected = `must be a number from ${least} to ${most}`;
  return z._default(
    z.pipe(
      z.transform((value: unknown) =>
        typeof value === 'string' && value.trim() !== '' ? Number(value) : value,
      ),
      z.number(expected).check(z.gte(least, expected), z.lte(most, expected)),
    ),
    byDefault,
  );
};

const LAYOUT_WORDS = ['separate', 'stereo', 'mix'] as const;
const layouts = () =>
  z._default(
    z.pipe(
      z.transform((value: unknown) =>
        String(value)
          .split(',')
          .map((word) => word.trim()),
      ),
      z
        .array(z.enum(LAYOUT_WORDS, 'must be any of separate, stereo, mix, comma-separated'))
        .check(z.minLength(1)),
    ),
    ['separate', 'mix'],
  );

/** What every function reads. */
const REGION = { APP_REGION: text() };

const RECORDINGS = {
  RECORDINGS_BUCKET_NAME: required(),
  RECORDINGS_KEY_PREFIX: prefix('recordings/'),
  RECORDINGS_PUBLIC_READ_ACL: flag(),
  /** Objects of a contact: any of separate, stereo, mix. */
  KVSREC_LAMBDA_LAYOUT: layouts(),
  /** Bucket of the combined audio; that of the recordings if not set. */
  KVSREC_LAMBDA_COMBINED_BUCKET: text(),
  KVSREC_LAMBDA_COMBINED_KEY_PREFIX: text(),
  /** Id or ARN of the KMS key that objects are encrypted with; the bucket's own encryption if not set. */
  KVSREC_LAMBDA_KMS_KEY: text(),
  /** Milliseconds a block may stand off the audio before it and still be appended. */
  KVSREC_LAMBDA_GAP_TOLERANCE_MS: number(0, 60_000, 100),
};

/** Days after which items of transcripts and summaries expire; 0 for never. */
const EXPIRY = { KVSREC_LAMBDA_TRANSCRIPT_TTL_DAYS: number(0, 36_500, 7) };

/** A schema per handler; the variables are the keys. */
export const ENVIRONMENTS = {
  record: {
    ...REGION,
    ...RECORDINGS,
    TRANSCRIBE_REGION: text(),
    INPUT_KEY_PREFIX: prefix('audio-file-input/'),
    CONSOLE_LOG_TRANSCRIPT_FLAG: flag(),
    TABLE_CALLER_TRANSCRIPT: text(),
    TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: text(),
    SAVE_PARTIAL_TRANSCRIPTS: flag(),
    START_SELECTOR_TYPE: choice(['NOW', 'FRAGMENT_NUMBER'], 'NOW'),
    /** Table of the contact summaries; none are written if not set. */
    KVSREC_LAMBDA_CONTACT_DETAILS_TABLE: text(),
    /** Where unfinished recordings leave their state for the next invocation, in the recordings' bucket. */
    KVSREC_LAMBDA_STATE_KEY_PREFIX: prefix('kvsrec-state/'),
    /** Seconds before the deadline at which a successor takes over. */
    KVSREC_LAMBDA_RESERVE_SECONDS: number(1, 600, 60),
    /** Seconds between checkpoints, from which a retry goes on. */
    KVSREC_LAMBDA_CHECKPOINT_SECONDS: number(1, 900, 60),
    /** Invocations for one call, at the most. */
    KVSREC_LAMBDA_MAX_LINKS: number(1, 10_000, 100),
    /** Seconds without a new fragment after which a call has ended. */
    KVSREC_LAMBDA_IDLE_SECONDS: number(1, 600, 30),
    /** Sessions with Transcribe: one of two channels, or one a direction. */
    KVSREC_LAMBDA_TRANSCRIBE_SESSIONS: choice(['two-channel', 'per-direction'], 'two-channel'),
    /** Multiple of real time at which a stream brings its audio; another than 1 where a rehearsal has a fast clock. */
    KVSREC_LAMBDA_TRANSCRIBE_PACE: number(1, 1000, 1),
    ...EXPIRY,
  },
  trigger: {
    ...REGION,
    /** Name or ARN of the record function. */
    transcriptionFunction: required(),
    /** Table of the contact summaries; none are written if not set. */
    table_name: text(),
    ...EXPIRY,
    /** Time zone of `callDate`. */
    KVSREC_LAMBDA_TIME_ZONE: prefix('UTC'),
  },
  overlay: {
    ...REGION,
    KVSREC_LAMBDA_OVERLAY_LAYOUT: choice(['mix', 'stereo'], 'mix'),
    KVSREC_LAMBDA_KMS_KEY: text(),
  },
  redact: {
    ...REGION,
    KVSREC_LAMBDA_REDACT_FILL: choice(['silence', 'tone'], 'silence'),
    KVSREC_LAMBDA_KMS_KEY: text(),
  },
  backfill: { ...REGION, ...RECORDINGS },
} satisfies Record<HandlerName, Record<string, z.ZodMiniType>>;

type Schemas = typeof ENVIRONMENTS;
/** A handler's settings, by the names of their variables. */
export type Environment<Name extends HandlerName> = {
  readonly [Key in keyof Schemas[Name]]: Schemas[Name][Key] extends z.ZodMiniType
    ? z.output<Schemas[Name][Key]>
    : never;
};

/**
 * Reads a handler's settings; a variable that is empty counts as not set.
 * @throws KvsrecError `bad-environment`, naming every fault.
 */
export function readEnvironment<Name extends HandlerName>(
  name: Name,
  env: NodeJS.ProcessEnv,
): Environment<Name> {
  const schema: Record<string, z.ZodMiniType> = ENVIRONMENTS[name];
  const given = Object.fromEntries(
    Object.keys(schema).flatMap((key) =>
      env[key] === undefined || env[key] === '' ? [] : [[key, env[key]]],
    ),
  );
  const read = z.safeParse(z.object(schema), given);
  if (read.success) return read.data as Environment<Name>;
  const faults = read.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`);
  throw new KvsrecError('bad-environment', `the environment of ${name} is wrong: ${faults.join('; ')}`, {
    hint: "Set the function's environment variables; docs/lambda.md lists them.",
  });
}
