// The rules by which sessions live.

import type { FailureKind } from './recognizer.ts';

/** Times are milliseconds. */
export interface SessionRules {
  /** Longest chunk; the service recommends 50 to 200 ms (developer guide, "Transcribing streaming audio"). */
  chunkMs: number;
  /** How much faster than real time audio is sent that is late, after a break for example. */
  catchUp: number;
  /** Audio that may be sent at once: a fragment holds a second or two. */
  burstMs: number;
  /** A direction may lag behind the other by this much before silence stands in for it. */
  skewMs: number;
  /** Without audio for so long, silence is sent; the service ends a session after 15 s. */
  keepAliveAfterMs: number;
  /**
   * The same where somebody was speaking: silence would go into the word. The session ends instead, at the last whole
   * word, and another one begins when there is more.
   */
  pauseMs: number;
  /** Quiet audio of this age needs no answer; audio of this age is not sent again at all. */
  quietMs: number;
  keepMs: number;
  /** A session is replaced at this age at the next pause, at the latest after another tenth of it (limit: 4 hours). */
  rolloverMs: number;
  /** Audio that is not taken for so long, or partial results that do not go on: the session has stalled. */
  stallMs: number;
  /** Audible audio without any answer for so long: another session may hear more. Doubles when it does not. */
  deafMs: number;
  /** How long results are waited for after the last audio. */
  drainMs: number;
  /** First and longest wait before another session, and how long an outage may last; for throttling, each as well. */
  backoffMs: readonly [number, number];
  throttleMs: readonly [number, number];
  outageMs: number;
  throttledMs: number;
  /** Blocks of a second that are kept in memory, all channels together. */
  memoryBlocks: number;
}

export const SESSION_RULES: SessionRules = {
  chunkMs: 200,
  catchUp: 1.5,
  burstMs: 2500,
  skewMs: 250,
  keepAliveAfterMs: 3000,
  pauseMs: 10_000,
  quietMs: 10_000,
  keepMs: 120_000,
  rolloverMs: 3.6 * 60 * 60 * 1000,
  stallMs: 15_000,
  deafMs: 60_000,
  drainMs: 15_000,
  backoffMs: [250, 10_000],
  throttleMs: [1000, 30_000],
  outageMs: 10 * 60 * 1000,
  throttledMs: 60 * 60 * 1000,
  memoryBlocks: 256,
};

/** A session that ended before its time. */
export interface SessionBreak {
  /** Counted from 1. */
  session: number;
  /** The recogniser's name for it, or `ended`, `stalled`. */
  code: string;
  message: string;
  kind: FailureKind | 'ended';
  /** Where in the call, and where the next session took over, milliseconds. */
  atMs: number;
  resumedMs: number;
}

/** What became of a transcription. */
export interface TranscriptionSummary {
  /** Sessions that were opened. */
  sessions: number;
  breaks: SessionBreak[];
  /** Final results. */
  finals: number;
  /** Results that an earlier session had given already. */
  repeated: number;
  /** Audio sent more than once, silence that was sent in place of audio, audio that came too late: milliseconds. */
  resentMs: number;
  silenceMs: number;
  lateMs: number;
  /** False where transcription was given up, or interrupted, before the end of the call. */
  complete: boolean;
  /** Why it was given up. */
  failure: { code: string; message: string; hint: string | undefined; atMs: number } | null;
}

/** Something to tell while it happens. */
export type TranscriptionEvent =
  | { event: 'session'; session: number; fromMs: number }
  | ({ event: 'break'; waitMs: number } & SessionBreak);
