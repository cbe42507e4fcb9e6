// Every JSON document that the command line prints, each with the name of its schema in docs/schemas.

import * as z from 'zod';
import type { TranscriptionSummary } from '../../../src/transcription/options.ts';
import { event } from './events.ts';
import { inspection, tree, updated, verified } from './inspection.ts';
import { captured, failedInput, input, reportFile, upload, uploadedFile, warning } from './recording.ts';
import { segment, transcript } from './transcript.ts';
import { bytes, contactId, count, error, isoTime, milliseconds } from './values.ts';

const summary = z.strictObject({
  sessions: count,
  breaks: z.array(
    z.strictObject({
      session: count,
      atMs: milliseconds,
      resumedMs: milliseconds,
      code: z.string(),
      message: z.string(),
      kind: z.enum(['transient', 'throttled', 'conflict', 'rejected', 'fatal', 'ended']),
    }),
  ),
  finals: count.describe('Final results'),
  repeated: count,
  resentMs: milliseconds,
  silenceMs: milliseconds,
  lateMs: milliseconds.describe('Audio that came too late to be transcribed'),
  complete: z.boolean(),
  failure: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.exactOptional(z.string()),
      atMs: milliseconds,
    })
    .nullable(),
});

const wav = z.strictObject({
  path: z.string(),
  bytes,
  durationMs: milliseconds,
  sampleRate: count,
  channels: count,
});

const recorded = captured.extend({
  transcript: z
    .exactOptional(
      z.strictObject({
        files: z.array(z.strictObject({ path: z.string(), format: z.string(), upload })),
        summary: summary.nullable(),
      }),
    )
    .describe('With --transcribe'),
});

/** By the names of the files in docs/schemas. */
export const DOCUMENTS = {
  split: {
    says: 'What "kvsrec split --json" prints.',
    schema: z.strictObject({ inputs: z.array(z.union([input, failedInput])) }),
  },
  record: {
    says: 'What "kvsrec record --json" prints.',
    schema: z.strictObject({ inputs: z.array(z.union([recorded, failedInput])) }),
  },
  'record-line': {
    says: 'A line of what "kvsrec record --contacts" prints: a call that is done, or that failed.',
    schema: z.union([recorded.extend({ line: count }), z.strictObject({ line: count, error })]),
  },
  event: {
    says: 'A line of what "kvsrec record --events" prints on standard error.',
    schema: event,
  },
  transcribe: {
    says: 'What "kvsrec transcribe --json" prints: the transcript, and how it came to be.',
    schema: transcript.extend({
      input: z.string(),
      transcription: summary.nullable(),
      files: z.array(z.strictObject({ path: z.string(), format: z.string() })),
      endedBy: z.exactOptional(captured.shape.endedBy).describe('Of a stream'),
      connections: z.exactOptional(count).describe('Of a stream'),
      warnings: z.array(warning),
    }),
  },
  transcript: { says: 'A transcript that was written as JSON.', schema: transcript },
  'transcript-segment': { says: 'A line of a transcript that was written as NDJSON.', schema: segment },
  inspect: { says: 'What "kvsrec inspect --json" prints.', schema: inspection },
  'inspect-tree': { says: 'What "kvsrec inspect --tree --json" prints.', schema: tree },
  report: {
    says: 'What "kvsrec report --json" prints.',
    schema: z.strictObject({
      inputs: z.array(
        z.union([
          input,
          failedInput,
          z
            .strictObject({
              input: z.string(),
              contacts: z.array(
                z.strictObject({
                  contactId,
                  start: isoTime.nullable(),
                  durationMs: milliseconds,
                  report: z.array(reportFile),
                }),
              ),
              warnings: z.array(z.never()),
            })
            .describe('WAV files of an earlier split'),
        ]),
      ),
    }),
  },
  verify: { says: 'What "kvsrec verify --json" prints.', schema: verified },
  'verify-update': { says: 'What "kvsrec verify --update --json" prints.', schema: updated },
  upload: {
    says: 'What "kvsrec upload --json" prints.',
    schema: z.strictObject({ uploads: z.array(uploadedFile) }),
  },
  wav: {
    says: 'What "kvsrec merge --json" and "kvsrec redact --json" print.',
    schema: z.strictObject({
      inputs: z.array(z.string()),
      output: wav,
      layout: z.exactOptional(z.enum(['mix', 'stereo'])).describe('Of merge'),
      redacted: z
        .exactOptional(z.array(z.strictObject({ begin: milliseconds, end: milliseconds })))
        .describe('Of redact: the passages, in milliseconds'),
      warnings: z.array(
        z.union([
          z.strictObject({ code: z.literal('truncated'), message: z.string(), durationMs: milliseconds }),
          z.strictObject({ code: z.literal('range-behind-end'), message: z.string() }).describe('Of redact'),
        ]),
      ),
    }),
  },
  config: {
    says: 'What "kvsrec config --json" prints.',
    schema: z.strictObject({
      file: z.string().nullable(),
      settings: z.record(
        z.string(),
        z.strictObject({ value: z.unknown(), source: z.string(), place: z.string().nullable() }),
      ),
    }),
  },
  error: {
    says: 'What every command prints with --json where it fails.',
    schema: z.strictObject({ error }),
  },
} as const satisfies Record<string, { says: string; schema: z.ZodType }>;

export type DocumentName = keyof typeof DOCUMENTS;

// What the types say and the schema does not, or the other way round, is an error here.
summary satisfies z.ZodType<Omit<TranscriptionSummary, 'failure'>>;

/** A document's JSON Schema (draft 2020-12). Keys that a later version adds are no fault of a document. */
export function jsonSchema(name: DocumentName): Record<string, unknown> {
  const { schema, says } = DOCUMENTS[name];
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema: part }) => {
      if (part.additionalProperties === false) delete part.additionalProperties;
    },
  });
  return { $schema, title: says, ...rest };
}
