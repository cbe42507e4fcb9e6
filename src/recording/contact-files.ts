// The files of one contact: which tracks and layouts go where.
import path from 'node:path';
import type { SampleFormat } from '../connect/sample-format.ts';
import type { ChunkConsumer, ChunkPool } from './chunk.ts';
import { Combiner, STEREO_CHUNK_BYTES } from './combiner.ts';
import { DEFAULT_NAME, fileName } from './file-name.ts';
import type { FileReport, Layout, RecordingOptions, TrackDirection } from './types.ts';
import { type OutputFile, PlainFile, WavFile } from './wav-file.ts';

const WHAT = {
  from: 'AUDIO_FROM_CUSTOMER',
  to: 'AUDIO_TO_CUSTOMER',
  stereo: 'STEREO',
  mix: 'COMBINED_AUDIO',
};

interface Entry {
  layout: Layout;
  direction: TrackDirection | 'both';
  file: OutputFile;
}

export interface ContactFacts {
  contactId: string | null;
  /** Milliseconds since the epoch. */
  startMs: number;
}

/** Opens a contact's files when the first audio for each is there, under temporary names until `finish`. */
export class ContactFiles {
  readonly #folder: string | undefined;
  readonly #options: RecordingOptions;
  readonly #pool: ChunkPool;
  readonly #entries: Entry[] = [];
  #combiner: Combiner | undefined;
  #combinedRate = 0;
  readonly #sides = new Set<0 | 1>();

  /** Without a folder nothing is written; the audio is only measured. */
  constructor(folder: string | undefined, options: RecordingOptions, pool: ChunkPool) {
    this.#folder = folder;
    this.#options = options;
    this.#pool = pool;
  }

  wants(direction: TrackDirection): boolean {
    return this.#options.track === 'both' || this.#options.track === direction;
  }

  /** A track's own file, or `undefined` where none is wanted. */
  openOwn(
    facts: ContactFacts,
    direction: TrackDirection,
    trackNumber: number,
    format: SampleFormat,
  ): ChunkConsumer | undefined {
    const passedThrough = format.kind !== 'pcm';
    if (this.#folder === undefined || !this.wants(direction)) return undefined;
    if (!passedThrough && !this.#options.layouts.includes('separate')) return undefined;
    const what = direction === 'unknown' ? `AUDIO_TRACK_${trackNumber}` : WHAT[direction];
    const ending = format.kind === 'pcm' ? 'wav' : format.kind === 'aac' ? 'aac' : 'raw';
    const name = this.#path(facts, what, direction, 'separate', ending);
    const { overwrite } = this.#options;
    const file = passedThrough
      ? new PlainFile(name, overwrite)
      : new WavFile(name, { sampleRate: format.sampleRate, channels: format.channels, overwrite });
    this.#entries.push({ layout: 'separate', direction, file });
    return (chunk, index) => file.write(chunk, index);
  }

  /** A track's place in the combined files; `undefined` where there are none, `null` where it does not fit them. */
  openMono(
    facts: ContactFacts,
    direction: TrackDirection,
    format: SampleFormat,
  ): ChunkConsumer | undefined | null {
    const { layouts, overwrite } = this.#options;
    const wanted = layouts.includes('stereo') || layouts.includes('mix');
    if (this.#folder === undefined || !wanted || !this.wants(direction)) return undefined;
    const side = direction === 'to' || (direction === 'unknown' && this.#sides.has(0)) ? 1 : 0;
    if (format.kind !== 'pcm' || this.#sides.has(side)) return null;
    if (this.#combiner === undefined) {
      const { sampleRate } = format;
      const open = (layout: 'stereo' | 'mix', channels: number): WavFile | undefined => {
        if (!layouts.includes(layout)) return undefined;
        const name = this.#path(facts, WHAT[layout], 'both', layout, 'wav');
        const file = new WavFile(name, {
          sampleRate,
          channels,
          overwrite,
          ...(channels === 2 ? { chunkBytes: STEREO_CHUNK_BYTES } : {}),
        });
        this.#entries.push({ layout, direction: 'both', file });
        return file;
      };
      this.#combinedRate = sampleRate;
      this.#combiner = new Combiner(this.#pool, open('stereo', 2), open('mix', 1));
    }
    if (format.sampleRate !== this.#combinedRate) return null;
    this.#sides.add(side);
    const combiner = this.#combiner;
    return (chunk, index) => combiner.take(side, chunk, index);
  }

  /** Gives every file its final name. */
  finish(): FileReport[] {
    this.#combiner?.flush();
    const reports: FileReport[] = [];
    for (const { layout, direction, file } of this.#entries) {
      file.finish();
      reports.push({ layout, direction, path: file.path, bytes: file.size });
    }
    return reports;
  }

  discard(): void {
    for (const { file } of this.#entries) file.discard();
  }

  #path(facts: ContactFacts, what: string, direction: string, layout: Layout, ending: string): string {
    const name = fileName(this.#options.nameTemplate ?? DEFAULT_NAME, { ...facts, what, direction, layout });
    return path.join(this.#folder!, `${name}.${ending}`);
  }
}
