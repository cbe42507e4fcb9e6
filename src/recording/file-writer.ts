// Writes one file under a temporary name and gives it its final name when it is complete.
import fs from 'node:fs';
import path from 'node:path';
import { threadId } from 'node:worker_threads';
import { KvsrecError } from '../errors.ts';
import type { Chunk } from './chunk.ts';

/** Bytes moved at a time where a finished file has to be shifted. */
const SHIFT_BYTES = 8 * 1024 * 1024;

let sequence = 0;

/** The error for a final name that is taken. */
function exists(file: string): KvsrecError {
  return new KvsrecError('file-exists', `${file} exists already`, {
    hint: 'Choose another folder with -o, or replace the file with --overwrite.',
  });
}

/**
 * Positional writes, done when the call returns: handing a chunk to the page cache takes less time than
 * handing it to a thread does. Node's own errors (ENOSPC, EACCES, …) pass through as they are.
 */
export class FileWriter {
  readonly path: string;
  /** Bytes of the file so far, holes included. */
  size = 0;

  readonly #temporary: string;
  readonly #overwrite: boolean;
  readonly #fd: number;
  #open = true;

  /** @throws KvsrecError `file-exists` where the final name is taken and `overwrite` is not set. */
  constructor(file: string, overwrite: boolean) {
    this.path = file;
    this.#overwrite = overwrite;
    if (!overwrite && fs.existsSync(file)) throw exists(file);
    const folder = path.dirname(file);
    fs.mkdirSync(folder, { recursive: true });
    this.#temporary = path.join(
      folder,
      `.${path.basename(file)}.${process.pid}-${threadId}-${sequence++}.part`,
    );
    this.#fd = fs.openSync(this.#temporary, 'wx+', 0o666);
  }

  /** Writes a chunk at `position` and releases it. Silence leaves a hole. */
  write(chunk: Chunk, position: number): void {
    if (chunk.bytes !== undefined) this.#writeAll(chunk.bytes, chunk.length, position);
    this.size = Math.max(this.size, position + chunk.length);
    chunk.release();
  }

  /** Changes `length` bytes at `position`; what lies past the last write reads as zero bytes. */
  modify(position: number, length: number, change: (bytes: Buffer) => void): void {
    const bytes = Buffer.alloc(length);
    fs.readSync(this.#fd, bytes, 0, length, position);
    change(bytes);
    this.#writeAll(bytes, length, position);
    this.size = Math.max(this.size, position + length);
  }

  /** Moves everything from `from` on by `by` bytes towards the end. */
  shift(from: number, by: number): void {
    const block = Buffer.allocUnsafe(SHIFT_BYTES);
    for (let end = this.size; end > from; ) {
      const start = Math.max(from, end - block.length);
      const read = fs.readSync(this.#fd, block, 0, end - start, start);
      // What lies past the last write is a hole that the file does not have yet.
      block.fill(0, read, end - start);
      this.#writeAll(block, end - start, start + by);
      end = start;
    }
    this.size += by;
  }

  /** Writes `header`, if any, at the front and gives the file its final name. */
  finish(header?: Uint8Array): void {
    if (header !== undefined) {
      this.#writeAll(header, header.length, 0);
      this.size = Math.max(this.size, header.length);
    }
    fs.ftruncateSync(this.#fd, this.size);
    this.#open = false;
    fs.closeSync(this.#fd);
    if (this.#overwrite) {
      fs.renameSync(this.#temporary, this.path);
      return;
    }
    try {
      // A link, unlike a rename, never replaces a file that has come into being meanwhile.
      fs.linkSync(this.#temporary, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(this.path);
      // Some file systems have no links.
      fs.renameSync(this.#temporary, this.path);
      return;
    }
    fs.unlinkSync(this.#temporary);
  }

  /** Gives up: nothing stays behind under the temporary name. */
  discard(): void {
    if (this.#open) fs.closeSync(this.#fd);
    this.#open = false;
    fs.rmSync(this.#temporary, { force: true });
  }

  #writeAll(bytes: Uint8Array, length: number, position: number): void {
    let written = 0;
    while (written < length) {
      written += fs.writeSync(this.#fd, bytes, written, length - written, position + written);
    }
  }
}
