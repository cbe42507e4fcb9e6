// The files of a recording: WAV, whose header is written when the length is known, and payloads as they are.
import fs from 'node:fs';
import { RF64_HEADER_BYTES, RIFF_MAX_DATA_BYTES, WAV_HEADER_BYTES, wavHeader } from '../audio/wav.ts';
import type { Chunk } from './chunk.ts';
import { FileWriter, type FileWriterOptions } from './file-writer.ts';
import { isLongForm, writeLongForm } from './long-form.ts';
import type { Patch, SyncPoint } from './sync-point.ts';
import type { WrittenExtent } from './written-extents.ts';

export interface OutputFile {
  readonly path: string;
  /** Where the bytes stand until the file is finished. */
  readonly temporary: string;
  /** Bytes of the file so far. */
  readonly size: number;
  /** Takes the chunk that stands `position` bytes after the beginning of the data. */
  write(chunk: Chunk, position: number): void;
  /** Makes what was written so far a file that can be played, and answers the changes that are still to be made. */
  settle(): Patch[];
  /** Makes the changes that `settle` answered; they are on record by now. */
  applyPatches(): void;
  /** Bytes of changes that wait. */
  readonly heldBytes: number;
  /** See `FileWriter.extents`. Of a file that is settled. */
  readonly extents: WrittenExtent[];
  /** See `FileWriter.syncPoint`. */
  syncPoint(): SyncPoint | undefined;
  /** Brings a settled file into its last form and onto the disk, so that only the name is missing. */
  complete(): Promise<void>;
  /** Gives the file its final name. */
  finish(): void;
  /** Gives up; a finished file stays. */
  discard(): void;
  /** Closes the file and leaves it under its temporary name, to go on with later. */
  abandon(): void;
}

export interface WavFileOptions extends FileWriterOptions {
  sampleRate: number;
  channels: number;
  /** Most data bytes of the short header form; RF64 past them. Only tests set it. */
  riffMaxDataBytes?: number | undefined;
}

/** A file under its temporary name. */
abstract class WrittenFile implements OutputFile {
  protected readonly writer: FileWriter;

  constructor(file: string, options: FileWriterOptions) {
    this.writer = new FileWriter(file, options);
  }

  get path(): string {
    return this.writer.path;
  }

  get temporary(): string {
    return this.writer.temporary;
  }

  get heldBytes(): number {
    return this.writer.heldBytes;
  }

  get extents(): WrittenExtent[] {
    return this.writer.extents;
  }

  abstract readonly size: number;
  abstract write(chunk: Chunk, position: number): void;
  abstract settle(): Patch[];
  abstract finish(): void;

  applyPatches(): void {
    this.writer.applyPatches();
  }

  syncPoint(): SyncPoint | undefined {
    return this.writer.syncPoint();
  }

  async complete(): Promise<void> {
    await this.writer.sync();
  }

  discard(): void {
    this.writer.discard();
  }

  abandon(): void {
    this.writer.abandon();
  }
}

/** Mono or multichannel PCM 16-bit. A file past 4 GiB becomes RF64, its data moved by the 36 bytes that takes. */
export class WavFile extends WrittenFile {
  readonly #options: WavFileOptions;
  /** It has the long header already. */
  #long: boolean;

  constructor(file: string, options: WavFileOptions) {
    const { resume } = options;
    const long = resume !== undefined && isLongForm(resume.temporary);
    // What comes last has been done to it: its changes are made, and stand further on.
    const done = long && {
      resume: { temporary: resume.temporary, size: fs.statSync(resume.temporary).size },
    };
    super(file, { ...options, ...done });
    this.#options = options;
    this.#long = long;
  }

  get size(): number {
    return Math.max(WAV_HEADER_BYTES, this.writer.size);
  }

  write(chunk: Chunk, position: number): void {
    this.writer.write(chunk, WAV_HEADER_BYTES + position);
  }

  /** Changes bytes of the data, `start` counted from its beginning. */
  modify(start: number, length: number, change: (bytes: Buffer) => void): void {
    this.writer.modify(WAV_HEADER_BYTES + start, length, change);
  }

  settle(): Patch[] {
    if (this.#long) return [];
    // The long form takes its place when the file is finished; until then a player stops at 4 GiB.
    this.writer.settle(this.#header(Math.min(this.#dataBytes, this.#riffMax), false));
    return this.writer.patches;
  }

  /** Past 4 GiB the long form is written beside the file and takes its place, so that no kill leaves half of it. */
  override async complete(): Promise<void> {
    await this.writer.sync();
    if (this.#long || this.#dataBytes <= this.#riffMax) return;
    const header = this.#header(this.#dataBytes, true);
    await writeLongForm(this.temporary, header, WAV_HEADER_BYTES, this.size);
    this.writer.replaced(this.size + header.length - WAV_HEADER_BYTES);
    this.#long = true;
  }

  finish(): void {
    if (this.#long) {
      this.writer.finish();
      return;
    }
    const dataBytes = this.#dataBytes;
    const long = dataBytes > this.#riffMax;
    if (long) this.writer.shift(WAV_HEADER_BYTES, RF64_HEADER_BYTES - WAV_HEADER_BYTES);
    this.writer.finish(this.#header(dataBytes, long));
  }

  get #dataBytes(): number {
    return this.size - WAV_HEADER_BYTES;
  }

  get #riffMax(): number {
    const { riffMaxDataBytes = RIFF_MAX_DATA_BYTES, channels } = this.#options;
    return riffMaxDataBytes - (riffMaxDataBytes % (2 * channels));
  }

  #header(dataBytes: number, long: boolean): Uint8Array {
    const { sampleRate, channels } = this.#options;
    return wavHeader({ sampleRate, channels, dataBytes, ...(long ? { form: 'RF64' } : {}) });
  }
}

/** Payloads end to end, without a header of ours: AAC in ADTS, or a codec that is not decoded. */
export class PlainFile extends WrittenFile {
  get size(): number {
    return this.writer.size;
  }

  write(chunk: Chunk, position: number): void {
    this.writer.write(chunk, position);
  }

  settle(): Patch[] {
    return [];
  }

  finish(): void {
    this.writer.finish();
  }
}

/** A file that has its final name already. */
export class DoneFile implements OutputFile {
  readonly temporary: string;
  readonly size: number;
  readonly heldBytes = 0;
  readonly extents: WrittenExtent[] = [];

  constructor(readonly path: string) {
    this.temporary = path;
    this.size = fs.statSync(path).size;
  }

  write(chunk: Chunk): void {
    chunk.release();
  }

  settle(): Patch[] {
    return [];
  }

  applyPatches(): void {}

  syncPoint(): undefined {}

  async complete(): Promise<void> {}

  finish(): void {}

  discard(): void {}

  abandon(): void {}
}
