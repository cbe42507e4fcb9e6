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

/** Bytes that wait in memory for the contact's first audio; a stream may bring none for hours, a video for example. */
const MAX_EARLY_BYTES = 8 * 1024 * 1024;

export class DumpFile {
  readonly #folder: string;
  readonly #options: FileWriterOptions & { claim?: Claim | undefined };
  #writer: FileWriter | DoneFile | undefined;
  /** What came before the contact's first audio told the name, and when it began. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #earlyMs: number | undefined;

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

  /**
   * Takes the bytes of a fragment that begins at `clusterMs` (epoch). The file is named for the contact's first audio, or
   * for its own first fragment, where it gets too much for memory before there is any.
   */
  add(
    bytes: readonly Uint8Array[],
    clusterMs: number,
    contact: { contactId: string | null; startMs: number | undefined },
  ): void {
    this.#early.push(...bytes);
    if (this.#writer === undefined) {
      this.#earlyMs ??= clusterMs;
      this.#earlyBytes += bytes.reduce((sum, { length }) => sum + length, 0);
      if (contact.startMs === undefined && this.#earlyBytes <= MAX_EARLY_BYTES) return;
      const id = contact.contactId === null ? 'unknown' : safePart(contact.contactId);
      const name = `${id}_${compactTime(contact.startMs ?? this.#earlyMs)}.mkv`;
      this.#writer = new FileWriter(path.join(this.#folder, name), this.#options);
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
