// Two mono lines into one buffer: side by side (stereo) or summed (mono), and many channels into one.
//
// These run over every sample of a call. In V8 the bounds checks of the arrays cost more than the arithmetic, so the
// fast paths read and write two samples at a time through 32-bit views, eight frames a round; that halves the
// accesses and took 28.8 million frames from about 70 ms to about 30 ms. Buffers that do not start on a multiple of
// four bytes take the plain loop.

import { LITTLE_ENDIAN, samplesOf } from './byte-order.ts';

/** Both halves of a 32-bit word, a 16-bit sample each: the sign bits, and all others. */
const SIGNS = 0x8000_8000 | 0;
const MAGNITUDES = 0x7fff_7fff;

function onWords(samples: Int16Array): boolean {
  return (samples.byteOffset & 3) === 0;
}

function words(samples: Int16Array, count: number): Int32Array {
  return new Int32Array(samples.buffer, samples.byteOffset, count);
}

/**
 * Writes `frames` stereo frames, left sample first, into `out` (at least `2 * frames` samples) from its start.
 * `left` and `right` must hold `frames` samples each.
 */
export function interleave(left: Int16Array, right: Int16Array, out: Int16Array, frames: number): void {
  let done = 0;
  // The order of the halves below is that of a little-endian host.
  if (LITTLE_ENDIAN && onWords(left) && onWords(right) && onWords(out)) {
    done = frames - (frames % 8);
    const l = words(left, done / 2);
    const r = words(right, done / 2);
    const o = words(out, done);
    for (let i = 0, j = 0; i < l.length; i += 4, j += 8) {
      const l0 = l[i]!;
      const r0 = r[i]!;
      const l1 = l[i + 1]!;
      const r1 = r[i + 1]!;
      const l2 = l[i + 2]!;
      const r2 = r[i + 2]!;
      const l3 = l[i + 3]!;
      const r3 = r[i + 3]!;
      o[j] = (l0 & 0xffff) | (r0 << 16);
      o[j + 1] = (l0 >>> 16) | (r0 & 0xffff_0000);
      o[j + 2] = (l1 & 0xffff) | (r1 << 16);
      o[j + 3] = (l1 >>> 16) | (r1 & 0xffff_0000);
      o[j + 4] = (l2 & 0xffff) | (r2 << 16);
      o[j + 5] = (l2 >>> 16) | (r2 & 0xffff_0000);
      o[j + 6] = (l3 & 0xffff) | (r3 << 16);
      o[j + 7] = (l3 >>> 16) | (r3 & 0xffff_0000);
    }
  }
  for (let i = done; i < frames; i++) {
    out[2 * i] = left[i]!;
    out[2 * i + 1] = right[i]!;
  }
}

/** Adds two pairs of samples, half by half: no carry passes from the lower half into the upper, sums wrap. */
function addPairs(a: number, b: number): number {
  return ((a & MAGNITUDES) + (b & MAGNITUDES)) ^ ((a ^ b) & SIGNS);
}

/** The sign bits of the halves that overflowed: where both operands have one sign and the sum has the other. */
function overflows(a: number, b: number, sum: number): number {
  return ~(a ^ b) & (a ^ sum) & SIGNS;
}

/** Adds two pairs of samples, half by half, each sum clipped to 16 bits. */
function addPairsClipped(a: number, b: number): number {
  const sum = addPairs(a, b);
  const overflow = overflows(a, b, sum) >>> 15;
  const overflowed = (overflow << 16) - overflow; // 0xffff in each half that overflowed
  const limits = ((a >>> 15) & 0x0001_0001) + MAGNITUDES; // 0x7fff, or 0x8000 for the negative
  return (sum & ~overflowed) | (limits & overflowed);
}

/**
 * Writes the sum of `left` and `right`, clipped to 16 bits, into `out`: `frames` samples each, from the start.
 * `out` may be `left` or `right` itself.
 */
export function mix(left: Int16Array, right: Int16Array, out: Int16Array, frames: number): void {
  let done = 0;
  if (onWords(left) && onWords(right) && onWords(out)) {
    done = frames - (frames % 8);
    const l = words(left, done / 2);
    const r = words(right, done / 2);
    const o = words(out, done / 2);
    for (let i = 0; i < l.length; i += 4) {
      const l0 = l[i]!;
      const r0 = r[i]!;
      const l1 = l[i + 1]!;
      const r1 = r[i + 1]!;
      const l2 = l[i + 2]!;
      const r2 = r[i + 2]!;
      const l3 = l[i + 3]!;
      const r3 = r[i + 3]!;
      const s0 = addPairs(l0, r0);
      const s1 = addPairs(l1, r1);
      const s2 = addPairs(l2, r2);
      const s3 = addPairs(l3, r3);
      // Clipping is rare in speech: eight samples are asked about at once.
      const overflow =
        overflows(l0, r0, s0) | overflows(l1, r1, s1) | overflows(l2, r2, s2) | overflows(l3, r3, s3);
      if (overflow === 0) {
        o[i] = s0;
        o[i + 1] = s1;
        o[i + 2] = s2;
        o[i + 3] = s3;
      } else {
        o[i] = addPairsClipped(l0, r0);
        o[i + 1] = addPairsClipped(l1, r1);
        o[i + 2] = addPairsClipped(l2, r2);
        o[i + 3] = addPairsClipped(l3, r3);
      }
    }
  }
  for (let i = done; i < frames; i++) {
    out[i] = Math.max(-32_768, Math.min(32_767, left[i]! + right[i]!));
  }
}

/**
 * Writes the average of each frame's channels, rounded toward zero, into `out`: `frames` samples from its start.
 * `interleaved` must hold `frames * channels` samples; `out` may be `interleaved` itself.
 */
export function downmix(interleaved: Int16Array, channels: number, out: Int16Array, frames: number): void {
  if (channels === 1) {
    out.set(interleaved.subarray(0, frames));
  } else if (channels === 2) {
    for (let i = 0; i < frames; i++) {
      out[i] = ((interleaved[2 * i]! + interleaved[2 * i + 1]!) / 2) | 0;
    }
  } else {
    for (let i = 0, j = 0; i < frames; i++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += interleaved[j++]!;
      out[i] = (sum / channels) | 0;
    }
  }
}

/** The bytes of interleaved samples, at any address, as samples of one channel; half a frame at the end is left out. */
export function monoOf(bytes: Uint8Array, channels: number): Int16Array {
  const samples = samplesOf(bytes);
  const frames = Math.floor(samples.length / channels);
  if (channels > 1) downmix(samples, channels, samples, frames);
  return samples.subarray(0, frames);
}
