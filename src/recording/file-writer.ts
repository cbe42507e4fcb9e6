// Writes one file under a temporary name, in the background, and gives it its final name when it is complete.
import fs from 'node:fs';
import path from 'node:path';
import { KvsrecError } from '../errors.ts';
import type { Chunk } from './chunk.ts';

let sequence = 0;

/** The error for a final name that is taken. */
function exists(file: string): KvsrecError {
  return new KvsrecError('file-exists', `${file} exists already`, {
    hint: 'Choose another folder with -o, or replace the file with --overwrite.',
  });
}

/**
 * Positional writes that run while the caller goes on. The first failure is kept and thrown by `check`, `settled` and
 * `finish`; Node's own errors (ENOSPC, EACCES, …) pass through as they are.
 */
export class FileWriter {
  readonly path: string;

  readonly #temporary: string;
  readonly #overwrite: boolean;
  readonly #fd: number;
  #size = 0;
  #writing = 0;
  #modifying = 0;
  #failure: Error | undefined;
  #waiting: (() => void)[] = [];
  #work: Promise<void> = Promise.resolve();
  #open = true;

  constructor(file: string, overwrite: boolean) {
    this.path = file;
    this.#overwrite = overwrite;
    if (!overwrite && fs.existsSync(file)) throw exists(file);
    const folder = path.dirname(file);
    fs.mkdirSync(folder, { recursive: true });
    this.#temporary = path.join(folder, `.${path.basename(file)}.${process.pid}-${sequence++}.part`);
    this.#fd = fs.openSync(this.#temporary, 'wx+', 0o666);
  }

  /** Bytes handed to the system and not yet written. */
  get pending(): number {
    return this.#writing + this.#modifying;
  }

  /** Bytes of the file so far, holes included. */
  get size(): number {
    return this.#size;
  }

  /** Writes a chunk at `position` and releases it when it is on its way to the disk. Silence leaves a hole. */
  write(chunk: Chunk, position: number): void {
    this.#size = Math.max(this.#size, position + chunk.length);
    const bytes = chunk.bytes;
    if (bytes === undefined) {
      chunk.release();
      return;
    }
    this.#writeAll(bytes, 0, chunk.length, position, () => chunk.release());
  }

  /** Changes `length` bytes at `position` that were written before. */
  modify(position: number, length: number, change: (bytes: Buffer) => void): void {
    this.#modifying += length;
    this.#size = Math.max(this.#size, position + length);
    const before = this.#work;
    this.#work = (async () => {
      await before;
      while (this.#writing > 0) await this.#change();
      // What lies past the last write reads as silence.
      const bytes = Buffer.alloc(length);
      fs.readSync(this.#fd, bytes, 0, length, position);
      change(bytes);
      fs.writeSync(this.#fd, bytes, 0, length, position);
    })()
      .catch((error: Error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#modifying -= length;
        this.#wake();
      });
  }

  /** Throws what has failed so far. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits until no more than `left` bytes are pending. */
  async settled(left = 0): Promise<void> {
    while (this.pending > left) await this.#change();
    this.check();
  }

  /** Writes `head` at the front and gives the file its final name. */
  async finish(head: (dataEnd: number) => Uint8Array | undefined): Promise<void> {
    await this.settled();
    const header = head(this.#size);
    if (header !== undefined) {
      fs.writeSync(this.#fd, header, 0, header.length, 0);
      this.#size = Math.max(this.#size, header.length);
    }
    fs.ftruncateSync(this.#fd, this.#size);
    this.#open = false;
    fs.closeSync(this.#fd);
    if (this.#overwrite) {
      fs.renameSync(this.#temporary, this.path);
      return;
    }
    try {
      // A link, unlike a rename, never replaces a file that has come into being meanwhile.
      fs.linkSync(this.#temporary, this.path);
      fs.unlinkSync(this.#temporary);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        fs.rmSync(this.#temporary, { force: true });
        throw exists(this.path);
      }
      // Some file systems have no links.
      fs.renameSync(this.#temporary, this.path);
    }
  }

  /** Moves everything from `from` on by `by` bytes towards the end. Call it when settled. */
  shift(from: number, by: number): void {
    const block = Buffer.allocUnsafe(8 * 1024 * 1024);
    for (let end = this.#size; end > from; ) {
      const start = Math.max(from, end - block.length);
      const read = fs.readSync(this.#fd, block, 0, end - start, start);
      // What lies past the last write is a hole that the file does not have yet.
      block.fill(0, read, end - start);
      fs.writeSync(this.#fd, block, 0, end - start, start + by);
      end = start;
    }
    this.#size += by;
  }

  /** Gives up: nothing stays behind. */
  async discard(): Promise<void> {
    while (this.pending > 0) await this.#change();
    if (this.#open) fs.closeSync(this.#fd);
    this.#open = false;
    fs.rmSync(this.#temporary, { force: true });
  }

  #writeAll(bytes: Buffer, at: number, end: number, position: number, done: () => void): void {
    this.#writing += end - at;
    fs.write(this.#fd, bytes, at, end - at, position, (error, written) => {
      if (error !== null) this.#failure ??= error;
      const rest = error === null ? end - at - written : 0;
      if (rest > 0) this.#writeAll(bytes, at + written, end, position + written, done);
      else done();
      this.#writing -= end - at;
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when the next piece of work is done. */
  #change(): Promise<void> {
    return new Promise((wake) => {
      this.#waiting.push(wake);
    });
  }
}
