// Linear PCM of any stored width and byte order to the one that WAV files here hold: 16-bit signed little-endian.

import { LITTLE_ENDIAN } from './byte-order.ts';

/**
 * Converts the bytes `input[start..end)` and writes s16le into `out` from `outOffset` on; all four count bytes.
 * Returns the bytes written. A partial sample at the end is dropped; `out` must have the room.
 */
export type PcmDecode = (
  input: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outOffset: number,
) => number;

/** Widths of integer PCM that can be converted, in bits: 8 is unsigned, the others are signed. */
export type PcmBitDepth = 8 | 16 | 24 | 32;

/** Samples that lie wholly in `input[start..end)`. */
function wholeSamples(input: Uint8Array, start: number, end: number, bytesPerSample: number): number {
  return Math.max(0, Math.floor((Math.min(end, input.length) - start) / bytesPerSample));
}

/**
 * Makes a `PcmDecode` of a function that fills `samples` samples of a 16-bit array from the bytes at `start`. A store
 * of 16 bits costs half of two of 8, so the array is a view of `out` itself unless that begins at an odd address.
 */
export function decodeBySamples(
  bytesPerSample: number,
  fill: (input: Uint8Array, start: number, samples: number, out: Int16Array) => void,
): PcmDecode {
  return (input, start, end, out, outOffset) => {
    const samples = wholeSamples(input, start, end, bytesPerSample);
    const address = out.byteOffset + outOffset;
    if (LITTLE_ENDIAN && address % 2 === 0) {
      fill(input, start, samples, new Int16Array(out.buffer, address, samples));
    } else {
      const aside = new Int16Array(samples);
      fill(input, start, samples, aside);
      const bytes = Buffer.from(aside.buffer);
      if (!LITTLE_ENDIAN) bytes.swap16();
      out.set(bytes, outOffset);
    }
    return samples * 2;
  };
}

const decodeS16le: PcmDecode = (input, start, end, out, outOffset) => {
  const bytes = wholeSamples(input, start, end, 2) * 2;
  out.set(input.subarray(start, start + bytes), outOffset);
  return bytes;
};

const decodeS16be: PcmDecode = (input, start, end, out, outOffset) => {
  const bytes = decodeS16le(input, start, end, out, outOffset);
  Buffer.from(out.buffer, out.byteOffset + outOffset, bytes).swap16();
  return bytes;
};

/** 8-bit PCM is offset binary: 128 is silence. */
const decodeU8 = decodeBySamples(1, (input, start, samples, out) => {
  for (let k = 0; k < samples; k++) out[k] = (input[start + k]! - 128) << 8;
});

/** Keeps the upper 16 bits of each sample, as ffmpeg does: `high` and `low` say where in the sample they stand. */
function keepUpperBits(bytesPerSample: number, high: number, low: number): PcmDecode {
  return decodeBySamples(bytesPerSample, (input, start, samples, out) => {
    for (let k = 0, i = start; k < samples; k++, i += bytesPerSample) {
      out[k] = (input[i + high]! << 8) | input[i + low]!;
    }
  });
}

/** A decoder for integer PCM of `bitDepth` bits; wider samples are cut to their upper 16 bits, without dither. */
export function pcmDecoder(bitDepth: PcmBitDepth, bigEndian: boolean): PcmDecode {
  if (bitDepth === 8) return decodeU8;
  if (bitDepth === 16) return bigEndian ? decodeS16be : decodeS16le;
  const bytes = bitDepth / 8;
  return bigEndian ? keepUpperBits(bytes, 0, 1) : keepUpperBits(bytes, bytes - 1, bytes - 2);
}

const floatBits = new Int32Array(1);
const floatValue = new Float32Array(floatBits.buffer);

/**
 * Decodes 32-bit little-endian IEEE 754 samples: 1.0 is full scale (32,768), louder ones are clipped, NaN is silence.
 */
export const decodeF32le: PcmDecode = decodeBySamples(4, (input, start, samples, out) => {
  for (let k = 0, i = start; k < samples; k++, i += 4) {
    floatBits[0] = input[i]! | (input[i + 1]! << 8) | (input[i + 2]! << 16) | (input[i + 3]! << 24);
    const scaled = Math.round(floatValue[0]! * 32_768);
    out[k] = Math.max(-32_768, Math.min(32_767, scaled)); // a 16-bit array stores NaN as 0
  }
});
