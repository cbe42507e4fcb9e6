// Both directions into one file as they come: stereo (left from, right to the customer) and mono mix, in the same pass.
import { interleave, mix } from '../audio/mix.ts';
import { CHUNK_BYTES, type Chunk, type ChunkPool } from './chunk.ts';
import type { WavFile } from './wav-file.ts';

/** Chunks by which one direction may run ahead before the other counts as silent: 2 minutes at 8 kHz, 2 MiB. */
const MAX_LEAD = 16;

const SILENCE = new Int16Array(CHUNK_BYTES / 2);

function samples(bytes: Buffer): Int16Array {
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

/** Bytes of a full chunk of the stereo file. */
export const STEREO_CHUNK_BYTES = 2 * CHUNK_BYTES;

/**
 * Takes the equally numbered chunks of both directions. A direction that falls more than `MAX_LEAD` chunks behind is
 * written as silence, and put in afterwards should it come after all.
 */
export class Combiner {
  readonly #pool: ChunkPool;
  readonly #stereo: WavFile | undefined;
  readonly #mix: WavFile | undefined;
  readonly #waiting: [Map<number, Chunk>, Map<number, Chunk>] = [new Map(), new Map()];
  readonly #received: [number, number] = [0, 0];
  #next = 0;

  constructor(pool: ChunkPool, stereo: WavFile | undefined, mixed: WavFile | undefined) {
    this.#pool = pool;
    this.#stereo = stereo;
    this.#mix = mixed;
  }

  /** Takes chunk `index` of a direction: 0 from, 1 to the customer. */
  take(side: 0 | 1, chunk: Chunk, index: number): void {
    this.#received[side] = index + 1;
    if (index < this.#next) {
      this.#patch(side, chunk, index);
      return;
    }
    this.#waiting[side].set(index, chunk);
    const other = side === 0 ? 1 : 0;
    while (this.#next < this.#received[other] && this.#next < this.#received[side]) this.#combine();
    while (this.#received[side] - this.#next > MAX_LEAD) this.#combine();
  }

  /** Combines what is left, once no direction has more. */
  flush(): void {
    while (this.#next < Math.max(...this.#received)) this.#combine();
  }

  #combine(): void {
    const index = this.#next++;
    const left = this.#waiting[0].get(index);
    const right = this.#waiting[1].get(index);
    this.#waiting[0].delete(index);
    this.#waiting[1].delete(index);
    const length = Math.max(left?.length ?? 0, right?.length ?? 0);
    const l = this.#padded(left, length);
    const r = this.#padded(right, length);
    const silent = left?.bytes === undefined && right?.bytes === undefined;
    if (this.#stereo !== undefined) {
      if (silent) {
        const chunk = this.#pool.silence(2 * length);
        chunk.retain(1);
        this.#stereo.write(chunk, index);
      } else {
        // One stereo chunk is two of the pool's, so that every chunk has the same size.
        for (const half of [0, 1]) {
          const from = (half * CHUNK_BYTES) / 4;
          const frames = Math.min(length / 2 - from, CHUNK_BYTES / 4);
          if (frames <= 0) break;
          const chunk = this.#pool.take();
          chunk.retain(1);
          chunk.length = 4 * frames;
          interleave(l.subarray(from), r.subarray(from), samples(chunk.bytes!), frames);
          this.#stereo.writeAt(chunk, index * STEREO_CHUNK_BYTES + half * CHUNK_BYTES);
        }
      }
    }
    if (this.#mix !== undefined) {
      const chunk = silent ? this.#pool.silence(length) : this.#pool.take();
      chunk.retain(1);
      chunk.length = length;
      if (chunk.bytes !== undefined) mix(l, r, samples(chunk.bytes), length / 2);
      this.#mix.write(chunk, index);
    }
    left?.release();
    right?.release();
  }

  #padded(chunk: Chunk | undefined, length: number): Int16Array {
    if (chunk?.bytes === undefined) return SILENCE;
    if (chunk.length < length) chunk.bytes.fill(0, chunk.length, length);
    return samples(chunk.bytes);
  }

  #patch(side: 0 | 1, chunk: Chunk, index: number): void {
    const { bytes, length } = chunk;
    if (bytes !== undefined) {
      const late = samples(Buffer.from(bytes.subarray(0, length)));
      this.#stereo?.modify(index * STEREO_CHUNK_BYTES, 2 * length, (there) => {
        for (let i = 0; i < late.length; i++) there.writeInt16LE(late[i]!, 4 * i + 2 * side);
      });
      this.#mix?.modify(index * CHUNK_BYTES, length, (there) => {
        const mixed = samples(there);
        mix(mixed, late, mixed, late.length);
      });
    }
    chunk.release();
  }
}
