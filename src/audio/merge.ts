// Two WAV streams into one: summed (an overlay), or side by side in stereo. Pure: bytes in, bytes out.

import { KvsrecError } from '../errors.ts';
import { littleEndian } from './byte-order.ts';
import { interleave, mix } from './mix.ts';
import type { WavReader } from './wav-reader.ts';

/** `mix`: the clipped sum; `stereo`: the first left, the second right. */
export type MergeLayout = 'mix' | 'stereo';

/** Frames worked on at a time. */
const BLOCK_FRAMES = 32 * 1024;

/** What comes out of a transformation of WAV streams. */
export interface PcmStream {
  sampleRate: number;
  channels: number;
  /** Frames that will come; undefined where a source does not tell. */
  frames: number | undefined;
  /** Interleaved 16-bit little-endian samples; a chunk is valid until the next one is asked for. */
  pcm(): AsyncGenerator<Uint8Array>;
}

/**
 * Merges two streams from their first frames on. The result is as long as the longer one: the other counts as silent
 * after its end.
 * @throws KvsrecError `rates-differ`, `channels-differ`.
 */
export function mergeWav(first: WavReader, second: WavReader, layout: MergeLayout): PcmStream {
  if (first.sampleRate !== second.sampleRate) {
    throw new KvsrecError(
      'rates-differ',
      `${first.name} has ${first.sampleRate} Hz and ${second.name} has ${second.sampleRate} Hz`,
      { hint: 'Bring them to the same rate first; kvsrec does not resample.' },
    );
  }
  const fits = layout === 'mix' ? first.channels === second.channels : first.channels + second.channels === 2;
  if (!fits) {
    throw new KvsrecError(
      'channels-differ',
      `${first.name} has ${channels(first)} and ${second.name} has ${channels(second)}`,
      { hint: layout === 'mix' ? 'A mix takes two of the same kind.' : 'A stereo file takes two mono ones.' },
    );
  }
  const known = first.frames !== undefined && second.frames !== undefined;
  return {
    sampleRate: first.sampleRate,
    channels: layout === 'stereo' ? 2 : first.channels,
    frames: known ? Math.max(first.frames!, second.frames!) : undefined,
    pcm: () => merged(first, second, layout),
  };
}

async function* merged(first: WavReader, second: WavReader, layout: MergeLayout): AsyncGenerator<Uint8Array> {
  const size = BLOCK_FRAMES * first.channels;
  const left = new Int16Array(size);
  const right = new Int16Array(size);
  const out = layout === 'stereo' ? new Int16Array(2 * size) : left;
  for (;;) {
    const counts = await Promise.all([first.read(left), second.read(right)]);
    const frames = Math.max(...counts);
    if (frames === 0) return;
    const samples = frames * first.channels;
    left.fill(0, counts[0] * first.channels, samples);
    right.fill(0, counts[1] * first.channels, samples);
    if (layout === 'stereo') interleave(left, right, out, samples);
    else mix(left, right, out, samples);
    yield littleEndian(out, layout === 'stereo' ? 2 * samples : samples);
  }
}

function channels(reader: WavReader): string {
  return reader.channels === 1 ? 'one channel' : `${reader.channels} channels`;
}
