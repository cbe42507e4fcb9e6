// A source that ends when a signal is given, even while it waits for bytes that may never come.

import { KvsrecError } from '../errors.ts';
import type { ByteSource } from '../recording/types.ts';

/** The source, its chunks ending with `signal`. A file is not wrapped: unlike a pipe or a network, it cannot fall silent. */
export function untilAborted(source: ByteSource, signal: AbortSignal): ByteSource {
  const { name, size, remote } = source;
  return size === undefined || remote ? { name, size, chunks: () => chunks(source, signal) } : source;
}

/** What is said of an input that ends before it has begun to make sense. */
const OF_NOTHING = ['empty-input', 'not-matroska', 'no-audio-track'];

/**
 * What was thrown while `source` was read; where a signal has cut the source short, that is all that there is to say of
 * an input which looks like nothing.
 */
export function unlessCutShort(thrown: unknown, signal: AbortSignal): unknown {
  const nothing = thrown instanceof KvsrecError && OF_NOTHING.includes(thrown.code);
  return signal.aborted && nothing ? signal.reason : thrown;
}

async function* chunks(source: ByteSource, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = source.chunks()[Symbol.asyncIterator]();
  let end: () => void = () => {};
  const onAbort = () => end();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const next = iterator.next();
      const result = await new Promise<IteratorResult<Uint8Array> | null>((resolve, reject) => {
        end = () => resolve(null);
        next.then(resolve, reject);
      });
      if (result === null || result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that is waiting for bytes would answer only when they come.
    void iterator.return?.().catch(() => {});
  }
}
