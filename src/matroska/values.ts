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
  const value = readUint(bytes, start, end);
  if (value < Number.MAX_SAFE_INTEGER) return BigInt(value);
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

/** The bytes that texts were last read from: a view for each would take longer than the reading. */
let texts = Buffer.alloc(0) as Buffer<ArrayBufferLike>;

/** Largest buffer that is not let go until a text is read from another one. */
const MAX_REFERRED_BYTES = 4 * 1024 * 1024;

function decode(bytes: Uint8Array, start: number, end: number): string {
  const { buffer, byteOffset } = bytes;
  if (buffer.byteLength > MAX_REFERRED_BYTES) {
    return Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
  }
  if (texts.buffer !== buffer) texts = Buffer.from(buffer);
  return texts.toString('utf8', byteOffset + start, byteOffset + end);
}
