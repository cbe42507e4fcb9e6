// What a recording has to know to go on in another process: plain values that JSON can carry.
import type { Run } from '../connect/attribution.ts';
import type { AacFormat, PcmFormat, RawFormat } from '../connect/sample-format.ts';
import type { CallMark } from './call-marks.ts';
import type { CombinerState } from './combiner.ts';
import type { ContactReport, Layout, TrackDirection, Warning, WarningCode } from './types.ts';
import type { WrittenExtent } from './written-extents.ts';

/** A sample format whose configuration, if any, is base64. */
export type FormatState = PcmFormat | RawFormat | (Omit<AacFormat, 'config'> & { config: string });

/** A file that is not finished. */
export interface FileState {
  /** The track it belongs to; undefined for what both share. */
  track?: string | undefined;
  layout: Layout;
  direction: TrackDirection | 'both';
  /** Both relative to the output folder. */
  path: string;
  temporary: string;
  /** Bytes, the header included. */
  size: number;
  /** What a power failure may take away of them, once the changes that are on record are made. */
  unsynced?: WrittenExtent[] | undefined;
  /** Changes that are on record and may not be made, for whoever goes on. */
  patches?: { position: number; bytes: Uint8Array }[] | undefined;
  /** Of a WAV file. */
  wav?: { sampleRate: number; channels: number } | undefined;
}

export interface FilesState {
  files: FileState[];
  /** What both directions share: the rate in Hz, the track of each side, and how far it has come. */
  combined?: { rate: number; sides: [side: 0 | 1, track: string][]; combiner: CombinerState } | undefined;
}

export interface TrackState {
  key: string;
  number: number;
  name: string;
  direction: TrackDirection;
  format: FormatState;
  /** Of the timeline, in sample frames. */
  end: number;
  started: boolean;
  silenceFrames: number;
  overlapFrames: number;
  /** Bytes handed to the track's own file, and to the shared ones. */
  position: number;
  monoPosition: number;
}

export interface ContactState {
  contactId: string | null;
  instanceId: string | null;
  /** Nanoseconds since the epoch, decimal; undefined before any audio. */
  originNs?: string | undefined;
  /** By how much Cluster times lie after producer timestamps, milliseconds. */
  skewMs?: number | undefined;
  fragments: { count: number; first: string | null; last: string | null; duplicates: number };
  tracks: TrackState[];
  files: FilesState;
  /** Both directions have been given one length: only the names are missing. */
  sealed: boolean;
  /** What happened on the timeline, where that is collected; where fragments begin is not carried on. */
  marks?: CallMark[] | undefined;
}

export interface WarningLogState {
  listed: Warning[];
  counts: [WarningCode, number][];
}

/** Version of the form below. */
export const STATE_VERSION = 1;

export interface EngineState {
  version: typeof STATE_VERSION;
  run: Run;
  /** Numbers of the newest fragments, oldest first. */
  seen: string[];
  audioSeen: boolean;
  warnings: WarningLogState;
  /** In the order in which they came: what is finished, and what is open. */
  contacts: ({ report: ContactReport | null } | { open: ContactState })[];
}
