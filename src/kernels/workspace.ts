// The memory that the compiled loops of `kernels.wat` work in, and the loops as functions over it.
import type { BlockColumns } from './block-columns.ts';
import { DocumentRun } from './document-run.ts';
import { MODULE } from './module.ts';
import { TrackSlots } from './track-slots.ts';

export type { BlockColumns } from './block-columns.ts';
export { TrackSlots } from './track-slots.ts';

/** What a WebAssembly memory is counted in (WebAssembly core specification 2.0, section 4.2.8). */
const PAGE_BYTES = 64 * 1024;

/** The input, what is left over of it, half a dozen chunks of output. Only what is touched takes memory. */
const MEMORY_BYTES = 6 * 1024 * 1024;

/** Bytes before the input where what is left over of the last piece can stand: some fragments' worth. */
export const HEADROOM_BYTES = 256 * 1024;

/** What is allocated begins on a cache line. */
const ALIGNMENT = 64;

/** The exports of `kernels.wat`, which says what each does. Addresses, counts and bounds are bytes or indices. */
interface Kernels {
  read_blocks(
    pos: number,
    stop: number,
    maxSize: number,
    tracks: number,
    countAt: number,
    capacity: number,
    trackOf: number,
    timecodes: number,
    starts: number,
    ends: number,
    origin: number,
  ): number;
  append_blocks(
    from: number,
    count: number,
    trackOf: number,
    timecodes: number,
    starts: number,
    ends: number,
    slots: number,
    relativeNs: number,
    tickNs: number,
    origin: number,
  ): number;
  mismatch(a: number, b: number, from: number, length: number): number;
  read_documents(run: number, pos: number, stop: number): number;
  interleave(left: number, right: number, out: number, frames: number): void;
  mix(left: number, right: number, out: number, frames: number): void;
}

/**
 * Memory for one stream that is read as fast as can be. Whatever does not lie in it takes the same way in JavaScript, so
 * nothing depends on there being room.
 */
export class Workspace {
  readonly slots: TrackSlots;
  readonly documents: DocumentRun;
  readonly #buffer: ArrayBuffer;
  readonly #kernels: Kernels;
  readonly #count: Uint32Array;
  #used = 0;
  /** Address of the input. */
  #input = -1;

