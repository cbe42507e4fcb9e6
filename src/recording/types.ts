// What a recording is asked to do and what it reports: the shapes behind `--json`, stable for scripts.

export const LAYOUTS = ['separate', 'stereo', 'mix'] as const;
/** `separate`: a mono file per direction; `stereo`: left from, right to the customer; `mix`: their clipped sum. */
export type Layout = (typeof LAYOUTS)[number];

export const TRACK_CHOICES = ['from', 'to', 'both'] as const;
/** Which directions get files. */
export type TrackChoice = (typeof TRACK_CHOICES)[number];

export const TIMELINES = ['aligned', 'packed'] as const;
/** `aligned`: audio stands where its timestamp says; `packed`: payloads end to end. */
export type TimelineMode = (typeof TIMELINES)[number];

/** `unknown` is an audio track that names no direction (cameras, other producers). */
export type TrackDirection = 'from' | 'to' | 'unknown';

export type WarningCode =
  | 'truncated'
  | 'corrupt'
  | 'gap'
  | 'overlap'
  | 'duplicate'
  | 'no-contact-id'
  | 'service-error'
  | 'unsupported-codec'
  | 'empty';

/** Something about the input a person should know; `offset` and `skippedBytes` count bytes of the input. */
export interface Warning {
  code: WarningCode;
  message: string;
  offset?: number;
  skippedBytes?: number;
  /** The service's in-band error id (for example 4500), with `service-error`. */
  errorId?: number;
  contactId?: string | null;
  direction?: TrackDirection;
  /** Length of a `gap` or `overlap` in milliseconds. */
  durationMs?: number;
  /** How many times this happened, where only the first occurrences are listed one by one. */
  count?: number;
}

export interface TrackReport {
  direction: TrackDirection;
  /** The track's Name in the stream, untrusted text. */
  name: string;
  /** `L16`, `PCMU`, `PCMA`, `PCM`, `AAC` or the codec id of what is not decoded. */
  encoding: string;
  sampleRate: number;
  channels: number;
  /** Sample frames as written to this direction's mono timeline, silence included. */
  samples: number;
  silenceMs: number;
  /** SHA-256 (hex) of the PCM as written; null where no digest was asked for or the audio is passed through. */
  pcmSha256: string | null;
}

export interface FileReport {
  layout: Layout;
  direction: TrackDirection | 'both';
  path: string;
  bytes: number;
}

/** A file of a call's report. */
export interface ReportFile {
  /** `page` is the HTML document, `audio` what it plays where that lies beside it, `picture` the waveforms as PNG. */
  kind: 'page' | 'audio' | 'picture';
  path: string;
  bytes: number;
}

export interface ContactReport {
  contactId: string | null;
  instanceId: string | null;
  /** ISO 8601 UTC with milliseconds: the contact's first audio in any direction. */
  start: string;
  durationMs: number;
  fragments: { count: number; first: string | null; last: string | null; duplicates: number };
  tracks: TrackReport[];
  files: FileReport[];
  /** The files of the call's report, where one was asked for. */
  report?: ReportFile[];
  /** Why there are none, although they were asked for. */
  reportError?: { code: string; message: string; hint: string | null };
}

export interface InputReport {
  input: string;
  bytes: number;
  contacts: ContactReport[];
  warnings: Warning[];
}

export interface RecordingOptions {
  layouts: readonly Layout[];
  track: TrackChoice;
  timeline: TimelineMode;
  /** Milliseconds a block may stand away from the end of its track's audio and still be appended to it. */
  gapToleranceMs: number;
  /** Keep only this contact. */
  contactId?: string | undefined;
  /** Keep only fragments with this tag, for producers other than Amazon Connect. */
  match?: { tag: string; value: string } | undefined;
  /** Template of the files' names; see `--name`. */
  nameTemplate?: string | undefined;
  overwrite: boolean;
  /** Compute `pcmSha256`. */
  digest: boolean;
}

export const DEFAULT_RECORDING_OPTIONS: RecordingOptions = {
  layouts: ['separate'],
  track: 'both',
  timeline: 'aligned',
  gapToleranceMs: 100,
  overwrite: false,
  digest: false,
};

/** Bytes from somewhere: a file, standard input, an object, a live stream. */
export interface ByteSource {
  /** How people know it: the path, `-`, or a URL. */
  readonly name: string;
  /** Total bytes where known, for progress. */
  readonly size?: number | undefined;
  /** True for bytes from a network, which may keep silent although their number is known. */
  readonly remote?: true;
  /**
   * The bytes, in any chunking. A chunk is valid until the next one is asked for.
   * @param buffer May be read into and given out as a chunk, whole or a part from its beginning.
   */
  chunks(buffer?: Uint8Array): AsyncIterable<Uint8Array>;
}

export interface Inspection {
  input: string;
  bytes: number;
  ebmlHeaders: number;
  segments: number;
  clusters: number;
  blocks: number;
  producer: { muxingApp: string | null; writingApp: string | null; title: string | null };
  tracks: InspectedTrack[];
  contacts: { contactId: string | null; start: string; end: string; fragments: number }[];
  fragments?: InspectedFragment[];
  tags?: { fragment: string | null; offset: number; tags: { name: string; value: string }[] }[];
  warnings: Warning[];
}

export interface InspectedTrack {
  number: number;
  name: string;
  codecId: string;
  /** The true format: `L16` although the codec id says `A_AAC`, for example; null for video. */
  encoding: string | null;
  sampleRate: number | null;
  channels: number | null;
}

export interface InspectedFragment {
  number: string | null;
  offset: number;
  producerTimestamp: string | null;
  serverTimestamp: string | null;
  contactId: string | null;
  blocks: number;
  start: string;
  durationMs: number;
}
