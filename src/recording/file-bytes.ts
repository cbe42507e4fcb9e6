// A stretch of a file, piece by piece.
import fs from 'node:fs';

/** Bytes of a piece, the last one aside. */
export const READ_BYTES = 128 * 1024;

/** The bytes `[start, end)` of a file, in pieces that are valid until the next one is asked for. */
export function* fileBytes(path: string, start: number, end: number): Generator<Uint8Array> {
  const fd = fs.openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let at = start; at < end; ) {
      const read = fs.readSync(fd, buffer, 0, Math.min(READ_BYTES, end - at), at);
      if (read === 0) return;
      yield buffer.subarray(0, read);
      at += read;
    }
  } finally {
    fs.closeSync(fd);
  }
}
