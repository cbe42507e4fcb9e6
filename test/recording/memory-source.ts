// Bytes in memory as a source.
import type { ByteSource } from '../../src/recording/types.ts';

/** Yields the bytes in pieces of `chunk()` bytes; every piece is overwritten once the next one is asked for. */
export function memorySource(bytes: Uint8Array, chunk: () => number = () => bytes.length): ByteSource {
  return {
    name: 'memory',
    size: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + chunk());
        const piece = Uint8Array.from(bytes.subarray(at, end));
        yield piece;
        piece.fill(0x5a);
        at = end;
      }
    },
  };
}
