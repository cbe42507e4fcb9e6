// A transcript for programs: one document, or one line per segment.

import { inOrder, type Transcript, type TranscriptSegment } from './segment.ts';

// JSON leaves these as they are; escaped, they cannot steer the terminal that a document is printed on.
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** JSON in which every character that could control a terminal is an escape; a parser reads the same value. */
function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The shape of the JSON document, in the order of its keys. */
export function transcriptDocument(transcript: Transcript): Transcript {
  const { contactId, start, durationMs, segments, categories } = transcript;
  return { contactId, start, durationMs, segments: inOrder(segments), categories };
}

export function toJson(transcript: Transcript): string {
  return `${safeJson(transcriptDocument(transcript), 2)}\n`;
}

/** One segment as a line of its own. */
export function toNdjsonLine(segment: TranscriptSegment): string {
  return `${safeJson(segment)}\n`;
}

export function toNdjson({ segments }: Pick<Transcript, 'segments'>): string {
  return inOrder(segments).map(toNdjsonLine).join('');
}
