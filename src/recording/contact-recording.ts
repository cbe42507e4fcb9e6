// One contact's recording: puts each fragment's blocks on the timelines of both directions.
import type { Attribution } from '../connect/attribution.ts';
import { trackDirection } from '../connect/direction.ts';
import { type SampleFormat, sampleFormat } from '../connect/sample-format.ts';
import type { DocumentRun } from '../kernels/document-run.ts';
import { CONTINUES } from '../kvs/block-list.ts';
import type { Fragment } from '../kvs/fragment.ts';
import type { Track } from '../matroska/demuxer.ts';
import { TRACK_TYPE_AUDIO } from '../matroska/ids.ts';
import type { AudioTap, TappedTrack } from './audio-tap.ts';
import { type MarkKind, MarkLog } from './call-marks.ts';
import type { ChunkPool } from './chunk.ts';
import { borneOut, CLOCK_TOLERANCE_MS, MAX_GAP_MS, notBorneOut } from './clocks.ts';
import { ContactFiles, type FileKeeping, type FilePatch } from './contact-files.ts';
import { fileBytes } from './file-bytes.ts';
import { isoTime } from './iso-time.ts';
import type { ContactState, TrackState } from './state.ts';
import { StraightOn } from './straight-on.ts';
import type { SyncPoint } from './sync-point.ts';
import { formatOf, TrackRecording } from './track-recording.ts';
import type { ContactReport, RecordingOptions, TrackDirection } from './types.ts';
import type { WarningLog } from './warning-log.ts';

/** A fragment and whose it is. */
export interface Attributed {
  fragment: Fragment;
  attribution: Attribution;
}

export interface RecordingPlace {
  /** Output folder; without one the audio is measured and not written. */
  folder: string | undefined;
  options: RecordingOptions;
  pool: ChunkPool;
  warnings: WarningLog;
  keeping?: FileKeeping | undefined;
  tap?: AudioTap | undefined;
  /** Collect what happened on each contact's timeline. */
  marks: boolean;
}

interface Slot {
  key: string;
  name: string;
  direction: TrackDirection;
  format: SampleFormat;
  recording: TrackRecording | undefined;
}

function isUnopened(slot: Slot | undefined): boolean {
  return slot !== undefined && slot.recording === undefined;
}

/** Whether a track has another sample format than the recording that it would go into. */
function conflicts(slot: Slot | undefined): boolean {
  return slot?.recording !== undefined && !sameFormat(slot.recording.format, slot.format);
}

interface OpenTrack {
  number: number;
  recording: TrackRecording;
}

export class ContactRecording {
  readonly contactId: string | null;
  duplicates = 0;
  /** What happened on the timeline, where the place asks for it. */
  readonly log: MarkLog | undefined;
  readonly #place: RecordingPlace;
  readonly #files: ContactFiles;
  readonly #tracks = new Map<string, OpenTrack>();
  #instanceId: string | null = null;
  #originNs: bigint | undefined;
  #fragments = 0;
  #first: string | null = null;
  #last: string | null = null;
  #doubted: (Attributed & { why: 'format' | 'time' }) | undefined;
  /**
   * By how much the Cluster's time lies after the producer's in the fragment placed last that has both, milliseconds; 0
   * where they agree.
   */
  #skewMs = 0;
  #slots: (Slot | undefined)[] = [];
  /** Of the recordings of `#slots`, once all of them are open; and whether one of them has another sample format. */
  #straightOn: StraightOn | undefined;
  #conflicting = false;
  /** What `#slots` were made of. */
  #slotsTracks: readonly Track[] = [];
  /** No two of `#slots` are the same. */
  #distinct = true;
  #slotsMimeType: string | undefined;
  #slotsIsCaller: string | undefined;

  #sealed = false;

  constructor(contactId: string | null, place: RecordingPlace, state?: ContactState) {
    this.contactId = contactId;
    this.#place = place;
    const { folder, options, pool, keeping } = place;
    this.log = place.marks ? new MarkLog(state?.marks) : undefined;
    this.#files = new ContactFiles(folder, options, pool, keeping, state?.files);
    if (state !== undefined) this.#restore(state);
  }

