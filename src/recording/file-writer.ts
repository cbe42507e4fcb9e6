// Writes one file under a temporary name and gives it its final name when it is complete.
import fs from 'node:fs';
import path from 'node:path';
import { KvsrecError } from '../errors.ts';
import type { Chunk } from './chunk.ts';
import { syncFile, syncFileNow } from './disk-sync.ts';
import type { Patch, SyncPoint } from './sync-point.ts';
import { type WrittenExtent, WrittenExtents } from './written-extents.ts';

/** Bytes moved at a time where a finished file has to be shifted. */
const SHIFT_BYTES = 8 * 1024 * 1024;

let sequence = 0;

/** Tells this thread's temporary files from those of the process's other ones. */
const thread = Math.random().toString(36).slice(2, 8);

/**
 * Gives a finished file its final name.
 * @throws KvsrecError `file-exists` where that was taken meanwhile and `overwrite` is not set; the file stays as it is.
 */
export function giveName(temporary: string, file: string, overwrite: boolean): void {
  if (overwrite) {
    fs.renameSync(temporary, file);
    return;
  }
  try {
    // A link, unlike a rename, never replaces a file that has come into being meanwhile.
    fs.linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      // An earlier process may have come this far, and no further.
      if (!sameFile(temporary, file)) throw exists(file);
      fs.unlinkSync(temporary);
      return;
    }
    // Some file systems have no links: what came into being while the file was written is looked for once more.
    refuseExisting(file);
    fs.renameSync(temporary, file);
    return;
  }
  fs.unlinkSync(temporary);
}

/** @throws KvsrecError `file-exists` where there is a file of that name. */
export function refuseExisting(file: string): void {
  if (fs.existsSync(file)) throw exists(file);
}

/** The error for a final name that is taken. */
function exists(file: string): KvsrecError {
  return new KvsrecError('file-exists', `${file} exists already`, {
    hint: 'Choose another place for it, or replace it with --overwrite.',
  });
}

export interface FileWriterOptions {
  overwrite: boolean;
  /** Part of the temporary name, by which a later process knows it again. Without one, the process makes it up. */
  token?: string | undefined;
  /** Keep changes of what was written before as patches until `applyPatches`, and note what is not on the disk yet. */
  journal?: boolean | undefined;
  /** Another name may still come, by `rename`: what has this one is no matter yet. */
  provisional?: boolean | undefined;
  /**
   * Go on with a temporary file: what lies behind `size` is cut off; `patches` are on record and may not be made yet, and
   * what is `unsynced` may not be on the disk.
   */
  resume?:
    | {
        temporary: string;
        size: number;
        patches?: readonly Patch[] | undefined;
        unsynced?: readonly WrittenExtent[] | undefined;
      }
    | undefined;
}

/**
 * Positional writes, done when the call returns: handing a chunk to the page cache takes less time than
 * handing it to a thread does. Node's own errors (ENOSPC, EACCES, …) pass through as they are.
 */
export class FileWriter {
  /** The final name. */
  path: string;
  /** Bytes of the file so far, holes included. */
  size = 0;
  readonly temporary: string;

  readonly #overwrite: boolean;
  /** Present where a journal is kept. */
  readonly #extents: WrittenExtents | undefined;
  #fd: number;
  /** Changes that are not in the file yet. */
  #patches: Patch[] = [];
  /** Changes that are, and that may not be on the disk. */
  #made: Patch[] = [];
  /** Bytes before it belong to a checkpoint that outlasts a power failure: no change of them before the next one. */
  #fence = 0;
  /** Bytes up to the end of the last write: what lies behind is a hole that the file does not have yet. */
  #extent = 0;
  /** Written since the last time that the disk was waited for. */
  #unsynced = false;
  #syncs = 0;
  #header: Uint8Array | undefined;
  #open = true;

