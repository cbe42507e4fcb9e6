// Matroska elements to what they mean: segment info, tracks, clusters, blocks and tags, in stream order.

import { type EbmlHandler, EbmlReader } from '../ebml/reader.ts';
import { UNKNOWN_SIZE } from '../ebml/vint.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { BlockHeader } from './block.ts';
import * as id from './ids.ts';
import { RepeatedTags, type Tag, type TagsRun } from './repeated-tags.ts';
import { MATROSKA } from './schema.ts';
import { readFloat, readText, readUint, readUint64 } from './values.ts';

export type { Tag, TagsRun };

export interface SegmentInfo {
  /** Nanoseconds a tick; 1,000,000 where the segment does not say (RFC 9559 section 5.1.2.9). */
  timestampScale: number;
  title: string | null;
  muxingApp: string | null;
  writingApp: string | null;
}

export interface Track {
  number: number;
  /** TrackType: 1 video, 2 audio. */
  type: number;
  name: string;
  codecId: string;
  codecPrivate: Uint8Array | undefined;
  /** From the Audio master, where there is one: Hz, channels, bits. */
  sampleRate: number | undefined;
  channels: number | undefined;
  bitDepth: number | undefined;
  /** The frames are compressed or encrypted as its ContentEncodings say. */
  encoded: boolean;
}

/** What documents have in common: how they begin, and the Tags before and behind their only Cluster. */
export interface DocumentForm {
  info: SegmentInfo | undefined;
  tracks: readonly Track[] | undefined;
  before: TagsRun;
  after: TagsRun | undefined;
}

/** Receives a document's parts in stream order; offsets count bytes from the start of the stream. */
export interface MatroskaHandler {
  /** `headless`: its EBML header is lost. */
  document(offset: number, headless: boolean): void;
  segment(offset: number): void;
  info(info: SegmentInfo): void;
  tracks(tracks: readonly Track[]): void;
  /** The tags of one Tags element, nested ones included, in order; `end` is the offset behind it. */
  tags(tags: readonly Tag[], offset: number, end: number): void;
  /**
   * The quick way for Tags elements that follow each other, up to the offset `end`: takes the tags of all of them, or
   * answers false to get each element's own.
   */
  tagRun?(tags: readonly Tag[], end: number): boolean;
  cluster(offset: number): void;
  /** Ticks since the epoch of the segment, exact. */
  timestamp(ticks: bigint): void;
  /**
   * One block; its frames are in `header` until the call returns. Bounds are indices into `reader.bytes`. Answers what
   * is wrong with it, if anything is.
   */
  block(header: BlockHeader): string | undefined;
  /**
   * The quick way for SimpleBlocks of one frame that follow each other: takes as many as it can from
   * `reader.bytes[from, stop)`, none with a payload of more than `maxSize` bytes, and answers the index at which it
   * stopped. The next one comes as a `block`, which then can say what is wrong with it.
   */
  run?(from: number, stop: number, maxSize: number): number;
  /**
   * The quick way for documents that differ from the one before in values of tags and in audio alone, which is closed:
   * takes as many whole ones as it can from `reader.bytes[from, stop)`, and answers the index at which it stopped, where
   * another document begins.
   */
  documents?(from: number, stop: number, form: DocumentForm): number;
  clusterEnd(offset: number): void;
  damaged(offset: number, reason: string, keepUntil: number, between: boolean): void;
  resumed(damageOffset: number, offset: number, skipped: number, reason: string): void;
  truncated(offset: number, reason: string): void;
}

/** Most tags kept of one Tags element; the service allows ten a fragment besides its own. */
const MAX_TAGS = 1000;

const NO_INFO: SegmentInfo = { timestampScale: 1_000_000, title: null, muxingApp: null, writingApp: null };

function newTrack(): Track {
  return {
    number: 0,
    type: 0,
    name: '',
    codecId: '',
    codecPrivate: undefined,
    sampleRate: undefined,
    channels: undefined,
    bitDepth: undefined,
    encoded: false,
  };
}

