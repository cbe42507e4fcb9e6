// The call that is placed: the bundled dump, the words that are said in it, and what the functions are to make of it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Layout } from '../src/recording/types.ts';
import { parseTranscript } from '../src/report/transcript-file.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The command line as it is built: the functions are processes of it. */
export const PROGRAM = path.join(ROOT, 'dist', 'bin', 'kvsrec.js');
export const DUMP = path.join(ROOT, 'fixtures', 'demo-call.mkv');
export const SCRIPT = path.join(ROOT, 'fixtures', 'demo-call.json');

export const STREAM = 'demo-call';
export const BUCKET = 'recordings';
export const PREFIX = 'calls/';
export const LAYOUTS: readonly Layout[] = ['separate', 'mix'];

/** Byte of the stream after which the first connection is cut: half-way through, in the middle of a block. */
export const CUT_AT_BYTE = 250_001;

/** Seconds without anything new on the stream after which the call is over; Lambda's default of 30 is long to watch. */
export const IDLE_SECONDS = 4;

export const CONTACT_TABLE = 'contactDetails';
/** Whose words lie in which table. */
export const TRANSCRIPT_TABLES = {
  from: 'contactTranscriptSegments',
  to: 'contactTranscriptSegmentsToCustomer',
} as const;

/** What is said, in its order. */
export const { contactId: CONTACT_ID, segments: SAID } = parseTranscript(
  JSON.parse(readFileSync(SCRIPT, 'utf8')),
  SCRIPT,
);

/** What the contact's flow sends to the trigger once its audio is streamed. */
export function flowEvent(): unknown {
  const event = JSON.parse(readFileSync(path.join(ROOT, 'fixtures', 'events', 'flow.json'), 'utf8'));
  // Set by the flow, as the trigger wants them.
  event.Details.ContactData.Attributes = { transcribeCall: 'true', saveCallRecording: 'true' };
  return event;
}