  /** @throws KvsrecError `file-exists` where the final name is taken and `overwrite` is not set. */
  constructor(file: string, { overwrite, token, journal = false, provisional, resume }: FileWriterOptions) {
    this.path = file;
    this.#overwrite = overwrite;
    this.#extents = journal ? new WrittenExtents(resume?.unsynced) : undefined;
    if (resume !== undefined) {
      this.temporary = resume.temporary;
      this.#fd = fs.openSync(resume.temporary, 'r+');
      fs.ftruncateSync(this.#fd, resume.size);
      this.size = resume.size;
      this.#extent = resume.size;
      this.#fence = resume.size;
      this.#unsynced = true;
      this.#patches = [...(resume.patches ?? [])];
      return;
    }
    if (!overwrite && provisional !== true) refuseExisting(file);
    const folder = path.dirname(file);
    fs.mkdirSync(folder, { recursive: true });
    const own = `${token ?? `${process.pid}-${thread}`}-${sequence++}`;
    this.temporary = path.join(folder, `.${path.basename(file)}.${own}.part`);
    this.#fd = fs.openSync(this.temporary, 'wx+', 0o666);
  }

  /**
   * Chooses another final name in the same folder.
   * @throws KvsrecError `file-exists` where it is taken and `overwrite` is not set.
   */
  rename(file: string): void {
    if (!this.#overwrite) refuseExisting(file);
    this.path = file;
  }

  /** The changes that a checkpoint has to tell of: those that are not made yet, and those that a power failure undoes. */
  get patches(): Patch[] {
    return [...this.#made, ...this.#patches];
  }

  /** Bytes of changes that wait. */
  get heldBytes(): number {
    return this.#patches.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** What the file holds, its patches made, and a power failure may take away. */
  get extents(): WrittenExtent[] {
    return this.#extents?.list((start, end) => this.#read(start, end - start)) ?? [];
  }

  /** Writes a chunk at `position` and releases it. Silence leaves a hole. */
  write(chunk: Chunk, position: number): void {
    const end = position + chunk.length;
    if (chunk.bytes !== undefined) {
      this.#writeAll(chunk.bytes, chunk.length, position);
      this.#extents?.add(chunk.bytes.subarray(0, chunk.length), position);
    }
    this.size = Math.max(this.size, end);
    chunk.release();
  }

  /** Writes bytes at the end. */
  append(bytes: Uint8Array): void {
    this.#writeAll(bytes, bytes.length, this.size);
    this.#extents?.add(bytes, this.size);
    this.size += bytes.length;
  }

  /** Changes `length` bytes at `position`; what lies past the last write reads as zero bytes. */
  modify(position: number, length: number, change: (bytes: Buffer) => void): void {
    const bytes = this.#read(position, length);
    change(bytes);
    if (this.#extents !== undefined) {
      this.#patches.push({ position, bytes });
      this.#extents.change(position, position + length);
    } else {
      this.#writeAll(bytes, length, position);
    }
    this.size = Math.max(this.size, position + length);
  }

  /**
   * Writes what `modify` has changed since the last call. A change that was made of what stands in the file cannot be
   * made twice, so whoever keeps a journal first puts the patches on record, and after a crash writes them again. Those
   * of bytes before the last sync point wait until the next one is kept.
   */
  applyPatches(): void {
    const patches = this.#patches;
    this.#patches = patches.filter(({ position }) => position < this.#fence);
    for (const patch of patches) if (patch.position >= this.#fence) this.#apply(patch);
  }

  /** To be called when the patches were applied; they and the size are the state that the point is about. */
  syncPoint(): SyncPoint {
    const patches = [...this.#patches];
    const made = new Set(this.#made);
    const onDisk = this.#extents?.mark();
    this.#fence = this.size;
    return {
      patches,
      written: () => this.sync(),
      kept: () => {
        onDisk?.();
        this.#made = this.#made.filter((patch) => !made.has(patch));
        const waiting = new Set(patches);
        this.#patches = this.#patches.filter((patch) => !waiting.has(patch));
        for (const patch of patches) this.#apply(patch);
        if (this.#extents !== undefined) this.#made.push(...patches);
      },
    };
  }

  /** Brings what was written so far to the disk. */
  async sync(): Promise<void> {
    if (!this.#unsynced || !this.#open) return;
    this.#unsynced = false;
    this.#syncs++;
    try {
      await syncFile(this.#fd);
    } catch (error) {
      this.#unsynced = true;
      throw error;
    } finally {
      this.#syncs--;
      if (!this.#open && this.#syncs === 0) fs.closeSync(this.#fd);
    }
  }

  /** Makes the file as long as it claims to be and puts `header` at its front. */
  settle(header: Uint8Array): void {
    this.#extend();
    this.#putHeader(header);
  }

  /** Another file of `size` bytes, which is on the disk, has taken the temporary one's place. */
  replaced(size: number): void {
    this.#close();
    this.#fd = fs.openSync(this.temporary, 'r+');
    this.#open = true;
    this.size = size;
    this.#extent = size;
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
    this.#fence = 0;
    this.applyPatches();
    if (header !== undefined) this.#putHeader(header);
    this.#extend();
    // A name that outlasts a power failure must not be that of a file which does not.
    if (this.#extents !== undefined && this.#unsynced) syncFileNow(this.#fd);
    this.#close();
    giveName(this.temporary, this.path, this.#overwrite);
  }

  /** Gives up: nothing stays behind under the temporary name. */
  discard(): void {
    this.abandon();
    fs.rmSync(this.temporary, { force: true });
  }

  /** Closes the file and leaves it under its temporary name. */
  abandon(): void {
    if (this.#open) this.#close();
  }

  #close(): void {
    this.#open = false;
    // Otherwise whoever waits for the disk closes it.
    if (this.#syncs === 0) fs.closeSync(this.#fd);
  }

  #extend(): void {
    if (this.size <= this.#extent) return;
    fs.ftruncateSync(this.#fd, this.size);
    this.#extent = this.size;
    this.#unsynced = true;
  }

  #putHeader(header: Uint8Array): void {
    if (this.#header === undefined || Buffer.compare(this.#header, header) !== 0) {
      this.#writeAll(header, header.length, 0);
      this.#header = header;
    }
    this.size = Math.max(this.size, header.length);
  }

  #apply({ position, bytes }: Patch): void {
    this.#writeAll(bytes, bytes.length, position);
  }

  /** Bytes as they are when the patches are made. */
  #read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    fs.readSync(this.#fd, bytes, 0, length, position);
    for (const patch of this.#patches) {
      const from = Math.max(position, patch.position);
      const to = Math.min(position + length, patch.position + patch.bytes.length);
      if (from < to)
        bytes.set(patch.bytes.subarray(from - patch.position, to - patch.position), from - position);
    }
    return bytes;
  }

  #writeAll(bytes: Uint8Array, length: number, position: number): void {
    this.#unsynced = true;
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
