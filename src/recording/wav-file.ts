// The files of a recording: WAV, whose header is written when the length is known, and payloads as they are.
import { RF64_HEADER_BYTES, RIFF_MAX_DATA_BYTES, WAV_HEADER_BYTES, wavHeader } from '../audio/wav.ts';
import { CHUNK_BYTES, type Chunk } from './chunk.ts';
import { FileWriter } from './file-writer.ts';

export interface OutputFile {
  readonly path: string;
  /** Bytes of the file so far. */
  readonly size: number;
  /** Takes the chunk with that number; all but the last are full. */
  write(chunk: Chunk, index: number): void;
  /** Gives the file its final name. */
  finish(): void;
  /** Gives up; a finished file stays. */
  discard(): void;
}

export interface WavFileOptions {
  sampleRate: number;
  channels: number;
  overwrite: boolean;
  /** Bytes of a full chunk of this file; `CHUNK_BYTES` unless it differs. */
  chunkBytes?: number;
  /** Most data bytes of the short header form; RF64 past them. Only tests set it. */
  riffMaxDataBytes?: number;
}

/** Mono or multichannel PCM 16-bit. A file past 4 GiB becomes RF64, its data moved by the 36 bytes that takes. */
export class WavFile implements OutputFile {
  readonly #writer: FileWriter;
  readonly #options: WavFileOptions;
  readonly #chunkBytes: number;

  constructor(file: string, options: WavFileOptions) {
    this.#writer = new FileWriter(file, options.overwrite);
    this.#options = options;
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
  }

  get path(): string {
    return this.#writer.path;
  }

  get size(): number {
    return Math.max(WAV_HEADER_BYTES, this.#writer.size);
  }

  write(chunk: Chunk, index: number): void {
    this.writeAt(chunk, index * this.#chunkBytes);
  }

  /** Writes a chunk `start` bytes after the beginning of the data. */
  writeAt(chunk: Chunk, start: number): void {
    this.#writer.write(chunk, WAV_HEADER_BYTES + start);
  }

  /** Changes bytes of the data, `start` counted from its beginning. */
  modify(start: number, length: number, change: (bytes: Buffer) => void): void {
    this.#writer.modify(WAV_HEADER_BYTES + start, length, change);
  }

  finish(): void {
    const { sampleRate, channels, riffMaxDataBytes = RIFF_MAX_DATA_BYTES } = this.#options;
    const dataBytes = this.size - WAV_HEADER_BYTES;
    const long = dataBytes > riffMaxDataBytes;
    if (long) this.#writer.shift(WAV_HEADER_BYTES, RF64_HEADER_BYTES - WAV_HEADER_BYTES);
    this.#writer.finish(wavHeader({ sampleRate, channels, dataBytes, ...(long ? { form: 'RF64' } : {}) }));
  }

  discard(): void {
    this.#writer.discard();
  }
}

/** Payloads end to end, without a header of ours: AAC in ADTS, or a codec that is not decoded. */
export class PlainFile implements OutputFile {
  readonly #writer: FileWriter;

  constructor(file: string, overwrite: boolean) {
    this.#writer = new FileWriter(file, overwrite);
  }

  get path(): string {
    return this.#writer.path;
  }

  get size(): number {
    return this.#writer.size;
  }

  write(chunk: Chunk, index: number): void {
    this.#writer.write(chunk, index * CHUNK_BYTES);
  }

  finish(): void {
    this.#writer.finish();
  }

  discard(): void {
    this.#writer.discard();
  }
}
