// Bytes in memory as a source.
import type { ByteSource } from '../../src/recording/types.ts';

/**
 * Yields the bytes in pieces of `chunk()` bytes, in the buffer that the reader lends where it lends one; every piece is
 * overwritten once the next one is asked for.
 */
export function memorySource(bytes: Uint8Array, chunk: () => number = () => bytes.length): ByteSource {
  return {
    name: 'memory',
    size: bytes.length,
    async *chunks(buffer) {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(
          bytes.length,
          at + Math.min(chunk(), buffer?.length ?? Number.POSITIVE_INFINITY),
        );
        const piece = buffer?.subarray(0, end - at) ?? new Uint8Array(end - at);
        piece.set(bytes.subarray(at, end));
        yield piece;
        piece.fill(0x5a);
        at = end;
      }
    },
  };
}