  /** A fragment waits for the one after it before it is placed. */
  get pending(): boolean {
    return this.#doubted !== undefined;
  }

  /** Milliseconds since the epoch of the first audio; undefined before any. */
  get startMs(): number | undefined {
    return this.#originNs === undefined ? undefined : Number(this.#originNs / 1_000_000n);
  }

  /**
   * Adds a fragment of this contact. Answers the fragments that have to begin another recording of it, where their
   * audio does not fit this one: another sample format, or more than a day later.
   */
  add(next: Attributed): Attributed[] {
    const doubted = this.#doubted;
    if (doubted !== undefined) {
      this.#doubted = undefined;
      const verdict = this.#judge(doubted, next.fragment, next.attribution);
      if (verdict === 'other') return [doubted, { ...next, fragment: next.fragment.keep() }];
      if (verdict === 'wrong') this.#leaveOut(doubted);
      else this.#record(doubted);
    }
    if (this.#tooLate(next.fragment)) return [next];
    const why = this.#doubt(next);
    if (why === undefined) this.#record(next);
    else this.#doubted = { ...next, fragment: next.fragment.keep(), why };
    return [];
  }

  /** Whether fragments with these tags and tracks would be appended straight on, if their blocks go on in time. */
  goesStraightOn(attribution: Attribution, tracks: readonly Track[]): boolean {
    return (
      this.#straightOn !== undefined &&
      !this.#conflicting &&
      this.#doubted === undefined &&
      !this.#sealed &&
      this.log === undefined &&
      (this.#instanceId !== null || attribution.instanceId === null) &&
      attribution.mimeType === this.#slotsMimeType &&
      attribution.isCaller === this.#slotsIsCaller &&
      sameTracks(tracks, this.#slotsTracks)
    );
  }

  /** After that: `StraightOn.appendDocuments`, ticks of the documents in nanoseconds. */
  appendDocuments(run: DocumentRun, tickNs: number, bytes: Uint8Array, pos: number, stop: number): number {
    const originNs = this.#originNs!;
    // A millisecond less, so that what `#tooLate` reckons with fractions is never taken. The audio ends no earlier later.
    const latestNs = originNs + BigInt(Math.floor(this.lengthMs + MAX_GAP_MS - 1)) * 1_000_000n;
    if (!run.setTime(tickNs, originNs, latestNs, CLOCK_TOLERANCE_MS, this.#slots.length)) return pos;
    return this.#straightOn!.appendDocuments(bytes, pos, stop);
  }

  /** Takes note of `count` fragments that were appended so. */
  counted(count: number, first: string, last: string): void {
    this.#fragments += count;
    this.#first ??= first;
    this.#last = last;
    // Only those whose clocks agree are taken so.
    this.#skewMs = 0;
  }

  /** Decides what was pending and gives both directions one length; only the files' names are missing then. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    const doubted = this.#doubted;
    if (doubted !== undefined) {
      this.#doubted = undefined;
      const end = this.#endMs();
      // Nothing follows that would bear out a silence of days.
      const alone = end === undefined;
      const near = alone || firstBlockMs(doubted.fragment) - end <= MAX_GAP_MS;
      const believed = alone || (doubted.fragment.producerMs === null && near);
      if (doubted.why === 'time' && believed) this.#record(doubted);
      else this.#leaveOut(doubted);
    }
    const lengthMs = this.lengthMs;
    for (const { recording: track } of this.#tracks.values()) {
      this.#closeOverlap(track);
      if (this.#place.options.timeline === 'aligned' && track.format.kind === 'pcm') {
        const missing = Math.round((lengthMs * track.format.sampleRate) / 1000) - track.timeline.end;
        if (missing > 0) {
          track.timeline.append(missing);
          track.silence(missing);
        }
      }
    }
  }

  /** Ends the recording: every file gets its final name. Null where there was no audio. */
  finish(): ContactReport | null {
    this.seal();
    const origin = this.#originNs;
    if (origin === undefined) {
      this.#files.discard();
      return null;
    }
    const tracks = [...this.#tracks.values()].map(({ recording }) => recording);
    for (const track of tracks) track.flush();
    const files = this.#files.finish();
    return {
      contactId: this.contactId,
      instanceId: this.#instanceId,
      start: isoTime(Number(origin / 1_000_000n)),
      durationMs: Math.round(this.lengthMs),
      fragments: {
        count: this.#fragments,
        first: this.#first,
        last: this.#last,
        duplicates: this.duplicates,
      },
      tracks: tracks.filter(({ direction }) => this.#files.wants(direction)).map((track) => track.report()),
      files,
    };
  }

  /**
   * Brings everything placed so far into the files, which then play to their last sample. Answers what changes of earlier
   * audio `applyPatches` will make, once they are on record.
   */
  settle(): FilePatch[] {
    for (const { recording } of this.#tracks.values()) recording.flush();
    return this.#files.settle();
  }

  applyPatches(): void {
    this.#files.applyPatches();
  }

  /** Bytes of changes that wait. */
  get heldBytes(): number {
    return this.#files.heldBytes;
  }

  /** See `ContactFiles.syncPoint`. */
  syncPoint(): SyncPoint<FilePatch> {
    return this.#files.syncPoint();
  }

  /** Brings the files of a sealed recording into their last form and onto the disk. */
  async complete(): Promise<void> {
    await this.#files.complete();
  }

  /** What another process goes on with. Of a recording that is settled and has nothing pending. */
  state(): ContactState {
    return {
      contactId: this.contactId,
      instanceId: this.#instanceId,
      originNs: this.#originNs?.toString(),
      skewMs: this.#skewMs,
      fragments: {
        count: this.#fragments,
        first: this.#first,
        last: this.#last,
        duplicates: this.duplicates,
      },
      tracks: [...this.#tracks].map(([key, { number, recording }]) => recording.state(key, number)),
      files: this.#files.state(),
      sealed: this.#sealed,
      marks: this.log?.marks.marks,
    };
  }

  #restore(state: ContactState): void {
    this.duplicates = state.fragments.duplicates;
    this.#instanceId = state.instanceId;
    this.#originNs = state.originNs === undefined ? undefined : BigInt(state.originNs);
    this.#skewMs = state.skewMs ?? 0;
    this.#fragments = state.fragments.count;
    this.#first = state.fragments.first;
    this.#last = state.fragments.last;
    this.#sealed = state.sealed;
    for (const track of state.tracks) {
      const { key, number, name, direction } = track;
      const slot = { key, name, direction, format: formatOf(track.format), recording: undefined };
      this.#openTrack(slot, number, track);
    }
  }

  /** Gives up: no file stays behind. */
  discard(): void {
    this.#files.discard();
  }

  /** Leaves unfinished files where they are, for a later process. */
  abandon(): void {
    this.#files.abandon();
  }

  /** Notes on the timeline, where its audio ends so far, that something happened to the stream. */
  mark(kind: MarkKind, text: string): void {
    this.log?.add({ kind, startMs: Math.round(this.lengthMs), durationMs: 0, text });
  }

  /** Milliseconds of audio so far in the longer direction, with a fraction. */
  get lengthMs(): number {
    let length = 0;
    for (const { recording } of this.#tracks.values()) length = Math.max(length, recording.endMs);
    return length;
  }

  /** Where the audio ends so far, milliseconds since the epoch; undefined before any. */
  #endMs(): number | undefined {
    return this.#originNs === undefined ? undefined : Number(this.#originNs) / 1e6 + this.lengthMs;
  }

  #tooLate(fragment: Fragment): boolean {
    if (this.#originNs === undefined) return false;
    const { clusterMs } = fragment;
    // The audio ends no earlier than it begins, and looking for its end takes longer.
    if (clusterMs - Number(this.#originNs) / 1e6 <= MAX_GAP_MS || clusterMs - this.#endMs()! <= MAX_GAP_MS)
      return false;
    return this.#place.options.timeline === 'aligned' && this.#borneOut(fragment);
  }

  /** What makes a fragment doubtful enough to wait for the one after it before it is believed. */
  #doubt({ fragment, attribution }: Attributed): 'format' | 'time' | undefined {
    if (this.#conflicts(fragment, attribution)) return 'format';
    if (this.#place.options.timeline === 'packed' || this.#borneOut(fragment)) return undefined;
    const end = this.#endMs();
    if (end === undefined) return 'time';
    return firstBlockMs(fragment) - end > this.#place.options.gapToleranceMs ? 'time' : undefined;
  }

  /** What the next fragment says of a doubtful one: `right`, `wrong`, or the beginning of an`other` recording. */
  #judge(
    doubted: Attributed & { why: string },
    next: Fragment,
    attribution: Attribution,
  ): 'right' | 'wrong' | 'other' {
    if (doubted.why === 'format') return this.#conflicts(next, attribution) ? 'other' : 'wrong';
    const end = this.#endMs();
    const start = firstBlockMs(doubted.fragment);
    const nextStart = firstBlockMs(next);
    if (end !== undefined) {
      if (nextStart < start) return 'wrong';
      // It runs into a fragment that both clocks vouch for, which its own do not.
      const clashes = lastBlockMs(doubted.fragment) > nextStart;
      if (clashes && this.#borneOut(next) && doubted.fragment.producerMs !== null) return 'wrong';
      return start - end > MAX_GAP_MS ? 'other' : 'right';
    }
    const contradicted = nextStart < start || nextStart - start > MAX_GAP_MS;
    return contradicted && this.#borneOut(next) && doubted.fragment.producerMs !== null ? 'wrong' : 'right';
  }

  #borneOut(fragment: Fragment): boolean {
    return borneOut(fragment, this.#skewMs);
  }

  #leaveOut({ fragment, why }: Attributed & { why: 'format' | 'time' }): void {
    this.#place.warnings.add({
      code: 'corrupt',
      message:
        why === 'time'
          ? notBorneOut(fragment.number)
          : `a fragment (${fragment.number ?? 'without a number'}) claims a sample format of its own; it was left out`,
      offset: fragment.offset,
      skippedBytes: 0,
      contactId: this.contactId,
    });
  }

  #conflicts(fragment: Fragment, attribution: Attribution): boolean {
    const slots = this.#slotsFor(fragment, attribution);
    return this.#straightOn === undefined ? slots.some(conflicts) : this.#conflicting;
  }

  /** What each of the fragment's tracks is; undefined for what is no audio. */
  #slotsFor(fragment: Fragment, attribution: Attribution): (Slot | undefined)[] {
    if (
      attribution.mimeType === this.#slotsMimeType &&
      attribution.isCaller === this.#slotsIsCaller &&
      sameTracks(fragment.tracks, this.#slotsTracks)
    ) {
      this.#slotsTracks = fragment.tracks;
      return this.#slots;
    }
    return this.#makeSlots(fragment, attribution);
  }

  #makeSlots(fragment: Fragment, attribution: Attribution): (Slot | undefined)[] {
    this.#slotsMimeType = attribution.mimeType;
    this.#slotsIsCaller = attribution.isCaller;
    this.#slotsTracks = fragment.tracks;
    this.#straightOn = undefined;
    const audio = fragment.tracks.filter(({ type }) => type === TRACK_TYPE_AUDIO);
    const slots = new Map<number, Slot>();
    this.#slots = fragment.tracks.map((track) => {
      if (track.type !== TRACK_TYPE_AUDIO) return undefined;
      const direction = directionAmong(track, audio, attribution.isCaller);
      const key = direction === 'unknown' ? `track ${track.number}` : direction;
      const format: SampleFormat = track.encoded
        ? { kind: 'raw', encoding: track.codecId, sampleRate: 8000, channels: 1 }
        : sampleFormat(track, attribution.mimeType);
      const slot = { key, name: track.name, direction, format, recording: this.#tracks.get(key)?.recording };
      // Entries of one number are one track: which of them a block names cannot be told.
      const known = slots.get(track.number) ?? slot;
      slots.set(track.number, known);
      return known;
    });
    this.#distinct = slots.size === audio.length;
    return this.#slots;
  }

  #record({ fragment, attribution }: Attributed): void {
    this.#fragments++;
    const { number, producerMs } = fragment;
    if (producerMs !== null) {
      const skewMs = fragment.clusterMs - producerMs;
      this.#skewMs = Math.abs(skewMs) <= CLOCK_TOLERANCE_MS ? 0 : skewMs;
    }
    this.#first ??= number;
    this.#last = number ?? this.#last;
    this.#instanceId ??= attribution.instanceId;
    const slots = this.#slotsFor(fragment, attribution);
    const { blocks, bytes } = fragment;
    const scale = fragment.info.timestampScale;
    const clusterNs = fragment.timestamp * BigInt(scale);
    if (this.#originNs === undefined) {
      const earliest = earliestTimecode(fragment, slots);
      if (earliest === undefined) return;
      this.#originNs = clusterNs + BigInt(earliest * scale);
    }
    const relativeNs = Number(clusterNs - this.#originNs);
    this.log?.fragment(Math.max(0, Math.round(relativeNs / 1e6)), number);
    const packed = this.#place.options.timeline === 'packed';
    const toleranceMs = this.#place.options.gapToleranceMs;
    if (!packed && this.#distinct && (this.#straightOn !== undefined || !slots.some(isUnopened))) {
      if (this.#straightOn === undefined) {
        const recordings = slots.map((slot) => slot?.recording);
        this.#straightOn = new StraightOn(recordings, toleranceMs, this.#place.pool.workspace);
        this.#conflicting = slots.some(conflicts);
      }
      if (this.#straightOn.append(fragment, relativeNs)) return;
    }
    for (let i = 0; i < blocks.count; i++) {
      const slot = slots[blocks.track[i]!];
      if (slot === undefined) continue;
      const start = blocks.start[i]!;
      const end = blocks.end[i]!;
      const track = slot.recording ?? this.#open(slot, fragment.tracks[blocks.track[i]!]!.number);
      if (track.storedFrameBytes === 0) {
        this.#pass(track, bytes, start, end, fragment);
        continue;
      }
      const { timeline } = track;
      const rate = track.format.sampleRate;
      const frames = Math.floor((end - start) / track.storedFrameBytes);
      const timecode = blocks.timecode[i]!;
      if (packed || timecode === CONTINUES) {
        timeline.append(frames);
      } else {
        const position = Math.round(((relativeNs + timecode * scale) * rate) / 1e9);
        const tolerance = (toleranceMs * rate) / 1000;
        const bytesPerMs = (rate * track.storedFrameBytes) / 1000;
        const ahead = position - timeline.end > tolerance;
        if (ahead && !isBelieved(fragment, i, bytesPerMs, toleranceMs)) {
          this.#place.warnings.add({
            code: 'corrupt',
            message:
              'a block claims a time that the blocks around it do not bear out; it was put next to them',
            offset: fragment.offset,
            skippedBytes: 0,
            contactId: this.contactId,
          });
          if (timeline.started) {
            timeline.append(frames);
          } else {
            const following = followingTimecode(fragment, i) ?? timecode;
            const end = Math.round(((relativeNs + following * scale) * rate) / 1e9);
            timeline.place(Math.max(0, end - frames), frames, tolerance);
          }
        } else {
          const startedBefore = timeline.started;
          timeline.place(position, frames, tolerance);
          if (timeline.silence > 0 && startedBefore) this.#warnGap(track, timeline.silence);
          if (timeline.skip > 0) track.overlapFrames += timeline.skip;
        }
      }
      if (timeline.kept > 0 && timeline.skip === 0 && track.overlapFrames > 0) this.#closeOverlap(track);
      track.write(bytes, start, end);
    }
  }

  #pass(track: TrackRecording, bytes: Uint8Array, start: number, end: number, fragment: Fragment): void {
    if (track.fits(end - start)) {
      track.pass(bytes, start, end);
      return;
    }
    this.#place.warnings.add({
      code: 'corrupt',
      message: 'an AAC frame is larger than ADTS allows; it was left out',
      offset: fragment.offset,
      skippedBytes: end - start,
      contactId: this.contactId,
    });
  }

  #open(slot: Slot, trackNumber: number): TrackRecording {
    const known = this.#tracks.get(slot.key);
    slot.recording = known?.recording ?? this.#openTrack(slot, trackNumber);
    return slot.recording;
  }

