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

interface Contact {
  contactId: string | null;
  /** Its first audio, milliseconds since the epoch; undefined before any. */
  startMs: number | undefined;
}

export class DumpFile {
  readonly #folder: string;
  readonly #options: FileWriterOptions & { claim?: Claim | undefined };
  #writer: FileWriter | DoneFile | undefined;
  /** The contact's first audio has told the name. */
  #named: boolean;

  constructor(folder: string, options: FileWriterOptions & { claim?: Claim | undefined }, state?: DumpState) {
    this.#folder = folder;
    this.#options = options;
    this.#named = state?.named ?? state !== undefined;
    if (state === undefined) return;
    const file = path.join(folder, state.path);
    const temporary = path.join(folder, state.temporary);
    if (this.#named) options.claim?.(file);
    // Where the process stopped right after giving the dump its name, only its checkpoint is left to remove.
    this.#writer = fs.existsSync(temporary)
      ? new FileWriter(file, {
          ...options,
          resume: { temporary, size: state.size, unsynced: state.unsynced },
        })
      : new DoneFile(file);
  }

  /** Takes the bytes of a fragment that begins at `clusterMs` (epoch). They are in the file when the call returns. */
  add(bytes: readonly Uint8Array[], clusterMs: number, contact: Contact): void {
    // For what comes before the audio that tells the name; it may be hours.
    this.#writer ??= new FileWriter(this.#path(contact.contactId, clusterMs), {
      ...this.#options,
      provisional: true,
    });
    this.name(contact);
    for (const piece of bytes) {
      const chunk = new Chunk(Buffer.from(piece.buffer, piece.byteOffset, piece.length), UNPOOLED);
      chunk.length = piece.length;
      // Twice, so that the pool does not take over what is not its own.
      chunk.retain(2);
      this.#writer.write(chunk, this.#writer.size);
    }
  }

  /**
   * Names the file for a contact's first audio, unless it has a name or there is none yet. Without any, it keeps that of
   * its own first fragment.
   * @throws KvsrecError `file-exists`.
   */
  name(contact: Contact | undefined): void {
    if (this.#named || contact?.startMs === undefined || !(this.#writer instanceof FileWriter)) return;
    this.#rename(this.#writer, this.#path(contact.contactId, contact.startMs));
  }

  #rename(writer: FileWriter, file: string): void {
    this.#named = true;
    this.#options.claim?.(file);
    writer.rename(file);
  }

  #path(contactId: string | null, ms: number): string {
    const id = contactId === null ? 'unknown' : safePart(contactId);
    return path.join(this.#folder, `${id}_${compactTime(ms)}.mkv`);
  }

  get state(): DumpState | undefined {
    const writer = this.#writer;
    return (
      writer && {
        path: path.relative(this.#folder, writer.path),
        temporary: path.relative(this.#folder, writer.temporary),
        size: writer.size,
        ...(!this.#named && { named: false }),
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
    if (!this.#named && this.#writer instanceof FileWriter) this.#rename(this.#writer, this.#writer.path);
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
