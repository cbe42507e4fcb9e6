// The files of a recording: WAV, whose header is written when the length is known, and payloads as they are.
import { RF64_HEADER_BYTES, RIFF_MAX_DATA_BYTES, WAV_HEADER_BYTES, wavHeader } from '../audio/wav.ts';
import type { Chunk } from './chunk.ts';
import { FileWriter, type FileWriterOptions, type Patch } from './file-writer.ts';

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
  riffMaxDataBytes?: number;
}

/** Mono or multichannel PCM 16-bit. A file past 4 GiB becomes RF64, its data moved by the 36 bytes that takes. */
export class WavFile implements OutputFile {
  readonly #writer: FileWriter;
  readonly #options: WavFileOptions;

  constructor(file: string, options: WavFileOptions) {
    this.#writer = new FileWriter(file, options);
    this.#options = options;
  }

  get path(): string {
    return this.#writer.path;
  }

  get temporary(): string {
    return this.#writer.temporary;
  }

  get size(): number {
    return Math.max(WAV_HEADER_BYTES, this.#writer.size);
  }

  write(chunk: Chunk, position: number): void {
    this.#writer.write(chunk, WAV_HEADER_BYTES + position);
  }

  /** Changes bytes of the data, `start` counted from its beginning. */
  modify(start: number, length: number, change: (bytes: Buffer) => void): void {
    this.#writer.modify(WAV_HEADER_BYTES + start, length, change);
  }

  settle(): Patch[] {
    // The long form takes its place when the file is finished; until then a player stops at 4 GiB.
    this.#writer.settle(this.#header(Math.min(this.size - WAV_HEADER_BYTES, this.#riffMax), false));
    return this.#writer.patches;
  }

  applyPatches(): void {
    this.#writer.applyPatches();
  }

  finish(): void {
    const dataBytes = this.size - WAV_HEADER_BYTES;
    const long = dataBytes > this.#riffMax;
    if (long) this.#writer.shift(WAV_HEADER_BYTES, RF64_HEADER_BYTES - WAV_HEADER_BYTES);
    this.#writer.finish(this.#header(dataBytes, long));
  }

  discard(): void {
    this.#writer.discard();
  }

  abandon(): void {
    this.#writer.abandon();
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
export class PlainFile implements OutputFile {
  readonly #writer: FileWriter;

  constructor(file: string, options: FileWriterOptions) {
    this.#writer = new FileWriter(file, options);
  }

  get path(): string {
    return this.#writer.path;
  }

  get temporary(): string {
    return this.#writer.temporary;
  }

  get size(): number {
    return this.#writer.size;
  }

  write(chunk: Chunk, position: number): void {
    this.#writer.write(chunk, position);
  }

  settle(): Patch[] {
    return [];
  }

  applyPatches(): void {}

  finish(): void {
    this.#writer.finish();
  }

  discard(): void {
    this.#writer.discard();
  }

  abandon(): void {
    this.#writer.abandon();
  }
}

/** A file that has its final name already. */
export class DoneFile implements OutputFile {
  readonly temporary: string;

  constructor(
    readonly path: string,
    readonly size: number,
  ) {
    this.temporary = path;
  }

  write(chunk: Chunk): void {
    chunk.release();
  }

  settle(): Patch[] {
    return [];
  }

  applyPatches(): void {}

  finish(): void {}

  discard(): void {}

  abandon(): void {}
}