/** Push any chunking of a Matroska stream in; `handler` gets the same calls. */
export class MatroskaDemuxer implements EbmlHandler {
  readonly reader: EbmlReader;
  readonly #handler: MatroskaHandler;
  readonly #header = new BlockHeader();
  #info: SegmentInfo = { ...NO_INFO };
  #tracks: Track[] = [];
  #track: Track = newTrack();
  #tags: { name: string; value: string }[] = [];
  #tagsOffset = 0;
  #tagsSize = 0;
  readonly #repeated: RepeatedTags;
  readonly #workspace: Workspace | undefined;
  /** What the start of the document said that `repeat` is about. */
  #learned: { info: SegmentInfo | undefined; tracks: readonly Track[] | undefined } | undefined;
  #infoSeen = false;
  #tracksSeen = false;
  /** Names of the SimpleTags that are open, outermost first, and the index of each in `#tags`. */
  readonly #openTags: number[] = [];

  constructor(handler: MatroskaHandler, workspace?: Workspace) {
    this.#handler = handler;
    this.#workspace = workspace;
    this.#repeated = new RepeatedTags(workspace);
    this.reader = new EbmlReader(MATROSKA, this, workspace);
  }

  push(chunk: Uint8Array): void {
    this.reader.push(chunk);
  }

  end(): void {
    this.reader.end();
  }

  document(offset: number, headless: boolean): void {
    this.#begin();
    this.#handler.document(offset, headless);
  }

