// G.711 companding: 8-bit µ-law and A-law codes to 16-bit linear samples and back (ITU-T Recommendation G.711).

/** Decodes `input[start..end)` into `out` from `outOffset` on (samples). Returns the samples written. */
export type G711Decode = (
  input: Uint8Array,
  start: number,
  end: number,
  out: Int16Array,
  outOffset?: number,
) => number;

/** Encodes the samples `input[start..end)` into `out` from `outOffset` on (bytes). Returns the bytes written. */
export type G711Encode = (
  input: Int16Array,
  start: number,
  end: number,
  out: Uint8Array,
  outOffset?: number,
) => number;

/** What G.711 adds to a µ-law magnitude so that segments begin at powers of two: 33 of 14 bits, 132 of 16. */
const MULAW_BIAS = 33 << 2;
/** The largest magnitude µ-law can say, 8,158 of 14 bits: what lies above is clipped here. */
const MULAW_CLIP = 0x7fff - MULAW_BIAS;
/** A-law transmits every second bit inverted. */
const ALAW_INVERTED_BITS = 0x55;

let mulawTable: Int16Array | undefined;
let alawTable: Int16Array | undefined;

/** The 16-bit sample of each of the 256 µ-law codes (14-bit values shifted left by two, as sox and ffmpeg do). */
function mulawSamples(): Int16Array {
  mulawTable ??= Int16Array.from({ length: 256 }, (_, code) => {
    const bits = ~code & 0xff; // µ-law transmits all bits inverted
    const magnitude = ((((bits & 0x0f) << 3) + MULAW_BIAS) << ((bits >> 4) & 7)) - MULAW_BIAS;
    return bits & 0x80 ? -magnitude : magnitude;
  });
  return mulawTable;
}

/** The 16-bit sample of each of the 256 A-law codes (13-bit values shifted left by three, as sox and ffmpeg do). */
function alawSamples(): Int16Array {
  alawTable ??= Int16Array.from({ length: 256 }, (_, code) => {
    const bits = code ^ ALAW_INVERTED_BITS;
    const segment = (bits >> 4) & 7;
    const interval = ((bits & 0x0f) << 4) + 8; // + 8: the middle of the interval
    const magnitude = segment === 0 ? interval : (interval + 0x100) << (segment - 1);
    return bits & 0x80 ? magnitude : -magnitude;
  });
  return alawTable;
}

function decodeBy(
  table: Int16Array,
  input: Uint8Array,
  start: number,
  end: number,
  out: Int16Array,
  outOffset: number,
): number {
  for (let i = start, o = outOffset; i < end; i++, o++) out[o] = table[input[i]!]!;
  return Math.max(0, end - start);
}

/** Decodes µ-law codes: one 16-bit sample, in the host's byte order, a byte. `out` must have the room. */
export const decodeMulaw: G711Decode = (input, start, end, out, outOffset = 0) =>
  decodeBy(mulawSamples(), input, start, end, out, outOffset);

/** Decodes A-law codes: one 16-bit sample, in the host's byte order, a byte. `out` must have the room. */
export const decodeAlaw: G711Decode = (input, start, end, out, outOffset = 0) =>
  decodeBy(alawSamples(), input, start, end, out, outOffset);

/** Encodes 16-bit samples as µ-law by the decision values of G.711, table 2: one byte a sample, the loudest clipped. */
export const encodeMulaw: G711Encode = (input, start, end, out, outOffset = 0) => {
  for (let i = start, o = outOffset; i < end; i++, o++) {
    const sample = input[i]!;
    const magnitude = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS;
    const segment = 24 - Math.clz32(magnitude); // the bias makes 128 the smallest power of two here
    const bits = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f);
    out[o] = ~(sample < 0 ? bits | 0x80 : bits) & 0xff;
  }
  return Math.max(0, end - start);
};

/** Encodes 16-bit samples as A-law by the decision values of G.711, table 1: one byte a sample. */
export const encodeAlaw: G711Encode = (input, start, end, out, outOffset = 0) => {
  for (let i = start, o = outOffset; i < end; i++, o++) {
    const sample = input[i]!;
    // One's complement, so that -1 falls into the first negative interval and -32,768 still fits.
    const magnitude = sample < 0 ? ~sample : sample;
    const segment = Math.max(0, 24 - Math.clz32(magnitude)); // the lowest two segments share a step of 16
    const bits = (segment << 4) | ((magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f);
    out[o] = (sample < 0 ? bits : bits | 0x80) ^ ALAW_INVERTED_BITS;
  }
  return Math.max(0, end - start);
};
