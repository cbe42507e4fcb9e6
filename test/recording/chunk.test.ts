// Chunks: any writes come out in order, in full pieces, and every chunk is used again once all are done with it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES, type Chunk, ChunkPool, ChunkStage } from '../../src/recording/chunk.ts';

/** The bytes of each chunk that a stage hands over. */
function collect(feed: (stage: ChunkStage) => void): Buffer[] {
  const chunks: Buffer[] = [];
  let length = 0;
  const stage = new ChunkStage(new ChunkPool(), [
    (chunk, position) => {
      expect(position).toBe(length);
      length += chunk.length;
      chunks.push(
        chunk.bytes === undefined
          ? Buffer.alloc(chunk.length)
          : Buffer.from(chunk.bytes.subarray(0, chunk.length)),
      );
      chunk.release();
    },
  ]);
  feed(stage);
  stage.flush();
  return chunks;
}

describe('ChunkStage', () => {
  it('hands over what was written, in full chunks but for the last', () => {
    const piece = fc.record({ length: fc.nat(2.5 * CHUNK_BYTES), silent: fc.boolean() });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const written = pieces.map(({ length, silent }, i) => Buffer.alloc(length, silent ? 0 : i + 1));
        const chunks = collect((stage) => {
          for (const [i, { silent, length }] of pieces.entries()) {
            if (silent) stage.zeros(length);
            else stage.write(written[i]!, 0, length);
          }
        });
        expect(Buffer.concat(chunks).equals(Buffer.concat(written))).toBe(true);
        for (const chunk of chunks.slice(0, -1)) expect(chunk).toHaveLength(CHUNK_BYTES);
      }),
      { numRuns: 60 },
    );
  });

  it('writes from any place of a larger buffer', () => {
    const bytes = Buffer.from('0123456789').subarray(2);
    expect(Buffer.concat(collect((stage) => stage.write(bytes, 1, 4))).toString()).toBe('345');
  });

  it('has no chunk where nothing was written', () => {
    expect(collect(() => {})).toEqual([]);
  });

  it('takes no memory for long silence', () => {
    const seen: (Buffer | undefined)[] = [];
    const stage = new ChunkStage(new ChunkPool(), [
      (chunk) => {
        seen.push(chunk.bytes);
        chunk.release();
      },
    ]);
    stage.zeros(1000 * CHUNK_BYTES);
    expect(seen).toHaveLength(1000);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('uses a chunk again only when every consumer is done', () => {
    const pool = new ChunkPool();
    const held: Chunk[] = [];
    const stage = new ChunkStage(pool, [(chunk) => chunk.release(), (chunk) => held.push(chunk)]);
    const bytes = Buffer.alloc(CHUNK_BYTES, 7);
    stage.write(bytes, 0, bytes.length);
    stage.write(bytes, 0, bytes.length);
    expect(held[0]).not.toBe(held[1]);
    held[0]!.release();
    expect(pool.take()).toBe(held[0]);
    expect(pool.take()).not.toBe(held[1]);
  });
});
