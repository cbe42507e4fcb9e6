// The files of one contact: which tracks and layouts go where.
import fs from 'node:fs';
import path from 'node:path';
import { RF64_HEADER_BYTES, WAV_HEADER_BYTES } from '../audio/wav.ts';
import type { SampleFormat } from '../connect/sample-format.ts';
import type { ChunkConsumer, ChunkPool } from './chunk.ts';
import { Combiner } from './combiner.ts';
import { DEFAULT_NAME, fileName } from './file-name.ts';
import type { Claim } from './file-owners.ts';
import type { FileWriterOptions } from './file-writer.ts';
import { isLongForm } from './long-form.ts';
import type { FileState, FilesState } from './state.ts';
import { joinSyncPoints, type Patch, type SyncPoint } from './sync-point.ts';
import type { FileReport, Layout, RecordingOptions, TrackDirection } from './types.ts';
import { DoneFile, type OutputFile, PlainFile, WavFile } from './wav-file.ts';

const WHAT = {
  from: 'AUDIO_FROM_CUSTOMER',
  to: 'AUDIO_TO_CUSTOMER',
  stereo: 'STEREO',
  mix: 'COMBINED_AUDIO',
};

interface Entry extends Pick<FileState, 'track' | 'layout' | 'direction' | 'wav'> {
  file: OutputFile;
}

export interface ContactFacts {
  contactId: string | null;
  /** Milliseconds since the epoch. */
  startMs: number;
}

/** A track as its files see it. */
export interface TrackFacts {
  key: string;
  number: number;
  direction: TrackDirection;
  format: SampleFormat;
}

/** How unfinished files are kept: see `FileWriterOptions`. */
export interface FileKeeping {
  token?: string | undefined;
  journal?: boolean | undefined;
  /** Told of every file, also of one that an earlier process has begun. */
  claim?: Claim | undefined;
  /** See `WavFileOptions`. */
  riffMaxDataBytes?: number | undefined;
}

/** A change of a file that goes on record before it is made; `path` is relative to the output folder. */
export interface FilePatch extends Patch {
  path: string;
}

/** Opens a contact's files when the first audio for each is there, under temporary names until `finish`. */
export class ContactFiles {
  readonly #folder: string | undefined;
  readonly #options: RecordingOptions;
  readonly #pool: ChunkPool;
  readonly #keeping: FileKeeping;
  readonly #entries: Entry[] = [];
  #combiner: Combiner | undefined;
  #combinedRate = 0;
  /** The track of each side: 0 from, 1 to the customer. */
  readonly #sides = new Map<0 | 1, string>();

  /** Without a folder nothing is written; the audio is only measured. */
  constructor(
    folder: string | undefined,
    options: RecordingOptions,
    pool: ChunkPool,
    keeping: FileKeeping = {},
    state?: FilesState,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#pool = pool;
    this.#keeping = keeping;
    if (folder !== undefined && state !== undefined) this.#restore(folder, state);
  }

  wants(direction: TrackDirection): boolean {
    return this.#options.track === 'both' || this.#options.track === direction;
  }

