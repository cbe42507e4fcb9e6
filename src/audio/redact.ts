// Takes passages out of a recording: silence or a tone in their place, everything else sample for sample as it was.

import { KvsrecError } from '../errors.ts';
import { littleEndian } from './byte-order.ts';
import type { PcmStream } from './merge.ts';
import type { WavReader } from './wav-reader.ts';

/** A passage, in milliseconds from the first frame: `begin` inclusive, `end` exclusive. */
export interface TimeRange {
  begin: number;
  end: number;
}

/** What stands in place of a passage. */
export type RedactionFill = 'silence' | 'tone';

/** Frames worked on at a time. */
const BLOCK_FRAMES = 32 * 1024;

/** The tone: 1 kHz, 20 dB below full scale, as bleeps are. */
const TONE_HZ = 1000;
const TONE_AMPLITUDE = 3277;

/**
 * The recording with the passages replaced. Their bounds are widened to whole frames, so that nothing of a passage
 * is left; they may overlap and come in any order, and reach past the end.
 * @throws KvsrecError `bad-range` for a passage that ends before it begins or begins before 0.
 */
export function redactWav(reader: WavReader, ranges: readonly TimeRange[], fill: RedactionFill): PcmStream {
  const passages = framePassages(ranges, reader.sampleRate);
  return {
    sampleRate: reader.sampleRate,
    channels: reader.channels,
    frames: reader.frames,
    pcm: () => redacted(reader, passages, fill),
  };
}

/** Half-open passages in frames, sorted and apart from each other. */
export function framePassages(ranges: readonly TimeRange[], sampleRate: number): [number, number][] {
  const passages: [number, number][] = [];
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    if (!(begin >= 0 && end >= begin && Number.isFinite(end))) {
      throw new KvsrecError('bad-range', `the passage from ${begin} to ${end} ms is none`, {
        exitCode: 2,
        hint: 'Give milliseconds from the start of the recording, the earlier one first.',
      });
    }
    if (end === begin) continue;
    const from = Math.floor((begin * sampleRate) / 1000);
    const to = Math.ceil((end * sampleRate) / 1000);
    const last = passages.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else passages.push([from, to]);
  }
  return passages;
}

async function* redacted(
  reader: WavReader,
  passages: readonly (readonly [number, number])[],
  fill: RedactionFill,
): AsyncGenerator<Uint8Array> {
  const { channels, sampleRate } = reader;
  const block = new Int16Array(BLOCK_FRAMES * channels);
  let next = 0;
  for (let start = 0; ; ) {
    const frames = await reader.read(block);
    if (frames === 0) return;
    const end = start + frames;
    while (next < passages.length && passages[next]![1] <= start) next++;
    for (let i = next; i < passages.length && passages[i]![0] < end; i++) {
      const from = Math.max(passages[i]![0], start);
      const to = Math.min(passages[i]![1], end);
      const samples = block.subarray((from - start) * channels, (to - start) * channels);
      if (fill === 'silence') samples.fill(0);
      else tone(samples, from, channels, sampleRate);
    }
    yield littleEndian(block, frames * channels);
    start = end;
  }
}

/** The phase follows from the frame's place, so that a passage across two blocks has no click in it. */
function tone(samples: Int16Array, firstFrame: number, channels: number, sampleRate: number): void {
  for (let i = 0; i < samples.length; i++) {
    const frame = firstFrame + Math.floor(i / channels);
    samples[i] = Math.round(TONE_AMPLITUDE * Math.sin((2 * Math.PI * TONE_HZ * frame) / sampleRate));
  }
}
