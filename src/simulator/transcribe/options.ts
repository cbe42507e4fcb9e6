// What the stand-in can be told.

import type { StandInClock } from './clock.ts';
import type { AudioLocator, ReferenceAudio } from './locator.ts';
import type { SessionParameters } from './parameters.ts';
import type { SessionRecord } from './record.ts';
import type { TranscribeScript } from './script.ts';

/** What the service enforces. Times are milliseconds of audio, or of the stand-in's clock. */
export interface TranscribeRules {
  /** How much faster than the wall's this stand-in's clock runs; of no account with a `clock` of another kind. */
  speed: number;
  /** Longest chunk (API reference of AudioEvent: one second). */
  maxChunkMs: number;
  /** A session without audio for so long is ended (15 s, by the service's message). */
  audioTimeoutMs: number;
  /** Longest session (quota "maximum length of a streaming session": 4 hours). */
  sessionLimitMs: number;
  /** How a session ends at that limit; reports tell of both. */
  atLimit: 'close' | 'exception';
  /** Sessions at once (quota, 25 unless raised). */
  maxSessions: number;
  /** Audio may come at this multiple of real time, and so far ahead of that. The service publishes no figures. */
  maxPace: number;
  burstMs: number;
  partialEveryMs: number;
  finalAfterMs: number;
}

export const TRANSCRIBE_RULES: TranscribeRules = {
  speed: 1,
  maxChunkMs: 1000,
  audioTimeoutMs: 15_000,
  sessionLimitMs: 4 * 60 * 60 * 1000,
  atLimit: 'close',
  maxSessions: 25,
  maxPace: 2,
  burstMs: 5000,
  partialEveryMs: 300,
  finalAfterMs: 300,
};

export interface TranscribeOptions {
  script: TranscribeScript;
  /** Port on loopback; 0, the default, takes a free one. */
  port?: number;
  host?: string;
  rules?: Partial<TranscribeRules>;
  /** In place of the clock on the wall. */
  clock?: StandInClock;
  /** The call that the script is of: what a session hears is told by comparing samples with it. */
  reference?: ReferenceAudio;
  /** Another way to tell what a session hears. */
  locator?: (parameters: SessionParameters) => AudioLocator;
  /** Checks the signature of every message against this secret; by default only that there is one. */
  secretAccessKey?: string;
  /** Keep what was received in memory; true unless `onAudio` takes it. */
  keepAudio?: boolean;
  onAudio?: (session: SessionRecord, pcm: Buffer) => void;
  onSession?: (session: SessionRecord) => void;
}
