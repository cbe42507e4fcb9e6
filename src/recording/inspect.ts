// What is in a dump, without writing anything: structure, tracks, contacts, fragments, and what is wrong.
import { createPcmDecoder } from '../audio/decoder.ts';
import {
  type Attribution,
  ContactAttribution,
  isOrphan,
  repeatedOwner,
  type TagFilter,
} from '../connect/attribution.ts';
import { sampleFormat } from '../connect/sample-format.ts';
import { type Damage, FragmentAssembler, type FragmentHandler } from '../kvs/assembler.ts';
import { CONTINUES } from '../kvs/block-list.ts';
import type { Fragment } from '../kvs/fragment.ts';
import { FragmentHistory, FragmentNames } from '../kvs/fragment-history.ts';
import { serviceError } from '../kvs/tags.ts';
import type { Tag, Track } from '../matroska/demuxer.ts';
import { TRACK_TYPE_AUDIO } from '../matroska/ids.ts';
import { borneOut, MAX_GAP_MS, notBorneOut } from './clocks.ts';
import { emptyInput, notMatroska } from './input-error.ts';
import { isoTime } from './iso-time.ts';
import type { RunHooks } from './split.ts';
import type { ByteSource, InspectedFragment, InspectedTrack, Inspection } from './types.ts';
import { WarningLog } from './warning-log.ts';

/** A break in the fragments' times worth a warning, milliseconds: the gap tolerance of a recording. */
const GAP_MS = 100;

export interface InspectOptions {
  /** List every fragment. */
  fragments?: boolean;
  /** List every Tags element. */
  tags?: boolean;
  /** The tag that names a contact where none of the known ones does. */
  match?: TagFilter;
}

interface ContactSpan {
  contactId: string | null;
  startMs: number;
  endMs: number;
  fragments: number;
  /** How far the clocks of its last fragment that has both are apart. */
  skewMs: number;
}

/**
 * Reads `source` to its end.
 * @throws KvsrecError `empty-input`, `not-matroska`; Node's errors of reading as they are.
 */
export async function inspectSource(
  source: ByteSource,
  options: InspectOptions,
  run: RunHooks = {},
): Promise<Inspection> {
  const inspector = new Inspector(options);
  for await (const chunk of source.chunks()) {
    inspector.assembler.push(chunk);
    run.onProgress?.(inspector.assembler.received);
    if (run.signal?.aborted) break;
  }
  return inspector.finish(source.name);
}

class Inspector implements FragmentHandler {
  readonly assembler = new FragmentAssembler(this);
  readonly #options: InspectOptions;
  readonly #attribution: ContactAttribution;
  readonly #history = new FragmentHistory();
  readonly #names = new FragmentNames();
  readonly #warnings = new WarningLog();
  readonly #contacts = new Map<string | null, ContactSpan>();
  /** By contact: a fragment whose time is not believed before the next one bears it out. */
  readonly #doubted = new Map<string | null, Seen>();
  readonly #tracks = new Map<string, InspectedTrack>();
  readonly #fragments: InspectedFragment[] = [];
  readonly #tags: NonNullable<Inspection['tags']> = [];
  #pendingTags: NonNullable<Inspection['tags']> = [];
  #tracksSeen: readonly Track[] = [];

