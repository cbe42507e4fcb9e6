// What a transcript is made of, whoever recognised it: the one model behind every format, table and view.

/** `from` the customer, `to` the customer, or `unknown` where one channel carries everybody. */
export type TranscriptDirection = 'from' | 'to' | 'unknown';

/** A word or punctuation mark. Times are milliseconds on the call's clock, as everywhere here. */
export interface TranscriptWord {
  text: string;
  startMs: number;
  endMs: number;
  kind: 'word' | 'punctuation';
  /** 0 to 1; null where the recogniser does not say. */
  confidence: number | null;
  /** Speaker label, where one channel was told apart by voices. */
  speaker?: string;
  /** True for a word of the vocabulary filter that was to be flagged. */
  filtered?: true;
  /** False while the recogniser may still change the word of a partial result. */
  stable?: boolean;
}

/** Something personal that was found in the text; where it was redacted, `text` is what stands in its place. */
export interface TranscriptEntity {
  /** `PII`. */
  category: string;
  /** `NAME`, `PHONE` and so on. */
  type: string;
  text: string;
  startMs: number;
  endMs: number;
  confidence: number | null;
  redacted: boolean;
}

/** A passage of a segment's text, in characters. */
export interface TextRange {
  begin: number;
  end: number;
}

export interface TranscriptSegment {
  /** Unique in the transcript; a partial result and the final one that replaces it share it. */
  id: string;
  direction: TranscriptDirection;
  /** Milliseconds from the call's first audio in any direction. */
  startMs: number;
  endMs: number;
  /** The same as wall-clock time, ISO 8601 UTC with milliseconds; null where the call's start is not known. */
  startTime: string | null;
  endTime: string | null;
  text: string;
  /** True while the text may still change. */
  partial: boolean;
  /** Language code as `en-US`; null where it is not known (yet). */
  language: string | null;
  /** Mean of the words' confidences; null where there are none. */
  confidence: number | null;
  words: TranscriptWord[];
  entities: TranscriptEntity[];
  /** Call analytics: `POSITIVE`, `NEGATIVE`, `NEUTRAL` or `MIXED`. */
  sentiment?: string;
  /** Call analytics: passages that state an issue. */
  issues?: TextRange[];
}

/** Call analytics: a category that matched, with the passages of the call that made it match. */
export interface TranscriptCategory {
  name: string;
  ranges: { startMs: number; endMs: number }[];
}

export interface Transcript {
  contactId: string | null;
  /** ISO 8601 UTC with milliseconds: the call's first audio; null where that is not known. */
  start: string | null;
  durationMs: number;
  segments: readonly TranscriptSegment[];
  categories: readonly TranscriptCategory[];
}

/** Segments in the order in which they began; of those that began together, the customer's first. */
export function inOrder(segments: readonly TranscriptSegment[]): TranscriptSegment[] {
  const rank = { from: 0, to: 1, unknown: 2 };
  return [...segments].sort(
    (a, b) => a.startMs - b.startMs || rank[a.direction] - rank[b.direction] || a.endMs - b.endMs,
  );
}

/** Who is heard in a direction, as people call them. */
export function speakerName({ direction, words }: Pick<TranscriptSegment, 'direction' | 'words'>): string {
  if (direction === 'from') return 'Customer';
  if (direction === 'to') return 'Agent';
  const label = words.find(({ speaker }) => speaker !== undefined)?.speaker;
  return label === undefined ? 'Speaker' : `Speaker ${label}`;
}

/** Milliseconds since the epoch, plus an offset, as ISO 8601 UTC; null where the start is not known. */
export function wallClock(callStartMs: number | null, offsetMs: number): string | null {
  if (callStartMs === null) return null;
  const date = new Date(Math.round(callStartMs + offsetMs));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