  learn(): void {
    this.#learned = {
      info: this.#infoSeen ? this.#info : undefined,
      tracks: this.#tracksSeen ? this.#tracks : undefined,
    };
  }

  repeat(offset: number, rootOffset: number): void {
    const { info, tracks } = this.#learned!;
    this.#begin();
    this.#handler.document(offset, false);
    this.#handler.segment(rootOffset);
    if (info !== undefined) this.#handler.info(info);
    if (tracks !== undefined) this.#handler.tracks(tracks);
  }

  documents(pos: number, stop: number, preamble: Uint8Array, maxSize: number): number {
    const workspace = this.#workspace;
    const handler = this.#handler;
    if (handler.documents === undefined || !workspace?.holds(preamble) || !workspace.holds(this.reader.bytes))
      return pos;
    const { form } = this.#repeated;
    if (form === undefined || !workspace.holds(form.before.bytes)) return pos;
    if (form.after !== undefined && !workspace.holds(form.after.bytes)) return pos;
    workspace.documents.setPreamble(preamble, maxSize);
    return handler.documents(pos, stop, { ...this.#learned!, ...form });
  }

  #begin(): void {
    this.#infoSeen = false;
    this.#tracksSeen = false;
    this.#repeated.rewind();
  }

  bulk(from: number, stop: number, maxSize: number): number {
    return this.#handler.run?.(from, stop, maxSize) ?? from;
  }

  whole(from: number, stop: number): number {
    const { bytes, base } = this.reader;
    const run = this.#repeated.match(bytes, from, stop, base);
    if (run === undefined) return from;
    const { tags, elements, length } = run;
    if (this.#handler.tagRun?.(tags, base + from + length)) return from + length;
    let start = 0;
    let first = 0;
    for (let i = 0; i < elements.length; i += 2) {
      const end = elements[i]!;
      const last = elements[i + 1]!;
      this.#handler.tags(tags.slice(first, last), base + from + start, base + from + end);
      start = end;
      first = last;
    }
    return from + length;
  }

  open(elementId: number, offset: number, size: number): void {
    switch (elementId) {
      case id.SEGMENT:
        this.#info = { ...NO_INFO };
        this.#handler.segment(offset);
        break;
      case id.CLUSTER:
        this.#repeated.cluster();
        this.#handler.cluster(offset);
        break;
      case id.INFO:
        this.#info = { ...NO_INFO };
        break;
      case id.TRACKS:
        this.#tracks = [];
        break;
      case id.TRACK_ENTRY:
        this.#track = newTrack();
        break;
      case id.TAGS:
        this.#tags = [];
        this.#tagsOffset = offset;
        this.#tagsSize = size;
        this.#openTags.length = 0;
        this.#repeated.begin();
        break;
      case id.SIMPLE_TAG:
        this.#openTags.push(this.#tags.length);
        if (this.#tags.length < MAX_TAGS) this.#tags.push({ name: '', value: '' });
        break;
    }
  }

  close(elementId: number, offset: number): void {
    switch (elementId) {
      case id.CLUSTER:
        this.#handler.clusterEnd(offset);
        break;
      case id.INFO:
        this.#infoSeen = true;
        this.#handler.info(this.#info);
        break;
      case id.TRACKS:
        this.#tracksSeen = true;
        this.#handler.tracks(this.#tracks);
        break;
      case id.TRACK_ENTRY:
        this.#tracks.push(this.#track);
        break;
      case id.TAGS:
        this.#learnTags(offset);
        this.#handler.tags(this.#tags, this.#tagsOffset, offset);
        break;
      case id.SIMPLE_TAG:
        this.#openTags.pop();
        break;
    }
  }

  leaf(elementId: number, start: number, end: number): string | undefined {
    const bytes = this.reader.bytes;
    switch (elementId) {
      case id.SIMPLE_BLOCK:
      case id.BLOCK:
        return this.#header.parse(bytes, start, end) ?? this.#handler.block(this.#header);
      case id.TIMESTAMP:
        this.#handler.timestamp(readUint64(bytes, start, end));
        break;
      case id.TAG_NAME:
        this.#setTag('name', readText(bytes, start, end));
        break;
      case id.TAG_STRING:
        this.#setTag('value', readText(bytes, start, end));
        this.#repeated.value(this.#openTags.at(-1) ?? -1, this.reader.base + start, this.reader.base + end);
        break;
      case id.TIMESTAMP_SCALE: {
        const scale = readUint(bytes, start, end);
        if (scale === 0 || scale > Number.MAX_SAFE_INTEGER) return 'the TimestampScale is not valid';
        this.#info.timestampScale = scale;
        break;
      }
      case id.TITLE:
        this.#info.title = readText(bytes, start, end);
        break;
      case id.MUXING_APP:
        this.#info.muxingApp = readText(bytes, start, end);
        break;
      case id.WRITING_APP:
        this.#info.writingApp = readText(bytes, start, end);
        break;
      case id.TRACK_NUMBER:
        this.#track.number = readUint(bytes, start, end);
        break;
      case id.TRACK_TYPE:
        this.#track.type = readUint(bytes, start, end);
        break;
      case id.TRACK_NAME:
        this.#track.name = readText(bytes, start, end);
        break;
      case id.CODEC_ID:
        this.#track.codecId = readText(bytes, start, end);
        break;
      case id.CODEC_PRIVATE:
        this.#track.codecPrivate = bytes.slice(start, end);
        break;
      case id.CONTENT_ENCODINGS:
        this.#track.encoded = true;
        break;
      case id.SAMPLING_FREQUENCY:
        this.#track.sampleRate = readFloat(bytes, start, end);
        break;
      case id.CHANNELS:
        this.#track.channels = readUint(bytes, start, end);
        break;
      case id.BIT_DEPTH:
        this.#track.bitDepth = readUint(bytes, start, end);
        break;
    }
    return undefined;
  }

  damaged(offset: number, reason: string, keepUntil: number, between: boolean): void {
    this.#handler.damaged(offset, reason, keepUntil, between);
  }

  resumed(damageOffset: number, offset: number, skipped: number, reason: string): void {
    this.#handler.resumed(damageOffset, offset, skipped, reason);
  }

  truncated(offset: number, reason: string): void {
    this.#handler.truncated(offset, reason);
  }

  #learnTags(endOffset: number): void {
    const { bytes, base } = this.reader;
    // What has no size of its own cannot be told to be whole before it has been read.
    const known = this.#tagsSize !== UNKNOWN_SIZE;
    this.#repeated.learn(bytes, known ? this.#tagsOffset - base : -1, endOffset - base, base, this.#tags);
  }

  #setTag(key: keyof Tag, text: string): void {
    const tag = this.#tags[this.#openTags[this.#openTags.length - 1] ?? -1];
    if (tag !== undefined) tag[key] = text;
  }
}