  constructor(options: InspectOptions) {
    this.#options = options;
    this.#attribution = new ContactAttribution(options.match, (fragment, attribution) =>
      this.#attributed(fragment, attribution),
    );
  }

  finish(name: string): Inspection {
    const { assembler } = this;
    assembler.end();
    this.#attribution.end();
    for (const [contactId, seen] of this.#doubted) {
      // Where it is all there is of a contact, nothing speaks against it.
      if (this.#contacts.has(contactId)) this.#leaveOut(contactId, seen);
      else this.#count(contactId, seen);
    }
    if (assembler.received === 0) throw emptyInput(name);
    if (assembler.counts.segments === 0) throw notMatroska(name);
    this.#addTracks(assembler.currentTracks, undefined);
    const { title, muxingApp, writingApp } = assembler.segmentInfo;
    return {
      input: name,
      bytes: assembler.received,
      ...assembler.counts,
      producer: { muxingApp, writingApp, title },
      tracks: [...this.#tracks.values()],
      contacts: [...this.#contacts.values()].map(({ contactId, startMs, endMs, fragments }) => ({
        contactId,
        start: isoTime(startMs),
        end: isoTime(endMs),
        fragments,
      })),
      ...(this.#options.fragments ? { fragments: this.#fragments.sort((a, b) => a.offset - b.offset) } : {}),
      ...(this.#options.tags ? { tags: [...this.#tags, ...this.#pendingTags] } : {}),
      warnings: this.#warnings.list(),
    };
  }

  fragment(fragment: Fragment): void {
    this.#nameTags(fragment.number);
    this.#reportServiceError(fragment.tags, fragment.offset);
    const name = this.#names.of(fragment);
    if (name !== null && this.#history.has(name)) {
      this.#warnings.add({
        code: 'duplicate',
        message: `fragment ${name} comes again`,
        offset: fragment.offset,
      });
      const contactId = repeatedOwner(fragment, this.#attribution, this.#history, this.#names);
      this.#list(fragment, contactId, this.#attribution.run.mimeType);
      return;
    }
    if (name !== null && fragment.state === 'whole') this.#history.add(name);
    this.#attribution.add(fragment);
  }

  #attributed(fragment: Fragment, attribution: Attribution): void {
    const orphan = isOrphan(fragment, attribution);
    const contactId = orphan ? null : attribution.contactId;
    const span = this.#list(fragment, contactId, attribution.mimeType);
    if (orphan) return;
    if (fragment.number !== null) this.#history.give(fragment.number, contactId);
    if (!attribution.matches) return;
    const doubted = this.#doubted.get(contactId);
    const { number, offset, clusterMs, producerMs } = fragment;
    const skewMs = producerMs === null ? null : clusterMs - producerMs;
    const before = () => this.#contacts.get(contactId)?.skewMs ?? 0;
    const seen = { ...span, number, offset, skewMs, borneOut: borneOut(fragment, before()) };
    if (doubted !== undefined) {
      this.#doubted.delete(contactId);
      if (this.#contradicts(contactId, doubted, seen)) this.#leaveOut(contactId, doubted);
      else this.#count(contactId, doubted);
      seen.borneOut = borneOut(fragment, before());
    }
    const end = this.#contacts.get(contactId)?.endMs;
    const follows = end !== undefined && seen.startMs - end <= GAP_MS;
    // Without the producer's clock there is nothing that could contradict.
    if (fragment.producerMs === null || seen.borneOut || follows) this.#count(contactId, seen);
    else this.#doubted.set(contactId, seen);
  }

  /** Whether the fragment after a doubtful one speaks against its time, as it does in a recording. */
  #contradicts(contactId: string | null, doubted: Seen, next: Seen): boolean {
    if (next.startMs < doubted.startMs) return this.#contacts.has(contactId) || next.borneOut;
    return !this.#contacts.has(contactId) && next.borneOut && next.startMs - doubted.startMs > MAX_GAP_MS;
  }

  #leaveOut(contactId: string | null, { number, offset }: Seen): void {
    this.#warnings.add({ code: 'corrupt', message: notBorneOut(number), offset, skippedBytes: 0, contactId });
  }

  /** Counts a fragment as its contact's. */
  #count(contactId: string | null, { startMs, endMs, timed, offset, skewMs }: Seen): void {
    const contact = this.#contacts.get(contactId);
    if (contact === undefined) {
      this.#contacts.set(contactId, { contactId, startMs, endMs, fragments: 1, skewMs: skewMs ?? 0 });
      if (contactId === null) {
        this.#warnings.add({
          code: 'no-contact-id',
          message: 'a fragment has no contact id and none before it to follow',
          offset,
        });
      }
      return;
    }
    contact.fragments++;
    contact.skewMs = skewMs ?? contact.skewMs;
    if (timed && startMs - contact.endMs > GAP_MS) {
      const durationMs = Math.round(startMs - contact.endMs);
      this.#warnings.add({
        code: 'gap',
        message: `${durationMs} ms are missing before ${isoTime(startMs)}`,
        offset,
        contactId,
        durationMs,
      });
    }
    contact.endMs = Math.max(contact.endMs, endMs);
  }

  /** Lists a fragment and its tracks, and answers when its audio is. */
  #list(fragment: Fragment, contactId: string | null, mimeType: string | undefined): Span {
    if (fragment.tracks !== this.#tracksSeen) {
      this.#tracksSeen = fragment.tracks;
      this.#addTracks(fragment.tracks, mimeType);
    }
    const found = span(fragment, mimeType);
    if (this.#options.fragments) {
      this.#fragments.push({
        number: fragment.number,
        offset: fragment.offset,
        producerTimestamp: fragment.producerMs === null ? null : isoTime(fragment.producerMs),
        serverTimestamp: fragment.serverMs === null ? null : isoTime(fragment.serverMs),
        contactId,
        blocks: found.blocks,
        start: isoTime(found.startMs),
        durationMs: Math.round(found.endMs - found.startMs),
      });
    }
    return found;
  }

  tagsOnly(tags: ReadonlyMap<string, string>, offset: number): void {
    this.#nameTags(null);
    this.#reportServiceError(tags, offset);
  }

  tags(tags: readonly Tag[], offset: number): void {
    if (!this.#options.tags) return;
    this.#pendingTags.push({
      fragment: null,
      offset,
      tags: tags.map(({ name, value }) => ({ name, value })),
    });
  }

  damage({ kind, offset, skippedBytes, reason }: Damage): void {
    this.#warnings.add({
      code: kind,
      message: reason,
      offset,
      ...(kind === 'corrupt' ? { skippedBytes } : {}),
    });
  }

  /** Whose the Tags elements are that have come since the last fragment is known only now. */
  #nameTags(fragment: string | null): void {
    for (const entry of this.#pendingTags) this.#tags.push({ ...entry, fragment });
    this.#pendingTags = [];
  }

  #addTracks(tracks: readonly Track[], mimeType: string | undefined): void {
    for (const track of tracks) {
      const key = `${track.number}|${track.name}|${track.codecId}`;
      if (this.#tracks.has(key)) continue;
      const format = track.type === TRACK_TYPE_AUDIO ? sampleFormat(track, mimeType) : undefined;
      this.#tracks.set(key, {
        number: track.number,
        name: track.name,
        codecId: track.codecId,
        encoding: format?.encoding ?? null,
        sampleRate: format?.sampleRate ?? null,
        channels: format?.channels ?? null,
      });
    }
  }

  #reportServiceError(tags: ReadonlyMap<string, string>, offset: number): void {
    const error = serviceError(tags);
    if (error === undefined) return;
    this.#warnings.add({
      code: 'service-error',
      message: `the stream ends with a service error: ${error.meaning} (${error.code}). ${error.hint}`,
      offset,
      ...(error.id === undefined ? {} : { errorId: error.id }),
    });
  }
}

