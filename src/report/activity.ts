// Who is heard when, from the waveforms' outlines: spans of sound, the silence between them, and their shares.
import type { Peaks } from './peaks.ts';

/** A sample below 1% of full scale (-40 dBFS) is no speech: line noise of telephone calls lies below it. */
const AUDIBLE = 328;
/** A pause shorter than this belongs to the speech around it, milliseconds. */
const BREATH_MS = 500;
/** A sound shorter than this is a click, milliseconds. */
const CLICK_MS = 60;
/** Silence of both directions that is worth a mark, milliseconds. */
export const SILENCE_MS = 2000;

/** Milliseconds from the start of the call. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** The spans in which something is heard. */
export function soundSpans({ samplesPerPiece, low, high }: Peaks, sampleRate: number): Span[] {
  const pieceMs = (samplesPerPiece / sampleRate) * 1000;
  const spans: Span[] = [];
  let last: Span | undefined;
  for (let i = 0; i < low.length; i++) {
    if (-low[i]! < AUDIBLE && high[i]! < AUDIBLE) continue;
    const startMs = i * pieceMs;
    if (last !== undefined && startMs - last.endMs < BREATH_MS) {
      last.endMs = startMs + pieceMs;
    } else {
      last = { startMs, endMs: startMs + pieceMs };
      spans.push(last);
    }
  }
  return spans.filter(({ startMs, endMs }) => endMs - startMs >= CLICK_MS);
}

/** The stretches of `durationMs` of at least `SILENCE_MS` in which none of the lanes is heard. */
export function silences(lanes: readonly (readonly Span[])[], durationMs: number): Span[] {
  const found: Span[] = [];
  let quietFrom = 0;
  for (const { startMs, endMs } of [...lanes.flat()].sort((a, b) => a.startMs - b.startMs)) {
    if (startMs - quietFrom >= SILENCE_MS) found.push({ startMs: quietFrom, endMs: startMs });
    quietFrom = Math.max(quietFrom, endMs);
  }
  if (durationMs - quietFrom >= SILENCE_MS) found.push({ startMs: quietFrom, endMs: durationMs });
  return found;
}

/** Parts of the call, each between 0 and 1, together 1. */
export interface TalkShares {
  /** One lane alone, by its index. */
  alone: number[];
  together: number;
  none: number;
}

/** How the call divides among the lanes. */
export function talkShares(lanes: readonly (readonly Span[])[], durationMs: number): TalkShares {
  const edges = lanes
    .flatMap((spans, lane) =>
      spans.flatMap(({ startMs, endMs }) => [
        { at: Math.min(startMs, durationMs), lane, change: 1 },
        { at: Math.min(endMs, durationMs), lane, change: -1 },
      ]),
    )
    .sort((a, b) => a.at - b.at);
  const active = lanes.map(() => 0);
  const alone = lanes.map(() => 0);
  let together = 0;
  let before = 0;
  for (const { at, lane, change } of edges) {
    const heard = active.flatMap((count, index) => (count > 0 ? [index] : []));
    if (heard.length === 1) alone[heard[0]!]! += at - before;
    else if (heard.length > 1) together += at - before;
    active[lane]! += change;
    before = at;
  }
  const whole = Math.max(1, durationMs);
  const shares = { alone: alone.map((ms) => ms / whole), together: together / whole };
  const rest = 1 - shares.together - shares.alone.reduce((sum, share) => sum + share, 0);
  return { ...shares, none: Math.max(0, rest) };
}
