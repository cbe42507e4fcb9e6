// Samples as this machine computes with them, and as files hold them: 16-bit little-endian.

/** Whether the two are one on this machine. */
export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of the first `count` samples as files hold them; a view of the samples where that will do. */
export function littleEndian(samples: Int16Array, count: number): Uint8Array {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, 2 * count);
  return LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap16();
}

/** The samples of bytes at any address, copied; half a sample at the end is left out. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const aligned = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  if (!LITTLE_ENDIAN) Buffer.from(aligned.buffer).swap16();
  return new Int16Array(aligned.buffer);
}