  #openTrack(slot: Slot, number: number, state?: TrackState): TrackRecording {
    const { key, name, direction, format } = slot;
    const { contactId } = this;
    const { pool, options, warnings, tap } = this.#place;
    const facts = { contactId, startMs: this.startMs! };
    const track = { key, number, direction, format };
    const mono = this.#files.openMono(facts, track);
    if (state === undefined && (format.kind === 'raw' || mono === null)) {
      warnings.add({
        code: 'unsupported-codec',
        message:
          format.kind === 'raw'
            ? `the audio is ${format.encoding || 'of an unknown codec'}, which is not decoded; it was saved as it is`
            : `the ${format.encoding} audio of this direction cannot go into the combined files`,
        contactId,
        direction,
      });
    }
    const own = this.#files.openOwn(facts, track);
    const tapped: TappedTrack = { ...facts, direction, number, name, format };
    const recording = new TrackRecording(direction, name, format, {
      pool,
      digest: options.digest,
      own,
      mono: mono ?? undefined,
      tap:
        tap === undefined || !this.#files.wants(direction)
          ? undefined
          : {
              audio: (position, bytes) => tap.audio(tapped, position, bytes),
              silence: (position, frames) => tap.silence(tapped, position, frames),
            },
      resume: state && { state, written: options.digest ? this.#written(key) : undefined },
    });
    this.#tracks.set(key, { number, recording });
    return recording;
  }

