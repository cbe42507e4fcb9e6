// Both directions into one file as they come: stereo (left from, right to the customer) and mono mix, in the same pass.
import { interleave, mix } from '../audio/mix.ts';
import { CHUNK_BYTES, type Chunk, type ChunkPool } from './chunk.ts';
import type { WavFile } from './wav-file.ts';

/** Bytes by which one direction may run ahead before the other counts as silent: 2 minutes at 8 kHz, 2 MiB. */
const MAX_LEAD = 16 * CHUNK_BYTES;

const SILENCE = new Int16Array(CHUNK_BYTES / 2);

/** How far both directions and the files have come, in bytes of a mono line. */
export interface CombinerState {
  received: [number, number];
  done: number;
}

/** A chunk that waits for the other direction, and where it begins on the mono line. */
interface Piece {
  chunk: Chunk;
  start: number;
}

/**
 * Takes the chunks of both directions, each in order. A direction that falls more than `MAX_LEAD` behind, or behind a
 * `flush`, is written as silence and put in afterwards when it comes after all.
 */
export class Combiner {
  readonly #pool: ChunkPool;
  readonly #stereo: WavFile | undefined;
  readonly #mix: WavFile | undefined;
  readonly #waiting: [Piece[], Piece[]] = [[], []];
  readonly #received: [number, number];
  /** Everything before this byte of the mono line is in the files. */
  #done: number;

  constructor(
    pool: ChunkPool,
    stereo: WavFile | undefined,
    mixed: WavFile | undefined,
    state: CombinerState = { received: [0, 0], done: 0 },
  ) {
    this.#pool = pool;
    this.#stereo = stereo;
    this.#mix = mixed;
    this.#received = [...state.received];
    this.#done = state.done;
  }

  /** Of a combiner that was flushed. */
  get state(): CombinerState {
    return { received: [...this.#received], done: this.#done };
  }

  /** Takes the chunk of a direction (0 from, 1 to the customer) that begins `position` bytes into its line. */
  take(side: 0 | 1, chunk: Chunk, position: number): void {
    const end = position + chunk.length;
    this.#received[side] = end;
    if (position < this.#done) this.#patch(side, chunk, position, Math.min(end, this.#done));
    if (end <= this.#done) {
      chunk.release();
      return;
    }
    this.#waiting[side].push({ chunk, start: position });
    this.#combineTo(Math.max(Math.min(...this.#received), end - MAX_LEAD));
  }

  /** Writes everything that is there; the shorter direction counts as silent from its end on. */
  flush(): void {
    this.#combineTo(Math.max(...this.#received));
  }

  #combineTo(end: number): void {
    while (this.#done < end) {
      const left = this.#waiting[0][0];
      const right = this.#waiting[1][0];
      const stop = Math.min(end, this.#done + CHUNK_BYTES, endOf(left), endOf(right));
      this.#combine(left, right, stop);
      this.#done = stop;
      for (const waiting of this.#waiting) {
        if (endOf(waiting[0]) <= stop) waiting.shift()!.chunk.release();
      }
    }
  }

  /** Writes the bytes of the mono line from where it stands up to `stop`, which lies in both pieces. */
  #combine(left: Piece | undefined, right: Piece | undefined, stop: number): void {
    const { workspace } = this.#pool;
    const start = this.#done;
    const length = stop - start;
    const l = samplesAt(left, start, length);
    const r = samplesAt(right, start, length);
    const silent = left?.chunk.bytes === undefined && right?.chunk.bytes === undefined;
    if (this.#stereo !== undefined) {
      if (silent) {
        const chunk = this.#pool.silence(2 * length);
        chunk.retain(1);
        this.#stereo.write(chunk, 2 * start);
      } else {
        // Two channels take twice the room, and a chunk of the pool may have no more than `CHUNK_BYTES`.
        for (let from = 0; from < length / 2; from += CHUNK_BYTES / 4) {
          const frames = Math.min(length / 2 - from, CHUNK_BYTES / 4);
          const chunk = this.#pool.take();
          chunk.retain(1);
          chunk.length = 4 * frames;
          const [left, right, out] = [l.subarray(from), r.subarray(from), samples(chunk.bytes!)];
          if (!workspace?.interleave(left, right, out, frames)) interleave(left, right, out, frames);
          this.#stereo.write(chunk, 2 * start + 4 * from);
        }
      }
    }
    if (this.#mix !== undefined) {
      const chunk = silent ? this.#pool.silence(length) : this.#pool.take();
      chunk.retain(1);
      chunk.length = length;
      if (chunk.bytes !== undefined) {
        const out = samples(chunk.bytes);
        if (!workspace?.mix(l, r, out, length / 2)) mix(l, r, out, length / 2);
      }
      this.#mix.write(chunk, start);
    }
  }

  /** Puts the late audio `[position, end)` of a side where silence was written for it. */
  #patch(side: 0 | 1, { bytes }: Chunk, position: number, end: number): void {
    if (bytes === undefined) return;
    // A copy, since the samples of a chunk need not be whole words from here on.
    const late = samples(Buffer.from(bytes.subarray(0, end - position)));
    let from = 0;
    let to = late.length;
    while (from < to && late[from] === 0) from++;
    while (to > from && late[to - 1] === 0) to--;
    if (from === to) return;
    const audible = late.slice(from, to);
    const start = position + 2 * from;
    this.#stereo?.modify(2 * start, 4 * audible.length, (there) => {
      for (let i = 0; i < audible.length; i++) there.writeInt16LE(audible[i]!, 4 * i + 2 * side);
    });
    this.#mix?.modify(start, 2 * audible.length, (there) => {
      const mixed = samples(there);
      mix(mixed, audible, mixed, audible.length);
    });
  }
}

function samples(bytes: Buffer): Int16Array {
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

function samplesAt(piece: Piece | undefined, start: number, length: number): Int16Array {
  if (piece?.chunk.bytes === undefined) return SILENCE;
  const { bytes } = piece.chunk;
  return new Int16Array(bytes.buffer, bytes.byteOffset + start - piece.start, length / 2);
}

function endOf(piece: Piece | undefined): number {
  return piece === undefined ? Number.POSITIVE_INFINITY : piece.start + piece.chunk.length;
}