  private constructor() {
    const pages = MEMORY_BYTES / PAGE_BYTES;
    // Of a fixed size: growing would take the memory away from every view of it.
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#kernels = new WebAssembly.Instance(compiled(), { env: { memory } }).exports as unknown as Kernels;
    this.#buffer = memory.buffer;
    this.slots = new TrackSlots(this.#buffer, this.#allocate(TrackSlots.COUNT * TrackSlots.BYTES)!);
    this.#count = new Uint32Array(this.#buffer, this.#allocate(4)!, 1);
    const allocate = (bytes: number) => this.#allocate(bytes)!;
    this.documents = new DocumentRun(this.#buffer, allocate, this.slots, this.#count.byteOffset);
  }

  /** A new one; undefined where this Node has no WebAssembly (`--jitless`) or no memory for it. */
  static create(): Workspace | undefined {
    try {
      return new Workspace();
    } catch {
      return undefined;
    }
  }

  /** Bytes that are not given out yet. */
  get left(): number {
    return this.#buffer.byteLength - this.#used;
  }

  /** Whether an array lies in this memory. */
  holds({ buffer }: ArrayBufferView): boolean {
    return buffer === this.#buffer;
  }

  /** An array of `length` bytes, in this memory while there is room. It is not given back. */
  bytes(length: number): Uint8Array {
    const address = this.#allocate(length);
    return address === undefined ? new Uint8Array(length) : new Uint8Array(this.#buffer, address, length);
  }

  /** An array for the next piece of the input, time and again, with room before it. */
  input(length: number): Uint8Array {
    const address = this.#allocate(HEADROOM_BYTES + length);
    if (address === undefined) return new Uint8Array(length);
    this.#input = address + HEADROOM_BYTES;
    return new Uint8Array(this.#buffer, this.#input, length);
  }

  /** Whether `joinBefore` has room for so many bytes. */
  canJoinBefore(length: number): boolean {
    return this.#input >= 0 && length <= HEADROOM_BYTES;
  }

  /** `bytes` right before `piece`, and both as one array; undefined where there is no room for that. */
  joinBefore(piece: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
    if (!this.holds(piece) || piece.byteOffset !== this.#input || bytes.length > HEADROOM_BYTES)
      return undefined;
    const joined = new Uint8Array(this.#buffer, this.#input - bytes.length, bytes.length + piece.length);
    joined.set(bytes);
    return joined;
  }

  /**
   * Whether `readBlocks` and `appendBlocks` can work on these: blocks whose columns and bytes lie in this memory.
   */
  holdsBlocks(bytes: Uint8Array, blocks: BlockColumns): boolean {
    return bytes.buffer === this.#buffer && blocks.track.buffer === this.#buffer;
  }

  /** `readBlockRun`, compiled. All arrays lie in this memory. Stops where the columns are full, too. */
  readBlocks(
    bytes: Uint8Array,
    from: number,
    stop: number,
    maxSize: number,
    tracks: Uint8Array,
    blocks: BlockColumns,
    origin: number,
  ): number {
    const at = bytes.byteOffset;
    const { track, timecode, start, end } = blocks;
    this.#count[0] = blocks.count;
    const next = this.#kernels.read_blocks(
      at + from,
      at + stop,
      maxSize,
      tracks.byteOffset,
      this.#count.byteOffset,
      track.length,
      track.byteOffset,
      timecode.byteOffset,
      start.byteOffset,
      end.byteOffset,
      at + origin,
    );
    blocks.count = this.#count[0]!;
    return next - at;
  }

  /**
   * Appends the payloads of `blocks` from index `from` on to their tracks, as `slots` say. With `from` 0 it first looks
   * whether each of them goes on where its track ends by then, and answers -1, with nothing appended, where one does
   * not. Otherwise it answers the first block for which the room that was lent does not suffice.
   * @param bytes What the blocks' bounds count from.
   */
  appendBlocks(
    bytes: Uint8Array,
    blocks: BlockColumns,
    from: number,
    relativeNs: number,
    tickNs: number,
  ): number {
    const { track, timecode, start, end } = blocks;
    return this.#kernels.append_blocks(
      from,
      blocks.count,
      track.byteOffset,
      timecode.byteOffset,
      start.byteOffset,
      end.byteOffset,
      this.slots.address,
      relativeNs,
      tickNs,
      bytes.byteOffset,
    );
  }

  /**
   * The first index from `from` on at which `known[0, length)` differs from what stands at `bytes[pos]`; `length` where
   * none does. Both lie in this memory.
   */
  mismatch(bytes: Uint8Array, pos: number, known: Uint8Array, from: number, length: number): number {
    return this.#kernels.mismatch(bytes.byteOffset + pos, known.byteOffset, from, length);
  }

  /**
   * Takes whole documents from `bytes[pos, stop)` as `documents` has been told, and appends their audio as `slots` say.
   * Answers where it stopped: at the beginning of a document.
   */
  readDocuments(bytes: Uint8Array, pos: number, stop: number): number {
    const at = bytes.byteOffset;
    return this.#kernels.read_documents(this.documents.address, at + pos, at + stop) - at;
  }

  /** `interleave` of `audio/mix.ts`, compiled; false, with nothing done, where one of the three lies elsewhere. */
  interleave(left: Int16Array, right: Int16Array, out: Int16Array, frames: number): boolean {
    if (!this.holds(left) || !this.holds(right) || !this.holds(out)) return false;
    this.#kernels.interleave(left.byteOffset, right.byteOffset, out.byteOffset, frames);
    return true;
  }

  /** The same of `mix`. */
  mix(left: Int16Array, right: Int16Array, out: Int16Array, frames: number): boolean {
    if (!this.holds(left) || !this.holds(right) || !this.holds(out)) return false;
    this.#kernels.mix(left.byteOffset, right.byteOffset, out.byteOffset, frames);
    return true;
  }

  #allocate(bytes: number): number | undefined {
    const address = this.#used;
    const used = address + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (used > this.#buffer.byteLength) return undefined;
    this.#used = used;
    return address;
  }
}

let module: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  module ??= new WebAssembly.Module(Buffer.from(MODULE, 'base64'));
  return module;
}
