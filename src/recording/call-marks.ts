// What happened on a contact's timeline besides audio: where fragments begin, what is missing, where it was cut.
import type { TrackDirection } from './types.ts';

/** Most fragments and most marks that are kept of one contact: half a day of one-second fragments. */
const MAX_FRAGMENTS = 50_000;
const MAX_MARKS = 5_000;

export type MarkKind = 'gap' | 'overlap' | 'reconnect' | 'damage' | 'service-error';

/** Times are milliseconds from the contact's first audio. */
export interface CallMark {
  kind: MarkKind;
  startMs: number;
  /** Length of a gap or overlap; 0 for a mere point in time. */
  durationMs: number;
  /** The direction it concerns; undefined for the stream as a whole. */
  direction?: TrackDirection;
  /** A sentence on it; may hold text from the stream. */
  text: string;
}

export interface CallMarks {
  /** Where each fragment begins, in the order in which they came, and its number if it has one. */
  fragments: { startMs: number; number: string | null }[];
  marks: CallMark[];
  /** Fragments and marks that were not kept because there are too many. */
  left: number;
}

/** Collects them; what is more than a page can show is only counted. */
export class MarkLog {
  readonly marks: CallMarks;

  /** @param marks What an earlier process has collected. */
  constructor(marks: readonly CallMark[] = []) {
    this.marks = { fragments: [], marks: [...marks], left: 0 };
  }

  fragment(startMs: number, number: string | null): void {
    if (this.marks.fragments.length < MAX_FRAGMENTS) this.marks.fragments.push({ startMs, number });
    else this.marks.left++;
  }

  add(mark: CallMark): void {
    const { marks } = this.marks;
    const last = marks.at(-1);
    // Fragments that are repeated one after another are the trace of one reconnection.
    if (mark.kind === 'reconnect' && last?.kind === 'reconnect' && last.startMs === mark.startMs) return;
    if (marks.length < MAX_MARKS) marks.push(mark);
    else this.marks.left++;
  }
}
