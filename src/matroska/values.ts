// Leaf payloads to values (RFC 8794 section 7). Widths were checked by the schema: at most 8 bytes for numbers.

/** An unsigned integer; not exact above 2^53. */
export function readUint(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + bytes[i]!;
  return value;
}

/** An unsigned integer of up to 64 bits, exact. */
export function readUint64(bytes: Uint8Array, start: number, end: number): bigint {
  if (end - start <= 6) return BigInt(readUint(bytes, start, end));
  const split = end - 4;
  return (BigInt(readUint(bytes, start, split)) << 32n) | BigInt(readUint(bytes, split, end));
}

/** A float of 4 or 8 bytes; 0 for an empty one; NaN for any other width. */
export function readFloat(bytes: Uint8Array, start: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  switch (end - start) {
    case 0:
      return 0;
    case 4:
      return view.getFloat32(0);
    case 8:
      return view.getFloat64(0);
    default:
      return Number.NaN;
  }
}

/** Texts kept for the next time they come: tags repeat from fragment to fragment. A power of two. */
const KEPT_TEXTS = 512;

/** Longest text that is kept, bytes. */
const MAX_KEPT_BYTES = 96;

const kept: ({ bytes: Uint8Array; text: string } | undefined)[] = new Array(KEPT_TEXTS).fill(undefined);

/** A string, UTF-8, without the zero bytes that may pad it (RFC 8794 section 13). */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  const stop = textEnd(bytes, start, end);
  const length = stop - start;
  if (length > MAX_KEPT_BYTES) return decode(bytes, start, stop);
  let hash = length;
  for (let at = start; at < stop; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  const place = (hash ^ (hash >>> 15)) & (KEPT_TEXTS - 1);
  const known = kept[place];
  if (known !== undefined && known.bytes.length === length) {
    let same = 0;
    while (same < length && known.bytes[same] === bytes[start + same]) same++;
    if (same === length) return known.text;
  }
  const text = decode(bytes, start, stop);
  kept[place] = { bytes: Uint8Array.prototype.slice.call(bytes, start, stop), text };
  return text;
}

/** The same text as `readText`'s, for what is not likely to come again. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decode(bytes, start, textEnd(bytes, start, end));
}

function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  while (stop > start && bytes[stop - 1] === 0) stop--;
  return stop;
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
