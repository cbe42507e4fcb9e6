// A WAV file as a stream of 16-bit samples: any chunks before the data, any width of sample, damaged or open sizes.

import { KvsrecError } from '../errors.ts';
import type { SampleCodec } from '../sample-codec.ts';
import { createPcmDecoder, type PcmDecoder } from './decoder.ts';
import { parseWavHeader, type WavHeader } from './wav.ts';

/** Bytes in front of the samples beyond which a file is refused: pictures in tags are smaller. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/** Where the bytes come from: a file, standard input, an object. */
export interface WavSource {
  /** How people know it. */
  readonly name: string;
  /** Bytes in all, where known. */
  readonly size?: number | undefined;
  /** The bytes, in any chunking; a chunk is valid until the next one is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Reads frames as 16-bit samples, interleaved; what is stored otherwise is converted. */
export class WavReader {
  readonly name: string;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  /**
   * Frames that will come: as the header counts them, but no more than a source of known size can hold; undefined
   * where the size is open.
   */
  readonly frames: number | undefined;
  readonly #declared: number | undefined;
  readonly #codec: PcmDecoder;
  readonly #bytes: AsyncIterator<Uint8Array>;
  #rest: Uint8Array;
  #read = 0;
  #ended = false;

  private constructor(
    source: WavSource,
    header: WavHeader,
    codec: SampleCodec,
    rest: Uint8Array,
    bytes: AsyncIterator<Uint8Array>,
  ) {
    this.name = source.name;
    this.sampleRate = header.sampleRate;
    this.channels = header.channels;
    this.#codec = createPcmDecoder(codec);
    this.#rest = rest;
    this.#bytes = bytes;
    const frameBytes = this.#codec.bytesPerSample * this.channels;
    const whole = (bytes: number) => Math.floor(bytes / frameBytes);
    this.#declared = header.runsToEnd ? undefined : whole(header.dataBytes);
    const held = source.size === undefined ? undefined : whole(source.size - header.dataOffset);
    this.frames =
      this.#declared === undefined || held === undefined
        ? (this.#declared ?? held)
        : Math.min(this.#declared, held);
  }

  /**
   * Reads the header.
   * @throws KvsrecError `not-wav`, `unsupported-wav`; what the source throws passes through.
   */
  static async open(source: WavSource): Promise<WavReader> {
    const bytes = source.chunks()[Symbol.asyncIterator]();
    let begun = Buffer.alloc(0);
    for (;;) {
      const next = await bytes.next();
      if (next.done !== true) begun = Buffer.concat([begun, next.value]);
      const header = parseWavHeader(begun);
      if (header !== undefined) {
        const rest = begun.subarray(header.dataOffset);
        let codec: SampleCodec;
        try {
          codec = codecOf(source.name, header);
        } catch (error) {
          await bytes.return?.();
          throw error;
        }
        return new WavReader(source, header, codec, rest, bytes);
      }
      if (next.done === true || begun.length > MAX_HEADER_BYTES || !canBeWav(begun)) {
        await bytes.return?.();
        throw notWav(source.name, begun);
      }
    }
  }

  /** Frames that the header counts and the source did not have; known once everything is read. */
  get missingFrames(): number {
    return this.#ended ? Math.max(0, (this.#declared ?? 0) - this.#read) : 0;
  }

  /** Fills `out`, a whole number of frames, from its start. Answers the frames; fewer than asked for only at the end. */
  async read(out: Int16Array): Promise<number> {
    const { bytesPerSample, decode } = this.#codec;
    const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    const left = this.#declared === undefined ? Number.POSITIVE_INFINITY : this.#declared - this.#read;
    const wanted = Math.min(out.length / this.channels, left) * this.channels;
    let samples = 0;
    while (samples < wanted && !this.#ended) {
      const here = Math.min(Math.floor(this.#rest.length / bytesPerSample), wanted - samples);
      if (here > 0) {
        const used = here * bytesPerSample;
        decode(this.#rest, 0, used, target, 2 * samples);
        this.#rest = this.#rest.subarray(used);
        samples += here;
      } else {
        await this.#more();
      }
    }
    const frames = Math.floor(samples / this.channels);
    this.#read += frames;
    if (this.#declared !== undefined && this.#read >= this.#declared) await this.close();
    return frames;
  }

  /** Stops reading; the source may hold a file or a connection. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#bytes.return?.();
  }

  async #more(): Promise<void> {
    // A sample can lie across two chunks, and the first of them is not valid for longer.
    const kept = Buffer.from(this.#rest);
    const next = await this.#bytes.next();
    if (next.done === true) this.#ended = true;
    else this.#rest = kept.length === 0 ? next.value : Buffer.concat([kept, next.value]);
  }
}

function canBeWav(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return true;
  return /^(RIFF|RF64|BW64)....WAVE$/s.test(Buffer.from(bytes.subarray(0, 12)).toString('latin1'));
}

function codecOf(name: string, { formatTag, bitsPerSample, channels, sampleRate }: WavHeader): SampleCodec {
  if (channels === 0 || sampleRate === 0) {
    throw new KvsrecError(
      'unsupported-wav',
      `${name}: its header counts ${channels} channels at ${sampleRate} Hz`,
      {
        hint: 'The header is damaged. Give the format again, for example: sox -t raw -r 8000 -e signed -b 16 -c 1 …',
      },
    );
  }
  const codec = CODECS[`${formatTag}/${bitsPerSample}`];
  if (codec !== undefined) return codec;
  throw new KvsrecError(
    'unsupported-wav',
    `${name}: WAV format ${formatTag} of ${bitsPerSample} bits is not read here`,
    { hint: 'PCM of 8 to 32 bits, 32-bit float, A-law and µ-law are. Convert it first.' },
  );
}

/** By format tag and bits a sample. */
const CODECS: Record<string, SampleCodec> = {
  '1/8': 'u8',
  '1/16': 's16le',
  '1/24': 's24le',
  '1/32': 's32le',
  '3/32': 'f32le',
  '6/8': 'alaw',
  '7/8': 'mulaw',
};

function notWav(name: string, begun: Uint8Array): KvsrecError {
  if (begun.length === 0) {
    return new KvsrecError('not-wav', `${name} is empty`, { hint: 'Give a WAV file.' });
  }
  return canBeWav(begun) && begun.length >= 12
    ? new KvsrecError('not-wav', `${name} ends before its samples begin, or its header is damaged`, {
        hint: 'A WAV file has a "fmt " and a "data" chunk.',
      })
    : new KvsrecError('not-wav', `${name} is not a WAV file`, {
        hint: 'A dump of a stream is turned into WAV files by: kvsrec split',
      });
}
