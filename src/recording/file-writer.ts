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

export interface FileWriterOptions {
  overwrite: boolean;
  /** Part of the temporary name, by which a later process knows it again. Without one, the process makes it up. */
  token?: string | undefined;
  /** Keep changes of what was written before as patches until `applyPatches`; see there. */
  journal?: boolean | undefined;
  /** Go on with a temporary file: what lies behind `size` is cut off. */
  resume?: { temporary: string; size: number } | undefined;
}

/** New bytes for a place in a file. */
export interface Patch {
  position: number;
  bytes: Uint8Array;
}

/**
 * Positional writes, done when the call returns: handing a chunk to the page cache takes less time than
 * handing it to a thread does. Node's own errors (ENOSPC, EACCES, …) pass through as they are.
 */
export class FileWriter {
  readonly path: string;
  /** Bytes of the file so far, holes included. */
  size = 0;
  readonly temporary: string;

  readonly #overwrite: boolean;
  readonly #journal: boolean;
  readonly #fd: number;
  #patches: Patch[] = [];
  /** Bytes up to the end of the last write: what lies behind is a hole that the file does not have yet. */
  #extent = 0;
  #open = true;

  /** @throws KvsrecError `file-exists` where the final name is taken and `overwrite` is not set. */
  constructor(file: string, { overwrite, token, journal = false, resume }: FileWriterOptions) {
    this.path = file;
    this.#overwrite = overwrite;
    this.#journal = journal;
    if (resume !== undefined) {
      this.temporary = resume.temporary;
      this.#fd = fs.openSync(resume.temporary, 'r+');
      fs.ftruncateSync(this.#fd, resume.size);
      this.size = resume.size;
      this.#extent = resume.size;
      return;
    }
    if (!overwrite && fs.existsSync(file)) throw exists(file);
    const folder = path.dirname(file);
    fs.mkdirSync(folder, { recursive: true });
    const own = `${token ?? `${process.pid}-${threadId}`}-${sequence++}`;
    this.temporary = path.join(folder, `.${path.basename(file)}.${own}.part`);
    this.#fd = fs.openSync(this.temporary, 'wx+', 0o666);
  }

  /** What `applyPatches` will write. */
  get patches(): Patch[] {
    return this.#patches;
  }

  /** Writes a chunk at `position` and releases it. Silence leaves a hole. */
  write(chunk: Chunk, position: number): void {
    const end = position + chunk.length;
    if (chunk.bytes !== undefined) this.#writeAll(chunk.bytes, chunk.length, position);
    this.size = Math.max(this.size, end);
    chunk.release();
  }

  /** Writes bytes at the end. */
  append(bytes: Uint8Array): void {
    this.#writeAll(bytes, bytes.length, this.size);
    this.size += bytes.length;
  }

  /** Changes `length` bytes at `position`; what lies past the last write reads as zero bytes. */
  modify(position: number, length: number, change: (bytes: Buffer) => void): void {
    const bytes = Buffer.alloc(length);
    fs.readSync(this.#fd, bytes, 0, length, position);
    change(bytes);
    if (this.#journal) this.#patches.push({ position, bytes });
    else this.#writeAll(bytes, length, position);
    this.size = Math.max(this.size, position + length);
  }

  /**
   * Writes what `modify` has changed since the last call. A change that was made of what stands in the file cannot be
   * made twice, so whoever keeps a journal first puts the patches on record, and after a crash writes them again.
   */
  applyPatches(): void {
    const patches = this.#patches;
    this.#patches = [];
    for (const { position, bytes } of patches) this.#writeAll(bytes, bytes.length, position);
  }

  /** Makes the file as long as it claims to be and puts `header` at its front. */
  settle(header: Uint8Array): void {
    if (this.size > this.#extent) {
      fs.ftruncateSync(this.#fd, this.size);
      this.#extent = this.size;
    }
    this.#writeAll(header, header.length, 0);
    this.size = Math.max(this.size, header.length);
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
    this.applyPatches();
    if (header !== undefined) {
      this.#writeAll(header, header.length, 0);
      this.size = Math.max(this.size, header.length);
    }
    fs.ftruncateSync(this.#fd, this.size);
    this.#open = false;
    fs.closeSync(this.#fd);
    if (this.#overwrite) {
      fs.renameSync(this.temporary, this.path);
      return;
    }
    try {
      // A link, unlike a rename, never replaces a file that has come into being meanwhile.
      fs.linkSync(this.temporary, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        // An earlier process may have come this far, and no further.
        if (!sameFile(this.temporary, this.path)) throw exists(this.path);
        fs.unlinkSync(this.temporary);
        return;
      }
      // Some file systems have no links.
      fs.renameSync(this.temporary, this.path);
      return;
    }
    fs.unlinkSync(this.temporary);
  }

  /** Gives up: nothing stays behind under the temporary name. */
  discard(): void {
    this.abandon();
    fs.rmSync(this.temporary, { force: true });
  }

  /** Closes the file and leaves it under its temporary name. */
  abandon(): void {
    if (this.#open) fs.closeSync(this.#fd);
    this.#open = false;
  }

  #writeAll(bytes: Uint8Array, length: number, position: number): void {
    this.#extent = Math.max(this.#extent, position + length);
    let written = 0;
    while (written < length) {
      written += fs.writeSync(this.#fd, bytes, written, length - written, position + written);
    }
  }
}

function sameFile(a: string, b: string): boolean {
  const [one, other] = [fs.statSync(a, { bigint: true }), fs.statSync(b, { bigint: true })];
  return one.ino === other.ino && one.dev === other.dev;
}
