// Blocks of audio that have to wait for long, in a temporary file without a name.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Blocks of one size, kept at numbered places that are used again. The file is made with the first block. */
export class SpillFile {
  readonly #blockBytes: number;
  readonly #free: number[] = [];
  #slots = 0;
  #fd: number | undefined;

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  /** Writes a block and answers its place. @throws Node's errors of writing; the block has no place then. */
  put(block: Uint8Array): number {
    this.#fd ??= open();
    const slot = this.#free.at(-1) ?? this.#slots;
    const written = fs.writeSync(this.#fd, block, 0, this.#blockBytes, slot * this.#blockBytes);
    if (written < this.#blockBytes) throw new RangeError('the temporary file takes no more');
    if (slot === this.#slots) this.#slots++;
    else this.#free.pop();
    return slot;
  }

  /** Reads a block, or as much of it from `offset` on as there is room for. */
  read(slot: number, into: Uint8Array, offset = 0): void {
    const length = Math.min(into.length, this.#blockBytes - offset);
    fs.readSync(this.#fd!, into, 0, length, slot * this.#blockBytes + offset);
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** A call's audio is private: the file is nobody else's to read, and has no name as soon as it is open. */
function open(): number {
  const folder = fs.mkdtempSync(join(tmpdir(), 'kvsrec-audio-'));
  const path = join(folder, 'waiting.pcm');
  try {
    const fd = fs.openSync(path, 'wx+', 0o600);
    if (process.platform !== 'win32') fs.rmSync(path);
    return fd;
  } finally {
    if (process.platform !== 'win32') fs.rmdirSync(folder);
  }
}
