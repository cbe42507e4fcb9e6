// Matroska's elements for the reader: where each may stand, and which of them carry what is read (RFC 9559).
import { CRC32_ID, VOID_ID } from '../ebml/header.ts';
import { MAX_FRAGMENT_BYTES } from '../ebml/limits.ts';
import { ANYWHERE, type ElementRule, ROOT, type Schema } from '../ebml/schema.ts';
import * as id from './ids.ts';

/** Most bytes of a text or binary value that is kept: far over the service's 128-byte names and 256-byte values. */
const MAX_VALUE_BYTES = 64 * 1024;

/** Most bytes of CodecPrivate: the service's own limit is 1 MiB (TrackInfo's codec private data). */
const MAX_CODEC_PRIVATE_BYTES = 1024 * 1024;

const MAX_NUMBER_BYTES = 8;

const rules = new Map<number, ElementRule>();

function add(
  elementId: number,
  name: string,
  parent: number,
  kind: ElementRule['kind'],
  maxSize: number,
  more: { recursive?: boolean; opaque?: boolean } = {},
): void {
  rules.set(elementId, {
    id: elementId,
    name,
    kind,
    parent,
    maxSize,
    recursive: more.recursive ?? false,
    opaque: more.opaque ?? false,
  });
}

function master(elementId: number, name: string, parent: number, maxSize = Number.POSITIVE_INFINITY): void {
  add(elementId, name, parent, 'master', maxSize, { recursive: elementId === id.SIMPLE_TAG });
}

function leaf(elementId: number, name: string, parent: number, maxSize: number): void {
  add(elementId, name, parent, 'leaf', maxSize, { opaque: maxSize > MAX_NUMBER_BYTES });
}

/** Elements whose place is known and whose content is not needed. */
function stepOver(parent: number, maxSize: number, elements: Record<string, number>): void {
  for (const [name, elementId] of Object.entries(elements)) {
    add(elementId, name, parent, 'skip', maxSize, { opaque: maxSize > MAX_NUMBER_BYTES });
  }
}

add(VOID_ID, 'Void', ANYWHERE, 'skip', MAX_FRAGMENT_BYTES, { opaque: true });
add(CRC32_ID, 'CRC-32', ANYWHERE, 'skip', 4);

master(id.SEGMENT, 'Segment', ROOT);

master(id.SEEK_HEAD, 'SeekHead', id.SEGMENT);
master(0x4dbb, 'Seek', id.SEEK_HEAD);
stepOver(0x4dbb, MAX_NUMBER_BYTES, { SeekID: 0x53ab, SeekPosition: 0x53ac });

master(id.INFO, 'Info', id.SEGMENT);
leaf(id.TIMESTAMP_SCALE, 'TimestampScale', id.INFO, MAX_NUMBER_BYTES);
leaf(id.TITLE, 'Title', id.INFO, MAX_VALUE_BYTES);
leaf(id.MUXING_APP, 'MuxingApp', id.INFO, MAX_VALUE_BYTES);
leaf(id.WRITING_APP, 'WritingApp', id.INFO, MAX_VALUE_BYTES);
stepOver(id.INFO, MAX_NUMBER_BYTES, { Duration: 0x4489, DateUTC: 0x4461 });
stepOver(id.INFO, MAX_VALUE_BYTES, {
  SegmentUID: id.SEGMENT_UID,
  SegmentFilename: 0x7384,
  PrevUUID: 0x3cb923,
  PrevFilename: 0x3c83ab,
  NextUUID: 0x3eb923,
  NextFilename: 0x3e83bb,
  SegmentFamily: 0x4444,
  ChapterTranslate: 0x6924,
});

master(id.TRACKS, 'Tracks', id.SEGMENT);
master(id.TRACK_ENTRY, 'TrackEntry', id.TRACKS);
leaf(id.TRACK_NUMBER, 'TrackNumber', id.TRACK_ENTRY, MAX_NUMBER_BYTES);
leaf(id.TRACK_TYPE, 'TrackType', id.TRACK_ENTRY, MAX_NUMBER_BYTES);
leaf(id.TRACK_NAME, 'Name', id.TRACK_ENTRY, MAX_VALUE_BYTES);
leaf(id.CODEC_ID, 'CodecID', id.TRACK_ENTRY, MAX_VALUE_BYTES);
leaf(id.CODEC_PRIVATE, 'CodecPrivate', id.TRACK_ENTRY, MAX_CODEC_PRIVATE_BYTES);
stepOver(id.TRACK_ENTRY, MAX_NUMBER_BYTES, {
  TrackUID: 0x73c5,
  FlagEnabled: 0xb9,
  FlagDefault: 0x88,
  FlagForced: 0x55aa,
  FlagHearingImpaired: 0x55ab,
  FlagVisualImpaired: 0x55ac,
  FlagTextDescriptions: 0x55ad,
  FlagOriginal: 0x55ae,
  FlagCommentary: 0x55af,
  FlagLacing: 0x9c,
  MinCache: 0x6de7,
  MaxCache: 0x6df8,
  DefaultDuration: 0x23e383,
  DefaultDecodedFieldDuration: 0x234e7a,
  TrackTimestampScale: 0x23314f,
  MaxBlockAdditionID: 0x55ee,
  AttachmentLink: 0x7446,
  CodecDecodeAll: 0xaa,
  TrackOverlay: 0x6fab,
  CodecDelay: 0x56aa,
  SeekPreRoll: 0x56bb,
});
stepOver(id.TRACK_ENTRY, MAX_VALUE_BYTES, {
  Language: 0x22b59c,
  LanguageBCP47: 0x22b59d,
  CodecName: 0x258688,
});
stepOver(id.TRACK_ENTRY, MAX_CODEC_PRIVATE_BYTES, {
  BlockAdditionMapping: 0x41e4,
  TrackTranslate: 0x6624,
  Video: 0xe0,
  TrackOperation: 0xe2,
});
// Its mere presence matters: what it describes is compressed or encrypted.
leaf(id.CONTENT_ENCODINGS, 'ContentEncodings', id.TRACK_ENTRY, MAX_CODEC_PRIVATE_BYTES);
master(id.AUDIO, 'Audio', id.TRACK_ENTRY);
leaf(id.SAMPLING_FREQUENCY, 'SamplingFrequency', id.AUDIO, MAX_NUMBER_BYTES);
leaf(id.CHANNELS, 'Channels', id.AUDIO, MAX_NUMBER_BYTES);
leaf(id.BIT_DEPTH, 'BitDepth', id.AUDIO, MAX_NUMBER_BYTES);
stepOver(id.AUDIO, MAX_NUMBER_BYTES, { OutputSamplingFrequency: 0x78b5, Emphasis: 0x52f1 });

