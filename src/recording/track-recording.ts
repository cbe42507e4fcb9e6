// One direction of one contact: decodes its blocks and stages the samples for every file that wants them.
import type { Hash } from 'node:crypto';
import { ADTS_HEADER_BYTES, type AdtsConfig, writeAdtsHeader } from '../audio/adts.ts';
import { createPcmDecoder, type PcmDecoder } from '../audio/decoder.ts';
import { downmix } from '../audio/mix.ts';
import { TrackTimeline } from '../audio/timeline.ts';
import type { SampleFormat } from '../connect/sample-format.ts';
import { parseAudioSpecificConfig } from '../matroska/audio-specific-config.ts';
import { CHUNK_BYTES, type Chunk, type ChunkConsumer, type ChunkPool, ChunkStage } from './chunk.ts';
import { sha256 } from './digest.ts';
import type { TrackDirection, TrackReport } from './types.ts';

/** Samples of an AAC frame (ISO/IEC 14496-3: 1,024; what has 960 is passed through undescribed). */
const AAC_FRAME_SAMPLES = 1024;

const ZEROS = Buffer.alloc(CHUNK_BYTES);

export interface TrackOutputs {
  pool: ChunkPool;
  digest: boolean;
  /** Takes the track as it is, for its own file. */
  own: ChunkConsumer | undefined;
  /** Takes the track as mono, for the combined files. */
  mono: ChunkConsumer | undefined;
}

export class TrackRecording {
  readonly direction: TrackDirection;
  readonly name: string;
  readonly format: SampleFormat;
  readonly timeline = new TrackTimeline();
  /** Bytes of a stored sample frame; 0 where frames of a codec are passed through. */
  readonly storedFrameBytes: number;
  silenceFrames = 0;
  /** Frames of repeated audio left out since the last that was kept. */
  overlapFrames = 0;

  readonly #frameBytes: number;
  readonly #decoder: PcmDecoder | undefined;
  readonly #adts: AdtsConfig | undefined;
  readonly #hash: Hash | undefined;
  readonly #stage: ChunkStage;
  readonly #mono: ChunkStage | undefined;
  #scratch = Buffer.allocUnsafeSlow(16 * 1024);

  constructor(direction: TrackDirection, name: string, format: SampleFormat, outputs: TrackOutputs) {
    this.direction = direction;
    this.name = name;
    this.format = format;
    this.#frameBytes = 2 * format.channels;
    this.#decoder =
      format.kind === 'pcm' && format.codec !== 's16le' ? createPcmDecoder(format.codec) : undefined;
    this.storedFrameBytes =
      format.kind === 'pcm' ? (this.#decoder?.bytesPerSample ?? 2) * format.channels : 0;
    this.#adts = format.kind === 'aac' ? parseAudioSpecificConfig(format.config) : undefined;
    this.#hash = outputs.digest && format.kind === 'pcm' ? sha256() : undefined;
    const consumers: ChunkConsumer[] = [];
    const hash = this.#hash;
    if (hash !== undefined) {
      consumers.push((chunk: Chunk) => {
        hash.update((chunk.bytes ?? ZEROS).subarray(0, chunk.length));
        chunk.release();
      });
    }
    if (outputs.own !== undefined) consumers.push(outputs.own);
    const apart = format.channels > 1 && outputs.mono !== undefined;
    if (outputs.mono !== undefined && !apart) consumers.push(outputs.mono);
    this.#stage = new ChunkStage(outputs.pool, consumers);
    this.#mono = apart ? new ChunkStage(outputs.pool, [outputs.mono!]) : undefined;
  }

  /** Milliseconds of audio on the timeline, with a fraction. */
  get endMs(): number {
    return (this.timeline.end / this.format.sampleRate) * 1000;
  }

  /** Writes `bytes[start, end)`, a block's payload, as the timeline was just asked to place it. */
  write(bytes: Uint8Array, start: number, end: number): void {
    const { silence, skip, kept } = this.timeline;
    if (silence > 0) this.silence(silence);
    if (kept === 0) return;
    if (this.#decoder === undefined) {
      const from = start + skip * this.storedFrameBytes;
      this.#put(bytes, from, from + kept * this.storedFrameBytes);
      return;
    }
    const needed = (skip + kept) * this.#frameBytes;
    if (this.#scratch.length < needed) this.#scratch = Buffer.allocUnsafeSlow(2 * needed);
    this.#decoder.decode(bytes, start, end, this.#scratch, 0);
    this.#put(this.#scratch, skip * this.#frameBytes, needed);
  }

  /** Puts silence at the end. The timeline has counted it already. */
  silence(frames: number): void {
    this.silenceFrames += frames;
    this.#stage.zeros(frames * this.#frameBytes);
    this.#mono?.zeros(2 * frames);
  }

  /** Passes a frame of a codec through, in ADTS where it is AAC. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    if (this.#adts !== undefined) {
      const size = writeAdtsHeader(this.#adts, end - start, this.#scratch, 0);
      this.#stage.write(this.#scratch, 0, size);
      this.timeline.append(AAC_FRAME_SAMPLES);
    }
    this.#stage.write(bytes, start, end);
  }

  /** Whether a frame of `size` bytes can be passed through. */
  fits(size: number): boolean {
    return this.#adts === undefined || size + ADTS_HEADER_BYTES < 0x2000;
  }

  /** Hands over what is still staged. */
  flush(): void {
    this.#stage.flush();
    this.#mono?.flush();
  }

  report(): TrackReport {
    return {
      direction: this.direction,
      name: this.name,
      encoding: this.format.encoding,
      sampleRate: this.format.sampleRate,
      channels: this.format.channels,
      samples: this.timeline.end,
      silenceMs: Math.round((this.silenceFrames / this.format.sampleRate) * 1000),
      pcmSha256: this.#hash?.digest('hex') ?? null,
    };
  }

  #put(bytes: Uint8Array, start: number, end: number): void {
    this.#stage.write(bytes, start, end);
    if (this.#mono === undefined) return;
    const channels = this.format.channels;
    const frames = (end - start) / (2 * channels);
    // A copy, since the samples of a block need not lie on an even address.
    const samples = new Int16Array(frames * channels);
    Buffer.from(samples.buffer).set(bytes.subarray(start, end));
    const mono = new Int16Array(frames);
    downmix(samples, channels, mono, frames);
    this.#mono.write(new Uint8Array(mono.buffer), 0, 2 * frames);
  }
}
