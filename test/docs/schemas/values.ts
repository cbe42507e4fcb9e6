// Values that recur in the documents of `--json`.

import * as z from 'zod';

export const isoTime = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC, with milliseconds');
export const count = z.int().nonnegative();
export const milliseconds = z.number().nonnegative();
export const bytes = z.int().nonnegative();
export const fragmentNumber = z.string().regex(/^\d{1,128}$/);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const contactId = z
  .string()
  .nullable()
  .describe('As the stream has it: untrusted text. null: the audio names no contact');
export const trackDirection = z.enum(['from', 'to', 'unknown']);

export const error = z
  .strictObject({
    code: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      .describe('Stable; scripts may compare it'),
    message: z.string(),
    hint: z.string().nullable().describe('What to do about it'),
  })
  .describe('What went wrong');