  /** The samples that a track's own file holds. */
  #written(key: string): Iterable<Uint8Array> | undefined {
    const file = this.#files.ownWav(key);
    return file && fileBytes(file.path, file.start, file.end);
  }

  #warnGap(track: TrackRecording, frames: number): void {
    // The timeline has counted the block behind the gap already.
    const start = track.timeline.end - track.timeline.kept - frames;
    const at = Math.round((start / track.format.sampleRate) * 1000);
    const durationMs = Math.round((frames / track.format.sampleRate) * 1000);
    this.#place.warnings.add({
      code: 'gap',
      message: `${durationMs} ms of audio are missing near ${at} ms; silence stands there`,
      contactId: this.contactId,
      direction: track.direction,
      durationMs,
    });
    const { direction } = track;
    this.log?.add({ kind: 'gap', startMs: at, durationMs, direction, text: 'The stream has no audio here.' });
  }

  #closeOverlap(track: TrackRecording): void {
    if (track.overlapFrames === 0) return;
    const durationMs = Math.round((track.overlapFrames / track.format.sampleRate) * 1000);
    track.overlapFrames = 0;
    this.#place.warnings.add({
      code: 'overlap',
      message: `${durationMs} ms of repeated or overlapping audio were left out`,
      contactId: this.contactId,
      direction: track.direction,
      durationMs,
    });
    this.log?.add({
      kind: 'overlap',
      startMs: Math.round(track.endMs),
      durationMs,
      direction: track.direction,
      text: 'Audio that came twice was left out once.',
    });
  }
}

