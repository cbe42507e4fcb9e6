// Fixed pieces of output, counted by their users and used again, so that memory does not grow with the recording.
import type { Workspace } from '../kernels/workspace.ts';

/** Bytes of a chunk: small enough to stay in the processor's cache while it is filled, large enough for the disk. */
export const CHUNK_BYTES = 128 * 1024;

/** Those of a stream that is read as fast as can be: fewer and larger writes, where there are not hundreds at once. */
const WORKSPACE_CHUNK_BYTES = 512 * 1024;

/** A piece of one output. With `bytes` undefined it is `length` zero bytes that need no memory. */
export class Chunk {
  length = 0;
  #users = 0;

  constructor(
    readonly bytes: Buffer | undefined,
    private readonly pool: ChunkPool,
  ) {}

  /** Announces `users` more holders, each of which calls `release` once. */
  retain(users: number): void {
    this.#users += users;
  }

  release(): void {
    if (--this.#users === 0 && this.bytes !== undefined) this.pool.put(this);
  }
}

export class ChunkPool {
  readonly #free: Chunk[] = [];
  /** Where the first chunks lie, if anywhere. */
  readonly workspace: Workspace | undefined;

  readonly #chunkBytes: number;

  constructor(workspace?: Workspace) {
    this.workspace = workspace;
    this.#chunkBytes = workspace === undefined ? CHUNK_BYTES : WORKSPACE_CHUNK_BYTES;
  }

  take(): Chunk {
    const chunk = this.#free.pop() ?? new Chunk(this.#allocate(), this);
    chunk.length = 0;
    return chunk;
  }

  silence(length: number): Chunk {
    const chunk = new Chunk(undefined, this);
    chunk.length = length;
    return chunk;
  }

  put(chunk: Chunk): void {
    this.#free.push(chunk);
  }

  #allocate(): Buffer {
    const length = this.#chunkBytes;
    if (this.workspace === undefined) return Buffer.allocUnsafeSlow(length);
    const { buffer, byteOffset } = this.workspace.bytes(length);
    return Buffer.from(buffer, byteOffset, length);
  }
}

/** Takes chunks of one output in order, `position` bytes after its beginning. Releases each when it is done with it. */
export type ChunkConsumer = (chunk: Chunk, position: number) => void;

/** Fills chunks from writes of any size and hands the full ones to every consumer, others when it is flushed. */
export class ChunkStage {
  readonly #pool: ChunkPool;
  readonly #consumers: readonly ChunkConsumer[];
  #chunk: Chunk | undefined;
  #position: number;

  /** `position` counts the bytes that an earlier stage of the same output has handed over. */
  constructor(pool: ChunkPool, consumers: readonly ChunkConsumer[], position = 0) {
    this.#pool = pool;
    this.#consumers = consumers;
    this.#position = position;
  }

  /** Bytes handed over so far. */
  get position(): number {
    return this.#position;
  }

  /** Appends a copy of `bytes[start, end)`. */
  write(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.#chunk ??= this.#pool.take();
      const chunk = this.#chunk;
      const room = chunk.bytes!.length - chunk.length;
      const stop = Math.min(end, at + room);
      // A plain view: a Buffer's own `subarray` takes several times as long.
      chunk.bytes!.set(new Uint8Array(bytes.buffer, bytes.byteOffset + at, stop - at), chunk.length);
      chunk.length += stop - at;
      at = stop;
      if (chunk.length === chunk.bytes!.length) this.flush();
    }
  }

  /** The chunk being filled, where one is. It has room. */
  get open(): Chunk | undefined {
    return this.#chunk;
  }

  /** The same, begun where none is. */
  begin(): Chunk {
    this.#chunk ??= this.#pool.take();
    return this.#chunk;
  }

  /** Takes note of bytes that were put behind those of the open chunk. */
  advance(bytes: number): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    chunk.length += bytes;
    if (chunk.length === chunk.bytes!.length) this.flush();
  }

  /** Appends zero bytes; whole chunks of them take no memory. */
  zeros(count: number): void {
    let left = count;
    while (left > 0) {
      if (this.#chunk === undefined && left >= CHUNK_BYTES) {
        this.#hand(this.#pool.silence(CHUNK_BYTES));
        left -= CHUNK_BYTES;
        continue;
      }
      this.#chunk ??= this.#pool.take();
      const chunk = this.#chunk;
      const piece = Math.min(left, chunk.bytes!.length - chunk.length);
      chunk.bytes!.fill(0, chunk.length, chunk.length + piece);
      chunk.length += piece;
      left -= piece;
      if (chunk.length === chunk.bytes!.length) this.flush();
    }
  }

  /** Hands over what is staged, full or not. */
  flush(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    this.#chunk = undefined;
    this.#hand(chunk);
  }

  #hand(chunk: Chunk): void {
    const position = this.#position;
    this.#position += chunk.length;
    // One hold of our own, so that the first consumer's release does not give the chunk away.
    chunk.retain(this.#consumers.length + 1);
    for (const consume of this.#consumers) consume(chunk, position);
    chunk.release();
  }
}
