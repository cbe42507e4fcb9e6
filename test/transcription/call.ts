// A made-up call for the tests of sessions: noise where somebody speaks, silence elsewhere, and the script of it.

import type { ScriptSegment, TranscribeScript } from '../../src/simulator/transcribe/script.ts';

export const RATE = 8000;

export interface MadeCall {
  from: Int16Array;
  to: Int16Array;
  script: TranscribeScript;
  durationMs: number;
}

/** A small generator of numbers, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const WORDS =
  'the order has not arrived yet and I would like to know where it is since nobody told me anything about that so far'.split(
    ' ',
  );

export interface CallShape {
  /** Never speaks. */
  dead?: 'from' | 'to';
  /** Between two segments of a speaker. */
  longestPauseMs?: number;
}

/**
 * Who says what when: speakers take turns, at times over each other. Every word is another, so that none can be mistaken
 * for one of its neighbours.
 */
export function makeConversation(
  durationMs: number,
  seed: number,
  { dead, longestPauseMs = 2500 }: CallShape = {},
): ScriptSegment[] {
  const next = random(seed);
  const segments: ScriptSegment[] = [];
  const at = { from: 300, to: 1200 };
  let count = 0;
  while (Math.min(at.from, at.to) < durationMs - 2500) {
    const direction = at.from <= at.to ? 'from' : 'to';
    const startMs = Math.round(at[direction]);
    const words = 3 + Math.floor(next() * 9);
    const endMs = Math.min(durationMs - 200, startMs + words * 220);
    const text = Array.from({ length: words }, () => `${WORDS[count % WORDS.length]}${count++}`).join(' ');
    at[direction] = endMs + Math.min(400, longestPauseMs) + next() * longestPauseMs;
    if (direction !== dead) segments.push({ direction, startMs, endMs, text: `${text}.` });
  }
  return segments;
}

/** A conversation with noise where somebody speaks. */
export function makeCall(durationMs: number, seed = 7, shape: CallShape = {}): MadeCall {
  const frames = (durationMs * RATE) / 1000;
  const audio = { from: new Int16Array(frames), to: new Int16Array(frames) };
  const segments = makeConversation(durationMs, seed, shape);
  const next = random(seed + 1);
  for (const { direction, startMs, endMs } of segments) {
    for (let i = (startMs * RATE) / 1000; i < (endMs * RATE) / 1000; i++) {
      audio[direction!][Math.floor(i)] = Math.floor((next() - 0.5) * 12_000);
    }
  }
  return { ...audio, script: { segments }, durationMs };
}

export const bytesOf = (samples: Int16Array, start = 0, end = samples.length): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset + 2 * start, 2 * (end - start));

/** Both directions as one session hears them. */
export function interleaved(from: Int16Array, to: Int16Array, start: number, end: number): Buffer {
  const out = Buffer.alloc(4 * (end - start));
  for (let i = start; i < end; i++) {
    out.writeInt16LE(from[i] ?? 0, 4 * (i - start));
    out.writeInt16LE(to[i] ?? 0, 4 * (i - start) + 2);
  }
  return out;
}
