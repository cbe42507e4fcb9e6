// Variable-size integers of EBML (RFC 8794 section 4): element ids keep their marker bits, sizes lose them.

/** Size of an element whose end is not known in advance: all data bits set (RFC 8794 section 6.2). */
export const UNKNOWN_SIZE = -1;

/** Width in bytes of the variable-size integer that starts with `first`; 9 where no marker bit is set. */
export function vintWidth(first: number): number {
  return Math.clz32(first) - 23;
}

/** The element id of `width` (1 to 4) bytes at `at`, marker bits included. */
export function readId(bytes: Uint8Array, at: number, width: number): number {
  const first = bytes[at]!;
  switch (width) {
    case 1:
      return first;
    case 2:
      return (first << 8) | bytes[at + 1]!;
    case 3:
      return (first << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    default:
      return ((first << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }
}

/** Whether all data bits of an id are equal, which the standard reserves (RFC 8794 section 5). */
export function isReservedId(id: number, width: number): boolean {
  const data = 2 ** (7 * width);
  const value = id % data;
  return value === 0 || value === data - 1;
}

/** The size of `width` (1 to 8) bytes at `at`: bytes, or `UNKNOWN_SIZE`. Not exact above 2^53, where nothing is real. */
export function readSize(bytes: Uint8Array, at: number, width: number): number {
  const first = bytes[at]!;
  if (width === 1) return first === 0xff ? UNKNOWN_SIZE : first & 0x7f;
  if (width === 2) {
    const value = ((first & 0x3f) << 8) | bytes[at + 1]!;
    return value === 0x3fff ? UNKNOWN_SIZE : value;
  }
  if (width === 8 && (bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]! | (first ^ 1)) === 0) {
    // What the producers write everywhere: eight bytes for sizes that need two.
    return bytes[at + 4]! * 0x100_0000 + ((bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!);
  }
  let value = first & ((0x80 >> (width - 1)) - 1);
  let allOnes = value === (0x80 >> (width - 1)) - 1;
  for (let i = 1; i < width; i++) {
    const byte = bytes[at + i]!;
    if (byte !== 0xff) allOnes = false;
    value = value * 256 + byte;
  }
  return allOnes ? UNKNOWN_SIZE : value;
}
