// The copy of a call that a browser plays: stereo µ-law in a WAV file, half the size of PCM and all that a telephone
// line carries. Every browser decodes it by itself.
import { encodeMulaw } from '../audio/g711.ts';
import type { Lanes } from './lanes.ts';

/** WAVE_FORMAT_MULAW (RFC 2361). */
const FORMAT_MULAW = 7;
/** RIFF, `fmt ` with its empty extension, `fact`, and the head of `data`. */
const HEADER_BYTES = 12 + 26 + 12 + 8;

/** Bytes of the copy, header included. */
export function listeningCopyBytes(lanes: Lanes): number {
  const data = lanes.samples * channelsOf(lanes);
  return HEADER_BYTES + data + (data % 2);
}

/** The copy's bytes in order: the first lane left, the second right; a single one in mono. */
export async function* listeningCopy(lanes: Lanes): AsyncGenerator<Uint8Array> {
  const channels = channelsOf(lanes);
  yield header(lanes, channels);
  for await (const piece of lanes.pieces()) {
    const [first, second] = piece;
    const frames = first!.length;
    const bytes = new Uint8Array(frames * channels);
    encodeMulaw(first!, 0, frames, bytes);
    if (channels === 2) {
      const right = new Uint8Array(frames);
      encodeMulaw(second!, 0, frames, right);
      for (let i = frames - 1; i >= 0; i--) {
        bytes[2 * i + 1] = right[i]!;
        bytes[2 * i] = bytes[i]!;
      }
    }
    yield bytes;
  }
  if ((lanes.samples * channels) % 2 === 1) yield new Uint8Array(1);
}

function channelsOf({ lanes }: Lanes): number {
  return Math.min(2, lanes.length);
}

function header({ sampleRate, samples }: Lanes, channels: number): Uint8Array {
  const data = samples * channels;
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + data + (data % 2), 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(18, 16);
  bytes.writeUInt16LE(FORMAT_MULAW, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * channels, 28);
  bytes.writeUInt16LE(channels, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('fact', 38, 'latin1');
  bytes.writeUInt32LE(4, 42);
  bytes.writeUInt32LE(samples, 46);
  bytes.write('data', 50, 'latin1');
  bytes.writeUInt32LE(data, 54);
  return bytes;
}
