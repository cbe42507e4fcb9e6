// The lines of `record --events`.

import * as z from 'zod';
import { ENDS } from '../../../src/recording/capture/request.ts';
import { warning } from './recording.ts';
import { bytes, contactId, count, fragmentNumber, isoTime, milliseconds } from './values.ts';

const every = {
  at: isoTime.describe('When it was told'),
  call: z.string().describe('The stream’s name; with --contacts, the line of the call'),
};

/** As `CaptureEvent`, with times of the stream in ISO 8601. */
export const event = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('started'), ...every, source: z.string(), archive: z.boolean() }),
  z.strictObject({ event: z.literal('connected'), ...every, connection: count }),
  z.strictObject({
    event: z.literal('fragment'),
    ...every,
    number: fragmentNumber.nullable(),
    contactId,
    start: isoTime,
    behindMs: milliseconds.nullable().describe('Behind the newest of the stream when it was sent'),
    blocks: count,
    bytes: bytes.describe('Received so far'),
  }),
  z.strictObject({
    event: z.literal('reconnect'),
    ...every,
    reason: z.string(),
    attempt: count,
    waitMs: milliseconds,
  }),
  z.strictObject({ event: z.literal('gap'), ...every, from: isoTime, to: isoTime, message: z.string() }),
  z.strictObject({ event: z.literal('contact-changed'), ...every, from: contactId, to: z.string() }),
  z.strictObject({ event: z.literal('warning'), ...every, warning }),
  z.strictObject({ event: z.literal('finished'), ...every, endedBy: z.enum(ENDS) }),
]);
