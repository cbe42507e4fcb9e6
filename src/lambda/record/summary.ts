// What the record function answers, and what it writes into the contact's summary.

import type { EndedBy } from '../../recording/capture/request.ts';
import type { ContactDetails } from '../contact-details.ts';
import type { RecordedObject } from '../objects/recording-objects.ts';

/** The answer of an invocation: of the last one, what the whole chain has made. */
export interface RecordSummary {
  result: 'Success';
  /** `continued`: a successor goes on; `duplicate`: another invocation is at it; the rest is why the call ended. */
  endedBy: EndedBy | 'continued' | 'duplicate' | 'warm-up' | 'end-of-file';
  contactId?: string;
  /** Invocations so far. */
  links?: number;
  durationMs?: number;
  objects?: RecordedObject[];
  warnings?: { code: string; count: number }[];
  transcript?: { sessions: number; segments: number; complete: boolean };
}

/** Most bytes of a transcript in an item: DynamoDB takes 400 KB with everything. */
const MOST_TRANSCRIPT_BYTES = 150_000;

/** As the sample has it where nothing was said. */
const NO_TRANSCRIPT = 'Transcript not available for this call';

/** The attributes of the sample's ContactDetails for what was recorded. */
export function detailsOf(
  objects: readonly RecordedObject[],
  transcripts: { from: string; to: string } | undefined,
): ContactDetails {
  const one = (wanted: (object: RecordedObject) => boolean) => objects.find(wanted);
  const from = one(({ direction, layout }) => layout === 'separate' && direction === 'from');
  const to = one(({ direction, layout }) => layout === 'separate' && direction === 'to');
  const combined = one(({ layout }) => layout === 'mix') ?? one(({ layout }) => layout === 'stereo');
  return {
    audioFromCustomer: from && address(from),
    audioToCustomer: to && address(to),
    combinedAudio: combined && `${combined.bucket}/${combined.key}`,
    mergeStatus: combined && 'Complete',
    contactTranscriptFromCustomer: transcripts && (shortened(transcripts.from) || NO_TRANSCRIPT),
    contactTranscriptToCustomer: transcripts && (shortened(transcripts.to) || NO_TRANSCRIPT),
  };
}

function address({ bucket, key }: RecordedObject): string {
  return `https://${bucket}.s3.amazonaws.com/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function shortened(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_TRANSCRIPT_BYTES) return text;
  // A cut through a character leaves a replacement character, which goes too.
  return `${bytes
    .subarray(0, MOST_TRANSCRIPT_BYTES)
    .toString()
    .replace(/\ufffd$/, '')}…`;
}