/** A track's direction; of two that name the same one, the one of the lower number is believed. */
function directionAmong(
  { name, number }: Track,
  audio: readonly Track[],
  isCaller: string | undefined,
): TrackDirection {
  const direction = trackDirection(name, isCaller);
  const claimed = audio.some(
    (other) => other.number < number && trackDirection(other.name, isCaller) === direction,
  );
  return claimed ? 'unknown' : direction;
}

function sameFormat(a: SampleFormat, b: SampleFormat): boolean {
  return (
    a.kind === b.kind &&
    a.sampleRate === b.sampleRate &&
    a.channels === b.channels &&
    (a.kind !== 'pcm' || b.kind !== 'pcm' || a.codec === b.codec)
  );
}

function sameTracks(a: readonly Track[], b: readonly Track[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const one = a[i]!;
    const other = b[i]!;
    if (
      one.number !== other.number ||
      one.type !== other.type ||
      one.name !== other.name ||
      one.codecId !== other.codecId ||
      one.sampleRate !== other.sampleRate ||
      one.channels !== other.channels ||
      one.bitDepth !== other.bitDepth ||
      one.encoded !== other.encoded ||
      !sameBytes(one.codecPrivate, other.codecPrivate)
    ) {
      return false;
    }
  }
  return true;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function earliestTimecode(fragment: Fragment, slots: readonly (Slot | undefined)[]): number | undefined {
  const { count, track, timecode } = fragment.blocks;
  let earliest: number | undefined;
  for (let i = 0; i < count; i++) {
    if (slots[track[i]!] === undefined || timecode[i] === CONTINUES) continue;
    if (earliest === undefined || timecode[i]! < earliest) earliest = timecode[i]!;
  }
  return earliest;
}

/** Start of the fragment's earliest block, which need not be its Cluster's time, milliseconds since the epoch. */
function firstBlockMs({ blocks, clusterMs, info }: Fragment): number {
  let first = Number.POSITIVE_INFINITY;
  for (let i = 0; i < blocks.count; i++) {
    if (blocks.timecode[i] !== CONTINUES) first = Math.min(first, blocks.timecode[i]!);
  }
  return clusterMs + (first === Number.POSITIVE_INFINITY ? 0 : first * (info.timestampScale / 1e6));
}

/** Start of the fragment's latest block, milliseconds since the epoch. */
function lastBlockMs({ blocks, clusterMs, info }: Fragment): number {
  let last: number = CONTINUES;
  for (let i = 0; i < blocks.count; i++) last = Math.max(last, blocks.timecode[i]!);
  return clusterMs + last * (info.timestampScale / 1e6);
}

/** Timecode of the next block of the same track in the fragment. */
function followingTimecode({ blocks }: Fragment, index: number): number | undefined {
  for (let i = index + 1; i < blocks.count; i++) {
    if (blocks.track[i] === blocks.track[index] && blocks.timecode[i] !== CONTINUES)
      return blocks.timecode[i];
  }
  return undefined;
}

/**
 * Whether a block's jump ahead is to be believed: its timecode stands within `tolerance` milliseconds of where the
 * track's block before it ends, or the block after it lies no earlier, or it is the track's only one in the fragment. A
 * single damaged timecode would otherwise put silence in the place of the audio of every fragment up to it.
 */
function isBelieved(fragment: Fragment, index: number, bytesPerMs: number, tolerance: number): boolean {
  const { count, track, timecode, start, end } = fragment.blocks;
  const scale = fragment.info.timestampScale / 1e6;
  for (let i = index + 1; i < count; i++) {
    if (track[i] !== track[index] || timecode[i] === CONTINUES) continue;
    if (timecode[i]! >= timecode[index]!) return true;
    break;
  }
  let lengthMs = 0;
  for (let i = index - 1; i >= 0; i--) {
    if (track[i] !== track[index]) continue;
    lengthMs += (end[i]! - start[i]!) / bytesPerMs;
    if (timecode[i] === CONTINUES) continue;
    return (timecode[index]! - timecode[i]!) * scale - lengthMs <= tolerance;
  }
  return !fragment.blocks.track.subarray(index + 1, count).includes(track[index]!);
}
