// One direction of one contact: decodes its blocks and stages the samples for every file that wants them.
import type { Hash } from 'node:crypto';
import { ADTS_HEADER_BYTES, type AdtsConfig, writeAdtsHeader } from '../audio/adts.ts';
import { littleEndian } from '../audio/byte-order.ts';
import { createPcmDecoder, type PcmDecoder } from '../audio/decoder.ts';
import { monoOf } from '../audio/mix.ts';
import { TrackTimeline } from '../audio/timeline.ts';
import type { SampleFormat } from '../connect/sample-format.ts';
import { parseAudioSpecificConfig } from '../matroska/audio-specific-config.ts';
import { CHUNK_BYTES, type Chunk, type ChunkConsumer, type ChunkPool, ChunkStage } from './chunk.ts';
import { sha256 } from './digest.ts';
import type { FormatState, TrackState } from './state.ts';
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
  /** Hears the track while it is written. */
  tap?: TrackTap | undefined;
  /** Goes on where another process stopped; `written` are the bytes that its own file holds, for the digest. */
  resume?: { state: TrackState; written: Iterable<Uint8Array> | undefined } | undefined;
}

/** `AudioTap` for one track. */
export interface TrackTap {
  audio(position: number, bytes: Uint8Array): void;
  silence(position: number, frames: number): void;
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
  readonly #tap: TrackTap | undefined;
  readonly #stage: ChunkStage;
  readonly #mono: ChunkStage | undefined;
  readonly #plain: ChunkStage | undefined;
  #scratch = Buffer.allocUnsafeSlow(ADTS_HEADER_BYTES);
  /** Sample frames that the tap has heard; bytes of what is no PCM. */
  #tapped: number;

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
    const { resume } = outputs;
    const whole = resume === undefined || resume.written !== undefined;
    this.#hash = outputs.digest && format.kind === 'pcm' && whole ? sha256() : undefined;
    this.#tap = outputs.tap;
    if (resume !== undefined) {
      const { state, written = [] } = resume;
      for (const bytes of this.#hash === undefined ? [] : written) this.#hash?.update(bytes);
      this.timeline.end = state.end;
      this.timeline.started = state.started;
      this.silenceFrames = state.silenceFrames;
      this.overlapFrames = state.overlapFrames;
    }
    this.#tapped = format.kind === 'pcm' ? this.timeline.end : (resume?.state.position ?? 0);
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
    this.#stage = new ChunkStage(outputs.pool, consumers, resume?.state.position);
    this.#mono = apart
      ? new ChunkStage(outputs.pool, [outputs.mono!], resume?.state.monoPosition)
      : undefined;
    const asItStands = this.storedFrameBytes > 0 && this.#decoder === undefined;
    this.#plain = asItStands && !apart && this.#tap === undefined ? this.#stage : undefined;
  }

  /** Takes blocks as they stand in the stream, where they need no decoding and nobody else wants them. */
  get plainStage(): ChunkStage | undefined {
    return this.#plain;
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
    // Samples that make no whole frame at the block's end have no room.
    const stop = Math.min(end, start + (skip + kept) * this.storedFrameBytes);
    this.#decoder.decode(bytes, start, stop, this.#scratch, 0);
    this.#put(this.#scratch, skip * this.#frameBytes, needed);
  }

  /** Puts silence at the end. The timeline has counted it already. */
  silence(frames: number): void {
    this.silenceFrames += frames;
    if (this.#tap !== undefined) {
      this.#tap.silence(this.#tapped, frames);
      this.#tapped += frames;
    }
    this.#stage.zeros(frames * this.#frameBytes);
    this.#mono?.zeros(2 * frames);
  }

  /** Passes a frame of a codec through, in ADTS where it is AAC. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    if (this.#adts !== undefined) {
      const size = writeAdtsHeader(this.#adts, end - start, this.#scratch, 0);
      this.#write(this.#scratch, 0, size);
      this.timeline.append(AAC_FRAME_SAMPLES);
    }
    this.#write(bytes, start, end);
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

  /** Of a track that was flushed. */
  state(key: string, number: number): TrackState {
    return {
      key,
      number,
      name: this.name,
      direction: this.direction,
      format: formatState(this.format),
      end: this.timeline.end,
      started: this.timeline.started,
      silenceFrames: this.silenceFrames,
      overlapFrames: this.overlapFrames,
      position: this.#stage.position,
      monoPosition: this.#mono?.position ?? 0,
    };
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    this.#stage.write(bytes, start, end);
    if (this.#tap === undefined) return;
    this.#tap.audio(this.#tapped, bytes.subarray(start, end));
    this.#tapped += this.format.kind === 'pcm' ? (end - start) / this.#frameBytes : end - start;
  }

  #put(bytes: Uint8Array, start: number, end: number): void {
    this.#write(bytes, start, end);
    if (this.#mono === undefined) return;
    const mono = monoOf(bytes.subarray(start, end), this.format.channels);
    this.#mono.write(littleEndian(mono, mono.length), 0, 2 * mono.length);
  }
}

function formatState(format: SampleFormat): FormatState {
  return format.kind === 'aac'
    ? { ...format, config: Buffer.from(format.config).toString('base64') }
    : format;
}

/** The format that a state tells of. */
export function formatOf(state: FormatState): SampleFormat {
  return state.kind === 'aac'
    ? { ...state, config: new Uint8Array(Buffer.from(state.config, 'base64')) }
    : state;
}
