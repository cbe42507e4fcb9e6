// CRC-32 as S3 has it (zlib's polynomial): of bytes, and of a whole from the sums of its parts, in any order of arrival.

import { crc32 as zlibCrc32 } from 'node:zlib';

/** Goes on from `previous`, the sum of what came before. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  return zlibCrc32(bytes, previous);
}

/**
 * The sum of A followed by B, from the sum of each and the length of B in bytes: A's sum times x to the power of B's
 * bits, modulo the polynomial, plus B's sum. (The initial and final inversions cancel out.)
 */
export function combineCrc32(sumA: number, sumB: number, lengthB: number): number {
  let factor = ONE;
  // x^8, x^16, x^32, …: one squaring for each bit of the length. Lengths pass 2^32, so no bit operators on them.
  for (let rest = lengthB, power = X8; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) factor = multiply(factor, power);
    power = multiply(power, power);
  }
  return (multiply(sumA, factor) ^ sumB) >>> 0;
}

/** The polynomial, and 1 and x^8, in the reflected notation: the highest bit is the coefficient of x^0. */
const POLYNOMIAL = 0xedb8_8320;
const ONE = 0x8000_0000;
const X8 = 0x0080_0000;

/** The product of two polynomials over GF(2), modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let mask = ONE, term = b; mask !== 0; mask >>>= 1) {
    if ((a & mask) !== 0) product ^= term;
    term = (term & 1) !== 0 ? (term >>> 1) ^ POLYNOMIAL : term >>> 1;
  }
  return product >>> 0;
}

/** As S3 spells it: base64 of four bytes, highest first. */
export function crc32Text(sum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum >>> 0);
  return bytes.toString('base64');
}
