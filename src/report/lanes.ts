// The audio of a call as lanes, read from its WAV files side by side in pieces of equal length.
import fs from 'node:fs';
import { downmix } from '../audio/mix.ts';
import { parseWavHeader, type WavHeader } from '../audio/wav.ts';
import { KvsrecError } from '../errors.ts';
import type { TrackDirection } from '../recording/types.ts';

/** Samples of every lane that are read at a time: 4 s at 8 kHz. */
const PIECE_SAMPLES = 32 * 1024;
/** Bytes that a WAV file's header and the chunks before its samples may take. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Pieces that are read without letting timers and signals in. */
const PIECES_A_TURN = 32;

/** A file with one or both directions of a call in it. */
export interface LaneFile {
  path: string;
  /** Whom it carries: `both` is stereo (left from, right to the customer) or, in one channel, their mix. */
  direction: TrackDirection | 'both';
}

export interface Lane {
  direction: TrackDirection | 'both';
  /** Samples of its own, before the lanes are brought to one length. */
  samples: number;
}

interface OpenFile {
  path: string;
  fd: number;
  header: WavHeader;
  frames: number;
}

/** One call's lanes. `pieces` can be read any number of times. */
export class Lanes {
  readonly lanes: readonly Lane[];
  /** Samples a second, of every lane: the highest of the files'. */
  readonly sampleRate: number;
  /** Samples of every lane. */
  readonly samples: number;
  readonly #files: readonly OpenFile[];
  readonly #splitStereo: boolean;

  /**
   * Opens the files.
   * @throws KvsrecError `not-wav`; Node's own errors of opening as they are.
   */
  constructor(files: readonly LaneFile[]) {
    const open: OpenFile[] = [];
    try {
      for (const { path } of files) open.push(openWav(path));
    } catch (error) {
      for (const { fd } of open) fs.closeSync(fd);
      throw error;
    }
    this.#files = open;
    this.sampleRate = Math.max(1, ...open.map(({ header }) => header.sampleRate));
    const own = open.map(({ header, frames }) => Math.ceil((frames * this.sampleRate) / header.sampleRate));
    this.samples = Math.max(0, ...own);
    const [first] = files;
    this.#splitStereo = files.length === 1 && first!.direction === 'both' && open[0]!.header.channels === 2;
    this.lanes = this.#splitStereo
      ? [
          { direction: 'from', samples: own[0]! },
          { direction: 'to', samples: own[0]! },
        ]
      : files.map(({ direction }, index) => ({ direction, samples: own[index]! }));
  }

  get durationMs(): number {
    return (this.samples / this.sampleRate) * 1000;
  }

  /** All lanes' next samples, equally many of each; they are valid until the next ones are asked for. */
  async *pieces(): AsyncGenerator<readonly Int16Array[]> {
    const readers = this.#files.map((file) => new Reader(file));
    for (let at = 0, turn = 1; at < this.samples; at += PIECE_SAMPLES, turn++) {
      const count = Math.min(PIECE_SAMPLES, this.samples - at);
      if (this.#splitStereo) {
        yield split(readers[0]!.read(at, count, 2), count);
      } else {
        yield readers.map((reader) => reader.resampled(at, count, this.sampleRate));
      }
      if (turn % PIECES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    for (const { fd } of this.#files) fs.closeSync(fd);
  }
}

function openWav(path: string): OpenFile {
  // Two readers go through it, each in its own time; and opening a pipe would wait for whoever writes to it.
  if (!fs.statSync(path).isFile()) {
    throw new KvsrecError('not-wav', `${path} is not a file`, { hint: 'Give a dump (.mkv) or WAV files.' });
  }
  const fd = fs.openSync(path, 'r');
  const start = Buffer.alloc(MAX_HEADER_BYTES);
  const header = parseWavHeader(start.subarray(0, fs.readSync(fd, start, 0, start.length, 0)));
  if (header === undefined || header.formatTag !== 1 || header.bitsPerSample !== 16 || header.channels < 1) {
    fs.closeSync(fd);
    throw new KvsrecError('not-wav', `${path} is no WAV file of 16-bit PCM`, {
      hint: 'Give a dump (.mkv) or WAV files as "kvsrec split" writes them.',
    });
  }
  const there = Math.max(0, fs.fstatSync(fd).size - header.dataOffset);
  const frames = Math.floor(Math.min(header.dataBytes, there) / (2 * header.channels));
  return { path, fd, header, frames };
}

/** Reads samples of one file; where it has no more, they are silence. */
class Reader {
  readonly #file: OpenFile;
  #samples = new Int16Array(0);
  #mono = new Int16Array(0);
  #out = new Int16Array(0);

  constructor(file: OpenFile) {
    this.#file = file;
  }

  /** `count` frames from `at` on, interleaved. */
  read(at: number, count: number, channels: number): Int16Array {
    if (this.#samples.length < count * channels) this.#samples = new Int16Array(count * channels);
    const samples = this.#samples.subarray(0, count * channels).fill(0);
    const { fd, header, frames } = this.#file;
    const wanted = Math.max(0, Math.min(count, frames - at)) * channels * 2;
    const bytes = new Uint8Array(samples.buffer, 0, wanted);
    for (let read = 0; read < wanted; ) {
      const got = fs.readSync(fd, bytes, read, wanted - read, header.dataOffset + at * channels * 2 + read);
      if (got === 0) break;
      read += got;
    }
    return samples;
  }

  /** `count` mono samples from `at` on at another rate, each the nearest of the file's. */
  resampled(at: number, count: number, rate: number): Int16Array {
    const { sampleRate, channels } = this.#file.header;
    if (sampleRate === rate) return this.#asMono(this.read(at, count, channels), count, channels);
    const first = Math.floor((at * sampleRate) / rate);
    const own = Math.ceil((count * sampleRate) / rate) + 1;
    const samples = this.#asMono(this.read(first, own, channels), own, channels);
    if (this.#out.length < count) this.#out = new Int16Array(count);
    const out = this.#out.subarray(0, count);
    for (let i = 0; i < count; i++) out[i] = samples[Math.floor(((at + i) * sampleRate) / rate) - first]!;
    return out;
  }

  #asMono(samples: Int16Array, frames: number, channels: number): Int16Array {
    if (channels === 1) return samples;
    if (this.#mono.length < frames) this.#mono = new Int16Array(frames);
    downmix(samples, channels, this.#mono, frames);
    return this.#mono.subarray(0, frames);
  }
}

function split(samples: Int16Array, frames: number): readonly Int16Array[] {
  const left = new Int16Array(frames);
  const right = new Int16Array(frames);
  for (let i = 0; i < frames; i++) {
    left[i] = samples[2 * i]!;
    right[i] = samples[2 * i + 1]!;
  }
  return [left, right];
}
