// What a capture is asked to do, what it tells while it works, and what it comes to.
import type { ContactReport, Warning } from '../types.ts';
import type { Clock, MediaStart } from './media-source.ts';

export const ENDS = [
  'contact-changed',
  'stop-fragment',
  'end-time',
  'max-duration',
  'idle',
  'end-of-archive',
  'signal',
  'output-closed',
  'service-error',
] as const;
/**
 * Why a recording ended: another contact began; the stop fragment or time was reached; the longest duration; nothing new
 * came for the idle timeout; the archive has no more; the caller asked for it; nobody reads the output any more; the
 * service failed for good.
 */
export type EndedBy = (typeof ENDS)[number];

/** Times in milliseconds; those of the stream count from the epoch. */
export interface CaptureRequest {
  /** Where to begin; with `fragment`, that one is part of the recording. */
  start: MediaStart;
  /** Which of a fragment's timestamps `endMs` is compared with. */
  clock: Clock;
  /** The last fragment that belongs to the recording. */
  stopFragment?: string | undefined;
  /** A fragment from that time on does not belong to it any more. */
  endMs?: number | undefined;
  /** Of audio. */
  maxDurationMs?: number | undefined;
  /** Without a new fragment; 0 for ever. */
  idleTimeoutMs: number;
  /** Without a byte, after which a connection counts as dead. */
  stallTimeoutMs: number;
  /** Failures in a row after which an outage counts as final. */
  retries: number;
  /** Read what the archive has, and not the live stream; `fallback` to GetMedia where the archive is refused. */
  archive?: { startMs: number; endMs: number; fallback: boolean } | undefined;
}

export const DEFAULT_CAPTURE = {
  clock: 'server',
  idleTimeoutMs: 30_000,
  stallTimeoutMs: 10_000,
  retries: 20,
} as const satisfies Partial<CaptureRequest>;

/** What happens, as it happens. Times of the stream are milliseconds since the epoch. */
export type CaptureEvent =
  | { event: 'started'; source: string; archive: boolean }
  | { event: 'connected'; connection: number }
  | {
      event: 'fragment';
      number: string | null;
      contactId: string | null;
      startMs: number;
      /** How far it was behind the newest of the stream when it was sent; null where the service does not say. */
      behindMs: number | null;
      blocks: number;
      /** Received so far, repeated ones included. */
      bytes: number;
    }
  | { event: 'reconnect'; reason: string; attempt: number; waitMs: number }
  | { event: 'gap'; fromMs: number; toMs: number; message: string }
  | { event: 'contact-changed'; from: string | null; to: string }
  | { event: 'warning'; warning: Warning }
  | { event: 'finished'; endedBy: EndedBy };

export interface CaptureReport {
  /** The stream. */
  input: string;
  /** Bytes received, repeated ones included. */
  bytes: number;
  contacts: ContactReport[];
  warnings: Warning[];
  endedBy: EndedBy;
  /** Answers of the service that were read. */
  connections: number;
  /** The dump, where it was kept. */
  dump?: { path: string; bytes: number } | undefined;
}
