import { describe, expect, test } from 'vitest';
import { untilAborted } from '../../src/cli/until-aborted.ts';

async function* silentAfter(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield Uint8Array.of(index);
  await new Promise(() => {});
}

async function read(chunks: AsyncIterable<Uint8Array>, onChunk: (count: number) => void = () => {}) {
  const read: number[] = [];
  for await (const chunk of chunks) {
    read.push(...chunk);
    onChunk(read.length);
  }
  return read;
}

describe('a source until it is aborted', () => {
  test('ends while it waits for bytes', async () => {
    const abort = new AbortController();
    const source = untilAborted({ name: '-', chunks: () => silentAfter(3) }, abort.signal);
    setTimeout(() => abort.abort(), 20);
    expect(await read(source.chunks())).toEqual([0, 1, 2]);
  });

  test('ends at once where it is aborted before or on a chunk', async () => {
    const source = (signal: AbortSignal) => untilAborted({ name: '-', chunks: () => silentAfter(3) }, signal);
    expect(await read(source(AbortSignal.abort()).chunks())).toEqual([]);
    const abort = new AbortController();
    expect(await read(source(abort.signal).chunks(), () => abort.abort())).toEqual([0]);
  });

  test('passes on the end and errors', async () => {
    const { signal } = new AbortController();
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(7);
      throw new Error('broken');
    }
    async function* short(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(7);
    }
    expect(await read(untilAborted({ name: '-', chunks: short }, signal).chunks())).toEqual([7]);
    await expect(read(untilAborted({ name: '-', chunks: failing }, signal).chunks())).rejects.toThrow(
      'broken',
    );
  });

  test('a file is left as it is', () => {
    const source = { name: 'a', size: 3, chunks: () => silentAfter(3) };
    expect(untilAborted(source, new AbortController().signal)).toBe(source);
  });
});
