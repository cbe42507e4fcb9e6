// The beginning and the end of a file that is nowhere else: its first part, and the tail that is not sent yet.

import { KvsrecError } from '../../errors.ts';
import { PART_BYTES } from './part-plan.ts';

export class HeldBytes {
  readonly #first: Buffer[] = [];
  #firstBytes = 0;
  /** Pieces after the first part, in order and without a gap. */
  #tail: Buffer[] = [];
  /** Offset of the tail's first byte. */
  #tailStart = PART_BYTES;
  #tailBytes = 0;

  constructor(
    first: Uint8Array = Buffer.alloc(0),
    tail: Uint8Array = Buffer.alloc(0),
    tailStart = PART_BYTES,
  ) {
    this.#take(first);
    this.#tailStart = tailStart;
    this.#take(tail);
  }

  /** Bytes of the file so far. */
  get length(): number {
    return this.#firstBytes < PART_BYTES ? this.#firstBytes : this.#tailStart + this.#tailBytes;
  }

  get tailBytes(): number {
    return this.#tailBytes;
  }

  append(bytes: Uint8Array): void {
    this.#take(bytes);
  }

  /** Bytes of the first part or of the tail, or of both where they meet. */
  readonly read = (offset: number, length: number): Uint8Array => {
    const end = offset + length;
    const parts: Uint8Array[] = [];
    if (offset < this.#firstBytes) parts.push(slice(this.#first, offset, Math.min(end, this.#firstBytes)));
    const from = Math.max(offset, this.#firstBytes);
    if (end > from) {
      if (from < this.#tailStart) {
        throw new KvsrecError('upload-lost', `bytes from ${from} on are held no more, and S3 has lost them`);
      }
      parts.push(slice(this.#tail, from - this.#tailStart, end - this.#tailStart));
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  };

  /** Lets go of the tail up to an offset. */
  release(upTo: number): void {
    while (this.#tail.length > 0) {
      const piece = this.#tail[0]!;
      const excess = upTo - this.#tailStart;
      if (excess <= 0) return;
      const gone = Math.min(excess, piece.length);
      if (gone === piece.length) this.#tail.shift();
      else this.#tail[0] = piece.subarray(gone);
      this.#tailStart += gone;
      this.#tailBytes -= gone;
    }
  }

  contents(): { first: Uint8Array; tail: Uint8Array; tailStart: number } {
    return {
      first: Buffer.concat(this.#first),
      tail: Buffer.concat(this.#tail),
      tailStart: this.#tailStart,
    };
  }

  #take(bytes: Uint8Array): void {
    const ofFirst = Math.min(bytes.length, PART_BYTES - this.#firstBytes);
    if (ofFirst > 0) add(this.#first, bytes.subarray(0, ofFirst));
    this.#firstBytes += ofFirst;
    if (bytes.length > ofFirst) add(this.#tail, bytes.subarray(ofFirst));
    this.#tailBytes += bytes.length - ofFirst;
  }
}

/** Pieces up to this length grow, so that a recording's small writes do not become thousands of buffers. */
const PIECE_BYTES = 64 * 1024;

/** Adds a copy of the bytes. */
function add(pieces: Buffer[], bytes: Uint8Array): void {
  const last = pieces.at(-1);
  if (last && last.length + bytes.length <= PIECE_BYTES)
    pieces[pieces.length - 1] = Buffer.concat([last, bytes]);
  else pieces.push(Buffer.from(bytes));
}

function slice(pieces: readonly Buffer[], start: number, end: number): Buffer {
  const wanted: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (at >= end) break;
    if (at + piece.length > start) wanted.push(piece.subarray(Math.max(0, start - at), end - at));
    at += piece.length;
  }
  return wanted.length === 1 ? wanted[0]! : Buffer.concat(wanted);
}
