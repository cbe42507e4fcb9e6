// What the stand-in keeps of a session.

import type { SessionParameters } from './parameters.ts';
import type { ExceptionName } from './script.ts';

export type SessionEnd = 'client-ended' | 'client-left' | 'reset' | 'close' | 'session-limit' | ExceptionName;

/** What is kept of a session, for inspection. */
export interface SessionRecord {
  /** Counted from 1. */
  readonly number: number;
  readonly id: string;
  readonly parameters: SessionParameters;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Frames of audio received. */
  frames: number;
  chunks: number;
  longestChunkFrames: number;
  finals: number;
  partials: number;
  endedBy: SessionEnd | null;
  /** It was ordered to answer no more, or to take no more audio either; it stays open. */
  mute: boolean;
  /** The audio as it came, channels interleaved; empty where it is not kept. */
  audio(): Buffer;
}
