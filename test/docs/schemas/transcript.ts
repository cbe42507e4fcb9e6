// Transcripts: the document of a file, and what `transcribe --json` adds to it.

import * as z from 'zod';
import type { Transcript, TranscriptSegment } from '../../../src/transcript/segment.ts';
import { contactId, count, isoTime, milliseconds, trackDirection } from './values.ts';

const confidence = z.number().min(0).max(1).nullable();
const span = { startMs: milliseconds, endMs: milliseconds };

const word = z.strictObject({
  text: z.string(),
  ...span,
  kind: z.enum(['word', 'punctuation']),
  confidence,
  speaker: z.exactOptional(z.string()),
  filtered: z.exactOptional(z.literal(true)),
  stable: z.exactOptional(z.boolean()),
});

const entity = z.strictObject({
  category: z.string(),
  type: z.string(),
  text: z.string(),
  ...span,
  confidence,
  redacted: z.boolean(),
});

export const segment = z.strictObject({
  id: z.string().describe('A partial result and the final one that replaces it share it'),
  direction: trackDirection.describe(
    'from the customer, to the customer; unknown: one channel has everybody',
  ),
  ...span,
  startTime: isoTime.nullable(),
  endTime: isoTime.nullable(),
  text: z.string(),
  partial: z.boolean().describe('The text may still change'),
  language: z.string().nullable(),
  confidence: confidence.describe('Mean of the words’; null where there are none'),
  words: z.array(word),
  entities: z.array(entity).describe('Personal information, with --pii'),
  sentiment: z.exactOptional(z.string()).describe('With --analytics'),
  issues: z
    .exactOptional(z.array(z.strictObject({ begin: count, end: count })))
    .describe('Passages of the text, in characters'),
}) satisfies z.ZodType<TranscriptSegment>;

export const transcript = z.strictObject({
  contactId,
  start: isoTime.nullable().describe('The call’s first audio; every startMs and endMs counts from here'),
  durationMs: milliseconds,
  segments: z.array(segment).describe('In the order in which they began'),
  categories: z
    .array(z.strictObject({ name: z.string(), ranges: z.array(z.strictObject(span)) }))
    .describe('With --analytics'),
}) satisfies z.ZodType<Transcript>;