interface Span {
  startMs: number;
  endMs: number;
  timed: boolean;
  /** Frames of a lace are one block. */
  blocks: number;
}

/** A fragment that was seen, as far as contacts are told of it. */
interface Seen extends Span {
  number: string | null;
  offset: number;
  /** How far its two clocks are apart; null where it has one. */
  skewMs: number | null;
  borneOut: boolean;
}

/**
 * First block's start to last block's end, milliseconds since the epoch. `timed`: there are blocks whose length follows
 * from their size, so that the end is one.
 */
function span(fragment: Fragment, mimeType: string | undefined): Span {
  const { count, track, timecode, start, end } = fragment.blocks;
  const scale = fragment.info.timestampScale / 1e6;
  const bytesPerMs = fragment.tracks.map((entry) => {
    if (entry.type !== TRACK_TYPE_AUDIO) return 0;
    const format = sampleFormat(entry, mimeType);
    if (format.kind !== 'pcm') return 0;
    const { bytesPerSample } = createPcmDecoder(format.codec);
    return (format.sampleRate * format.channels * bytesPerSample) / 1000;
  });
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let blocks = 0;
  // Where the frame before ends; those of a lace follow each other.
  let last = 0;
  for (let i = 0; i < count; i++) {
    const rate = bytesPerMs[track[i]!]!;
    const lengthMs = rate > 0 ? (end[i]! - start[i]!) / rate : 0;
    if (timecode[i] !== CONTINUES) {
      blocks++;
      last = timecode[i]! * scale;
      from = Math.min(from, last);
    }
    last += lengthMs;
    to = Math.max(to, last);
  }
  const clusterMs = fragment.clusterMs;
  return count === 0
    ? { startMs: clusterMs, endMs: clusterMs, timed: false, blocks }
    : {
        startMs: clusterMs + from,
        endMs: clusterMs + Math.max(from, to),
        timed: bytesPerMs.some((rate) => rate > 0),
        blocks,
      };
}
