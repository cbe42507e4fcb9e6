// What a report shows: one call, as whoever recorded it knows it.
import type { CallMark, CallMarks } from '../recording/call-marks.ts';
import type { ContactReport, TrackDirection, Warning } from '../recording/types.ts';
import { type Span, silences, soundSpans, type TalkShares, talkShares } from './activity.ts';
import type { Lanes } from './lanes.ts';
import { PeakMeter, type Peaks } from './peaks.ts';
import type { ReportSegment } from './transcript-file.ts';

/** A call to report on. */
export interface ReportedCall {
  /** Who and when; null where a recording does not say. Its files are where the audio is read from. */
  contactId: string | null;
  instanceId: string | null;
  /** ISO 8601 UTC of the first audio; null where it is not known. */
  start: string | null;
  fragments: ContactReport['fragments'] | null;
  /** What happened to the stream; null where only the audio is known. */
  marks: CallMarks | null;
  warnings: readonly Warning[];
  /** The dump, recording or stream it came from, as people know it. */
  source: string;
  transcript: readonly ReportSegment[] | null;
}

/** A lane with its outline. */
export interface MeasuredLane {
  direction: TrackDirection | 'both';
  /** `Customer`, `Agent` and so on. */
  label: string;
  peaks: Peaks;
  spans: Span[];
}

/** A call with all that is measured of its audio. */
export interface MeasuredCall extends ReportedCall {
  durationMs: number;
  sampleRate: number;
  lanes: MeasuredLane[];
  silences: Span[];
  shares: TalkShares;
}

/** Reads the audio once and measures it. */
export async function measureCall(call: ReportedCall, lanes: Lanes): Promise<MeasuredCall> {
  const meters = lanes.lanes.map(() => new PeakMeter());
  for await (const piece of lanes.pieces()) {
    for (const [index, samples] of piece.entries()) meters[index]!.push(samples);
  }
  const measured = lanes.lanes.map(({ direction }, index) => {
    const peaks = meters[index]!.peaks();
    return {
      direction,
      label: laneLabel(direction, index),
      peaks,
      spans: soundSpans(peaks, lanes.sampleRate),
    };
  });
  const spans = measured.map((lane) => lane.spans);
  return {
    ...call,
    durationMs: lanes.durationMs,
    sampleRate: lanes.sampleRate,
    lanes: measured,
    silences: silences(spans, lanes.durationMs),
    shares: talkShares(spans, lanes.durationMs),
  };
}

/** Who is heard in a lane. */
export function laneLabel(direction: TrackDirection | 'both', index = 0): string {
  switch (direction) {
    case 'from':
      return 'Customer';
    case 'to':
      return 'Agent';
    case 'both':
      return 'Call';
    default:
      return `Speaker ${index + 1}`;
  }
}

/** The marks of a call in the order of time; a gap of all directions is one. */
export function marksOf({ marks }: Pick<ReportedCall, 'marks'>): CallMark[] {
  const ordered = [...(marks?.marks ?? [])].sort((a, b) => a.startMs - b.startMs);
  const merged: CallMark[] = [];
  for (const mark of ordered) {
    const last = merged.at(-1);
    const same = last?.startMs === mark.startMs && last.durationMs === mark.durationMs;
    if (mark.kind === 'gap' && last?.kind === 'gap' && same) {
      const { direction: _one, ...all } = last;
      merged[merged.length - 1] = all;
    } else {
      merged.push(mark);
    }
  }
  return merged;
}

/** The loudest sample of any lane, never 0: what outlines are drawn against. */
export function loudest(lanes: readonly Pick<MeasuredLane, 'peaks'>[]): number {
  let most = 1;
  for (const { peaks } of lanes) {
    for (let i = 0; i < peaks.low.length; i++) most = Math.max(most, -peaks.low[i]!, peaks.high[i]!);
  }
  return most;
}