  /** A track's own file, or `undefined` where none is wanted. */
  openOwn(facts: ContactFacts, track: TrackFacts): ChunkConsumer | undefined {
    const { key, direction, format } = track;
    const passedThrough = format.kind !== 'pcm';
    if (this.#folder === undefined || !this.wants(direction)) return undefined;
    if (!passedThrough && !this.#options.layouts.includes('separate')) return undefined;
    let file = this.#entries.find((entry) => entry.track === key)?.file;
    if (file === undefined) {
      const what = direction === 'unknown' ? `AUDIO_TRACK_${track.number}` : WHAT[direction];
      const ending = format.kind === 'pcm' ? 'wav' : format.kind === 'aac' ? 'aac' : 'raw';
      const wav = passedThrough ? undefined : { sampleRate: format.sampleRate, channels: format.channels };
      const name = this.#path(facts, what, direction, 'separate', ending);
      file = this.#open({ track: key, layout: 'separate', direction, wav }, name).file;
    }
    const opened = file;
    return (chunk, position) => opened.write(chunk, position);
  }

  /** Where the samples of a track's own WAV file stand so far, `[start, end)`; undefined where it has none. */
  ownWav(key: string): { path: string; start: number; end: number } | undefined {
    const entry = this.#entries.find(({ track, wav }) => track === key && wav !== undefined);
    if (entry === undefined) return undefined;
    const { temporary, size } = entry.file;
    return {
      path: temporary,
      start: isLongForm(temporary) ? RF64_HEADER_BYTES : WAV_HEADER_BYTES,
      end: size,
    };
  }

  /** A track's place in the combined files; `undefined` where there are none, `null` where it does not fit them. */
  openMono(facts: ContactFacts, { key, direction, format }: TrackFacts): ChunkConsumer | undefined | null {
    const { layouts } = this.#options;
    const wanted = layouts.includes('stereo') || layouts.includes('mix');
    if (this.#folder === undefined || !wanted || !this.wants(direction)) return undefined;
    const side = direction === 'to' || (direction === 'unknown' && this.#sides.get(0) !== undefined) ? 1 : 0;
    const known = [...this.#sides].find(([, track]) => track === key)?.[0];
    if (format.kind !== 'pcm' || (known === undefined && this.#sides.has(side))) return null;
    if (this.#combiner === undefined) {
      const open = (layout: 'stereo' | 'mix', channels: number): WavFile | undefined => {
        if (!layouts.includes(layout)) return undefined;
        const name = this.#path(facts, WHAT[layout], 'both', layout, 'wav');
        const wav = { sampleRate: format.sampleRate, channels };
        return this.#open({ layout, direction: 'both', wav }, name).file as WavFile;
      };
      this.#combinedRate = format.sampleRate;
      this.#combiner = new Combiner(this.#pool, open('stereo', 2), open('mix', 1));
    }
    if (format.sampleRate !== this.#combinedRate) return null;
    this.#sides.set(known ?? side, key);
    const combiner = this.#combiner;
    return (chunk, position) => combiner.take(known ?? side, chunk, position);
  }

  /**
   * Makes every file one that can be played up to its last sample. Answers what changes of earlier audio are still to be
   * made, by `applyPatches`, once they are on record.
   */
  settle(): FilePatch[] {
    this.#combiner?.flush();
    return this.#entries.flatMap(({ file }) =>
      file.settle().map((patch) => ({ ...patch, path: this.#relative(file.temporary) })),
    );
  }

  applyPatches(): void {
    for (const { file } of this.#entries) file.applyPatches();
  }

  /** Bytes of changes that wait. */
  get heldBytes(): number {
    return this.#entries.reduce((sum, { file }) => sum + file.heldBytes, 0);
  }

  /** To be called when the changes were applied; see `SyncPoint`. */
  syncPoint(): SyncPoint<FilePatch> {
    return joinSyncPoints(
      this.#entries.flatMap(({ file }) => {
        const point = file.syncPoint();
        if (point === undefined) return [];
        const path = this.#relative(file.temporary);
        return [{ ...point, patches: point.patches.map((patch) => ({ ...patch, path })) }];
      }),
    );
  }

  /** Brings settled files into their last form and onto the disk. */
  async complete(): Promise<void> {
    for (const { file } of this.#entries) await file.complete();
  }

  /** Of files that are settled. */
  state(): FilesState {
    return {
      files: this.#entries.map(({ file, ...facts }) => ({
        ...facts,
        path: this.#relative(file.path),
        temporary: this.#relative(file.temporary),
        size: file.size,
        ...(file.extents.length > 0 && { unsynced: file.extents }),
      })),
      ...(this.#combiner && {
        combined: {
          rate: this.#combinedRate,
          sides: [...this.#sides],
          combiner: this.#combiner.state,
        },
      }),
    };
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

  /** Leaves the files under their temporary names, each with a header that counts what it holds. */
  abandon(): void {
    for (const { file } of this.#entries) {
      try {
        file.settle();
      } catch {
        // Whatever kept it from being written has been reported.
      }
      file.abandon();
    }
  }

  #open(facts: Omit<Entry, 'file'>, place: string, resume?: FileWriterOptions['resume']): Entry {
    const { claim, ...keeping } = this.#keeping;
    claim?.(place);
    const options = { overwrite: this.#options.overwrite, ...keeping, ...(resume && { resume }) };
    const { wav } = facts;
    const file = wav ? new WavFile(place, { ...wav, ...options }) : new PlainFile(place, options);
    const entry = { ...facts, file };
    this.#entries.push(entry);
    return entry;
  }

  #restore(folder: string, { files, combined }: FilesState): void {
    for (const { path: place, temporary, size, patches, unsynced, ...facts } of files) {
      if (!fs.existsSync(path.join(folder, temporary))) {
        // The process stopped between giving this file its name and the next one.
        this.#keeping.claim?.(path.join(folder, place));
        this.#entries.push({ ...facts, file: new DoneFile(path.join(folder, place)) });
        continue;
      }
      const resume = { temporary: path.join(folder, temporary), size, patches, unsynced };
      this.#open(facts, path.join(folder, place), resume);
    }
    if (combined === undefined) return;
    const file = (layout: Layout) => {
      const found = this.#entries.find((entry) => entry.layout === layout)?.file;
      return found instanceof WavFile ? found : undefined;
    };
    this.#combinedRate = combined.rate;
    for (const [side, track] of combined.sides) this.#sides.set(side, track);
    this.#combiner = new Combiner(this.#pool, file('stereo'), file('mix'), combined.combiner);
  }

  #relative(place: string): string {
    return path.relative(this.#folder!, place);
  }

  #path(facts: ContactFacts, what: string, direction: string, layout: Layout, ending: string): string {
    const name = fileName(this.#options.nameTemplate ?? DEFAULT_NAME, { ...facts, what, direction, layout });
    return path.join(this.#folder!, `${name}.${ending}`);
  }
}
