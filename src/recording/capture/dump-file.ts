// The dump of a recording as the service sent it: the bytes of every fragment that belongs to it, once.
import fs from 'node:fs';
import path from 'node:path';
import { Chunk, ChunkPool } from '../chunk.ts';
import { compactTime, safePart } from '../file-name.ts';
import type { Claim } from '../file-owners.ts';
import { FileWriter, type FileWriterOptions } from '../file-writer.ts';
import type { SyncPoint } from '../sync-point.ts';
import { DoneFile } from '../wav-file.ts';
import type { DumpState } from './capture-state.ts';

const UNPOOLED = new ChunkPool();

export class DumpFile {
  readonly #folder: string;
  readonly #options: FileWriterOptions & { claim?: Claim | undefined };
  #writer: FileWriter | DoneFile | undefined;
  /** What came before the contact's first audio told the name. */
  #early: Uint8Array[] = [];

  constructor(folder: string, options: FileWriterOptions & { claim?: Claim | undefined }, state?: DumpState) {
    this.#folder = folder;
    this.#options = options;
    if (state === undefined) return;
    const file = path.join(folder, state.path);
    const temporary = path.join(folder, state.temporary);
    options.claim?.(file);
    // Where the process stopped right after giving the dump its name, only its checkpoint is left to remove.
    this.#writer = fs.existsSync(temporary)
      ? new FileWriter(file, { ...options, resume: { temporary, size: state.size } })
      : new DoneFile(file);
  }

  add(
    bytes: readonly Uint8Array[],
    contact: { contactId: string | null; startMs: number | undefined } | undefined,
  ): void {
    this.#early.push(...bytes);
    if (this.#writer === undefined) {
      if (contact?.startMs === undefined) return;
      const id = contact.contactId === null ? 'unknown' : safePart(contact.contactId);
      const name = `${id}_${compactTime(contact.startMs)}.mkv`;
      const file = path.join(this.#folder, name);
      this.#options.claim?.(file);
      this.#writer = new FileWriter(file, this.#options);
    }
    for (const piece of this.#early) {
      const chunk = new Chunk(Buffer.from(piece.buffer, piece.byteOffset, piece.length), UNPOOLED);
      chunk.length = piece.length;
      // Twice, so that the pool does not take over what is not its own.
      chunk.retain(2);
      this.#writer.write(chunk, this.#writer.size);
    }
    this.#early = [];
  }

  get state(): DumpState | undefined {
    const writer = this.#writer;
    return (
      writer && {
        path: path.relative(this.#folder, writer.path),
        temporary: path.relative(this.#folder, writer.temporary),
        size: writer.size,
        ...(writer.extents.length > 0 && { unsynced: writer.extents }),
      }
    );
  }

  /** See `FileWriter.syncPoint`; there are no changes. */
  syncPoint(): SyncPoint<never> | undefined {
    const point = this.#writer?.syncPoint();
    return point && { ...point, patches: [] };
  }

  finish(): { path: string; bytes: number } | undefined {
    this.#writer?.finish();
    return this.#writer && { path: this.#writer.path, bytes: this.#writer.size };
  }

  discard(): void {
    this.#writer?.discard();
  }

  abandon(): void {
    this.#writer?.abandon();
  }
}
