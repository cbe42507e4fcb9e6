// What `inspect` tells of a dump, and `verify` of a folder of dumps.

import * as z from 'zod';
import type { VerifiedDump } from '../../../src/recording/manifest.ts';
import type { Inspection } from '../../../src/recording/types.ts';
import { warning } from './recording.ts';
import { bytes, contactId, count, fragmentNumber, isoTime, milliseconds } from './values.ts';

const track = z.strictObject({
  number: count,
  name: z.string(),
  codecId: z.string().describe('As the track declares it; for Amazon Connect that is not true'),
  encoding: z.string().nullable().describe('The true format; null for video'),
  sampleRate: z.number().nonnegative().nullable(),
  channels: count.nullable(),
});

const fragment = z.strictObject({
  number: fragmentNumber.nullable(),
  offset: bytes,
  producerTimestamp: isoTime.nullable(),
  serverTimestamp: isoTime.nullable(),
  contactId,
  blocks: count,
  start: isoTime,
  durationMs: milliseconds,
});

const tags = z.strictObject({
  fragment: fragmentNumber.nullable(),
  offset: bytes,
  tags: z.array(z.strictObject({ name: z.string(), value: z.string() })),
});

export const inspection = z.strictObject({
  input: z.string(),
  bytes,
  ebmlHeaders: count,
  segments: count,
  clusters: count,
  blocks: count,
  producer: z.strictObject({
    muxingApp: z.string().nullable(),
    writingApp: z.string().nullable(),
    title: z.string().nullable(),
  }),
  tracks: z.array(track),
  contacts: z.array(z.strictObject({ contactId, start: isoTime, end: isoTime, fragments: count })),
  fragments: z.exactOptional(z.array(fragment)).describe('With --fragments'),
  tags: z.exactOptional(z.array(tags)).describe('With --tags'),
  warnings: z.array(warning),
}) satisfies z.ZodType<Inspection>;

export const tree = z.strictObject({
  input: z.string(),
  elements: z.array(
    z.strictObject({
      offset: bytes,
      depth: count,
      id: z.string().nullable().describe('Hexadecimal; null where the structure is broken'),
      name: z.string(),
      size: bytes.nullable().describe('Bytes of the content; null for an unknown size'),
    }),
  ),
});

const verifiedDump = z.strictObject({
  dump: z.string(),
  ok: z.boolean(),
  differences: z.array(z.string()).describe('As contacts[0].tracks[1].samples: recorded 8000, found 7936'),
  durationMs: milliseconds.describe('What the comparison took'),
}) satisfies z.ZodType<VerifiedDump>;

export const verified = z.strictObject({ manifest: z.string(), dumps: z.array(verifiedDump) });
export const updated = z.strictObject({ manifest: z.string(), dumps: z.array(z.string()) });
