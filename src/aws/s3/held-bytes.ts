// The beginning and the end of an upload that are nowhere else, its first part and the tail that is not sent yet: in a
// temporary file without a name, so that they take no memory.

import { SpillFile } from '../../audio/spill-file.ts';
import { KvsrecError } from '../../errors.ts';
import { PART_BYTES } from './part-plan.ts';
import type { Room } from './part-slots.ts';

/** Bytes that are kept together; every part is a whole number of them. */
const BLOCK_BYTES = 64 * 1024;

/** Bytes that are there, or on their way. */
export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

export class HeldBytes {
  readonly #file = new SpillFile(BLOCK_BYTES);
  /** Whole blocks by their number: their place in the file, or themselves where it takes none. */
  readonly #blocks = new Map<number, number | Buffer>();
  /** The block that is not whole yet. */
  readonly #last = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #length = 0;
  #tailStart = PART_BYTES;

  /** Takes up what was held before: the first part, or what there is of it, and the bytes from `tailStart` on. */
  static async take(first: Bytes, tail: Bytes, tailStart: number): Promise<HeldBytes> {
    const held = new HeldBytes();
    try {
      for await (const piece of pieces(first)) held.append(piece);
      if (held.#length < PART_BYTES) return held;
      held.#length = tailStart;
      held.#tailStart = tailStart;
      for await (const piece of pieces(tail)) held.append(piece);
      return held;
    } catch (error) {
      held.close();
      throw error;
    }
  }

  /** Bytes of the upload so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of the first part. */
  get firstBytes(): number {
    return Math.min(this.#length, PART_BYTES);
  }

  /** Offset of the first byte held after the first part. */
  get tailStart(): number {
    return this.#tailStart;
  }

  get tailBytes(): number {
    return Math.max(0, this.#length - this.#tailStart);
  }

  /** Takes a copy of the bytes. */
  append(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length; ) {
      const at = this.#length % BLOCK_BYTES;
      const piece = bytes.subarray(taken, taken + BLOCK_BYTES - at);
      this.#last.set(piece, at);
      taken += piece.length;
      this.#length += piece.length;
      if (this.#length % BLOCK_BYTES === 0) this.#keep(this.#length / BLOCK_BYTES - 1);
    }
  }

  /** Bytes of the first part or of the tail, or of both where they meet; in the memory of `room`. */
  readonly read = (offset: number, length: number, room: Room = Buffer.allocUnsafeSlow): Buffer => {
    const end = Math.min(offset + length, this.#length);
    const lost = Math.max(offset, PART_BYTES);
    if (lost < Math.min(end, this.#tailStart)) {
      throw new KvsrecError('upload-lost', `bytes from ${lost} on are held no more, and S3 has lost them`);
    }
    const out = room(Math.max(0, end - offset));
    for (let at = offset; at < end; ) {
      const number = Math.floor(at / BLOCK_BYTES);
      const from = at - number * BLOCK_BYTES;
      const count = Math.min(BLOCK_BYTES - from, end - at);
      const block = this.#blocks.get(number) ?? this.#last;
      const into = out.subarray(at - offset, at - offset + count);
      if (typeof block === 'number') this.#file.read(block, into, from);
      else block.copy(into, 0, from, from + count);
      at += count;
    }
    return out;
  };

  /** Lets go of the tail up to the end of a part. */
  release(upTo: number): void {
    for (let number = this.#tailStart / BLOCK_BYTES; (number + 1) * BLOCK_BYTES <= upTo; number++) {
      const block = this.#blocks.get(number);
      if (block === undefined) break;
      if (typeof block === 'number') this.#file.release(block);
      this.#blocks.delete(number);
      this.#tailStart = (number + 1) * BLOCK_BYTES;
    }
  }

  /** Lets go of everything. */
  close(): void {
    this.#blocks.clear();
    this.#file.close();
  }

  #keep(number: number): void {
    try {
      this.#blocks.set(number, this.#file.put(this.#last));
    } catch {
      // No room, or nowhere to write to: better in memory than lost.
      this.#blocks.set(number, Buffer.from(this.#last));
    }
  }
}

function pieces(bytes: Bytes): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes] : bytes;
}