master(id.CLUSTER, 'Cluster', id.SEGMENT);
leaf(id.TIMESTAMP, 'Timestamp', id.CLUSTER, MAX_NUMBER_BYTES);
leaf(id.SIMPLE_BLOCK, 'SimpleBlock', id.CLUSTER, MAX_FRAGMENT_BYTES);
stepOver(id.CLUSTER, MAX_NUMBER_BYTES, { Position: 0xa7, PrevSize: 0xab });
stepOver(id.CLUSTER, MAX_FRAGMENT_BYTES, { SilentTracks: 0x5854, EncryptedBlock: 0xaf });
master(id.BLOCK_GROUP, 'BlockGroup', id.CLUSTER);
leaf(id.BLOCK, 'Block', id.BLOCK_GROUP, MAX_FRAGMENT_BYTES);
stepOver(id.BLOCK_GROUP, MAX_NUMBER_BYTES, {
  BlockDuration: 0x9b,
  ReferencePriority: 0xfa,
  ReferenceBlock: 0xfb,
  ReferenceVirtual: 0xfd,
  DiscardPadding: 0x75a2,
});
stepOver(id.BLOCK_GROUP, MAX_FRAGMENT_BYTES, {
  BlockVirtual: 0xa2,
  BlockAdditions: 0x75a1,
  CodecState: 0xa4,
  Slices: 0x8e,
  ReferenceFrame: 0xc8,
});

master(id.TAGS, 'Tags', id.SEGMENT, MAX_FRAGMENT_BYTES);
master(id.TAG, 'Tag', id.TAGS, MAX_FRAGMENT_BYTES);
master(id.SIMPLE_TAG, 'SimpleTag', id.TAG, MAX_FRAGMENT_BYTES);
leaf(id.TAG_NAME, 'TagName', id.SIMPLE_TAG, MAX_VALUE_BYTES);
leaf(id.TAG_STRING, 'TagString', id.SIMPLE_TAG, MAX_VALUE_BYTES);
stepOver(id.TAG, MAX_VALUE_BYTES, { Targets: 0x63c0 });
stepOver(id.SIMPLE_TAG, MAX_VALUE_BYTES, {
  TagLanguage: 0x447a,
  TagLanguageBCP47: 0x447b,
  TagDefault: 0x4484,
  TagDefaultBogus: 0x44b4,
  TagBinary: 0x4485,
});

master(id.CUES, 'Cues', id.SEGMENT);
stepOver(id.CUES, MAX_VALUE_BYTES, { CuePoint: 0xbb });
master(id.ATTACHMENTS, 'Attachments', id.SEGMENT);
stepOver(id.ATTACHMENTS, MAX_FRAGMENT_BYTES, { AttachedFile: 0x61a7 });
master(id.CHAPTERS, 'Chapters', id.SEGMENT);
stepOver(id.CHAPTERS, MAX_FRAGMENT_BYTES, { EditionEntry: 0x45b9 });

const SEGMENT_STARTS = new Set<number>([
  id.SEEK_HEAD,
  id.INFO,
  id.TRACKS,
  id.TAGS,
  id.CLUSTER,
  VOID_ID,
  CRC32_ID,
]);
const CLUSTER_STARTS = new Set<number>([id.TIMESTAMP, VOID_ID, CRC32_ID]);

/** Matroska, WebM included. */
export const MATROSKA: Schema = {
  rule: (elementId) => rules.get(elementId),
  docTypes: ['matroska', 'webm'],
  rootId: id.SEGMENT,
  startsRoot: (elementId) => SEGMENT_STARTS.has(elementId),
  resumeId: id.CLUSTER,
  startsResume: (elementId) => CLUSTER_STARTS.has(elementId),
  bulkId: id.SIMPLE_BLOCK,
  wholeId: id.TAGS,
  endsPreamble: (elementId) => elementId === id.TAGS || elementId === id.CLUSTER,
};
