// Fragments that were put into a stream: kept in a temporary file, so that memory does not grow with them.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dump, readFully } from './dump.ts';
import { DumpIndexer } from './dump-index.ts';

export class Spool {
  readonly dump: Dump;
  /** Milliseconds since the epoch at which each fragment was there. */
  readonly appearedAt: number[] = [];
  readonly #fd: number;
  readonly #folder: string;
  readonly #onAppended: () => void;
  #size = 0;

  constructor(onAppended: () => void) {
    this.#onAppended = onAppended;
    this.#folder = fs.mkdtempSync(join(tmpdir(), 'kvsrec-simulate-'));
    this.#fd = fs.openSync(join(this.#folder, 'fragments.mkv'), 'w+', 0o600);
    // Where the system allows it, the file is gone with the process, however that ends.
    this.#remove();
    const spool = this;
    this.dump = new Dump(
      {
        get size() {
          return spool.#size;
        },
        read: (start, end) => readFully(this.#fd, start, end),
        close: () => fs.closeSync(this.#fd),
      },
      [],
    );
  }

  /** Adds the fragments of these bytes, whole documents; they are there at once. */
  append(bytes: Uint8Array, now = Date.now()): void {
    const indexer = new DumpIndexer();
    indexer.push(bytes);
    const pieces = indexer.end();
    let written = 0;
    while (written < bytes.length) {
      written += fs.writeSync(this.#fd, bytes, written, bytes.length - written, this.#size + written);
    }
    for (const piece of pieces) this.dump.add(moved(piece, this.#size));
    for (const _ of pieces) this.appearedAt.push(now);
    this.#size += bytes.length;
    if (pieces.length > 0) this.#onAppended();
  }

  close(): void {
    this.dump.close();
    this.#remove();
  }

  #remove(): void {
    try {
      fs.rmSync(this.#folder, { recursive: true, force: true });
    } catch {
      // A system that keeps open files in place: `close` tries again.
    }
  }
}

function moved<
  P extends {
    start: number;
    end: number;
    head: { start: number; end: number } | null;
    segmentSizeAt: number | null;
  },
>(piece: P, by: number): P {
  const { head, segmentSizeAt } = piece;
  return {
    ...piece,
    start: piece.start + by,
    end: piece.end + by,
    head: head === null ? null : { start: head.start + by, end: head.end + by },
    segmentSizeAt: segmentSizeAt === null ? null : segmentSizeAt + by,
  };
}
