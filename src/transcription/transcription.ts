// A call's transcription, from placed audio to segments: both directions in one session, or a session for each.

import type { TranscriptDirection } from '../transcript/segment.ts';
import { type Clock, WALL_CLOCK } from './clock.ts';
import {
  SESSION_RULES,
  type SessionRules,
  type TranscriptionEvent,
  type TranscriptionSummary,
} from './options.ts';
import type { Recognizer } from './recognizer.ts';
import type { KnownAnswers, TranscriptSink } from './results.ts';
import { SessionLine, type SessionLineOptions } from './session-line.ts';
import type { SentAudio } from './session-run.ts';

export interface TranscriptionOptions {
  recognizer: Recognizer;
  /** Who is to be heard; at most two. */
  directions: readonly TranscriptDirection[];
  /** Frames a second. */
  sampleRate: number;
  /** Milliseconds since the epoch at the call's first frame; null where it is not known. */
  callStartMs: number | null;
  sink: TranscriptSink;
  /** `together`: two directions are the two channels of one session; `per-direction`: each has a session. */
  sessions?: 'together' | 'per-direction';
  /** Multiple of real time at which audio comes; 1 for what is live. */
  pace?: number;
  /** Take broken sessions up again under their id. */
  resumes?: boolean;
  /** Goes on where an earlier process stopped. */
  resume?: Readonly<Partial<Record<TranscriptDirection, ResumedDirection>>> | undefined;
  rules?: Partial<SessionRules>;
  clock?: Clock;
  /** Stops it; what is open is still answered. */
  signal?: AbortSignal;
  onEvent?: (event: TranscriptionEvent) => void;
  /** For measurements: audio as it is handed to a session of a line. */
  onSent?: (line: number, session: { number: number; id: string }, sent: SentAudio) => void;
}

/** Where a direction's transcript stands. */
export interface ResumedDirection extends KnownAnswers {
  /** The call's first frame that is to be sent (again), as `resumePoints` told. */
  start: number;
}

/** A direction's transcript as one process leaves it to another. */
export interface LeftDirection extends ResumedDirection {
  /** The audio from `start` on: 16-bit little-endian mono samples. */
  pcm: Buffer;
}

/** Audio that waits to be sent before a source that can wait is asked to, milliseconds at the pace of speech. */
const BACKLOG_MS = 4000;

export class Transcription {
  readonly #lines: SessionLine[];
  readonly #places = new Map<TranscriptDirection, { line: SessionLine; channel: number }>();
  readonly #done: Promise<TranscriptionSummary>;
  readonly #clock: Clock;
  readonly #pace: number;
  #over = false;

  constructor(options: TranscriptionOptions) {
    const { directions, sessions = 'together', clock = WALL_CLOCK, pace = 1, rules, signal } = options;
    this.#clock = clock;
    this.#pace = pace;
    const groups = sessions === 'together' ? [directions] : directions.map((direction) => [direction]);
    this.#lines = groups.map((group, index) => {
      const line = new SessionLine({
        directions: group,
        sampleRate: options.sampleRate,
        callStartMs: options.callStartMs,
        pace,
        resumes: options.resumes ?? false,
        rules: { ...SESSION_RULES, ...rules },
        clock,
        recognizer: options.recognizer,
        sink: options.sink,
        resume: options.resume && resumeOf(group, options.resume),
        signal: signal ?? new AbortController().signal,
        onEvent: options.onEvent,
        onSent: (session, sent) => options.onSent?.(index, session, sent),
      });
      for (const [channel, direction] of group.entries()) this.#places.set(direction, { line, channel });
      return line;
    });
    this.#done = Promise.all(this.#lines.map((line) => line.run())).then((summaries) => {
      this.#over = true;
      return merge(summaries);
    });
  }

  /**
   * Takes audio of a direction: 16-bit little-endian mono samples that belong at `position`, in frames from the call's
   * first one. Silence goes where none came. The bytes may be reused after the call. Audio of a direction that was not
   * asked for, and what comes after the end or after the work was given up, is let go.
   */
  write(direction: TranscriptDirection, position: number, pcm: Uint8Array): void {
    const place = this.#places.get(direction);
    if (place !== undefined && !this.#over) place.line.tape.write(place.channel, position, pcm);
  }

  /** For a source that can wait: resolves when more audio is welcome. */
  async ready(signal?: AbortSignal): Promise<void> {
    const most = BACKLOG_MS * Math.max(1, this.#pace);
    while (!this.#over && signal?.aborted !== true && this.backlogMs > most) {
      await this.#clock.sleep((this.backlogMs - most) / this.#pace / 2 + 10, signal);
    }
  }

  /** The first frame of each direction that another process would have to send, if it went on now. */
  get resumePoints(): Partial<Record<TranscriptDirection, number>> {
    return Object.fromEntries([...this.#places].map(([direction, { line }]) => [direction, line.resumeAt]));
  }

  /**
   * Ends the sessions, for another process to go on: resolves when what is not left to it is answered. Never rejects.
   * What is begun is left to it as a whole, so that it makes one segment of it, up to `mostFrames` of a direction; beyond
   * that, sessions are ended as for their age, at the last whole word.
   */
  async leave(mostFrames: number): Promise<TranscriptionSummary> {
    for (const line of this.#lines) line.leave(mostFrames);
    return await this.#done;
  }

  /**
   * What another process would have to go on with, if it did so now: `mostFrames` of a direction at the most. Undefined
   * where the work was given up.
   */
  left(mostFrames: number): Partial<Record<TranscriptDirection, LeftDirection>> | undefined {
    const end = Math.max(...this.#lines.map(({ tape }) => tape.end));
    const standing = new Map(this.#lines.map((line) => [line, line.standing(mostFrames)]));
    const left: Partial<Record<TranscriptDirection, LeftDirection>> = {};
    for (const [direction, { line, channel }] of this.#places) {
      const there = standing.get(line);
      if (there === undefined) return undefined;
      // A direction that was not heard for long is not gone on with from where it was.
      const start = Math.max(there.start, end - mostFrames);
      const { pcm, ...known } = there.channels[channel]!;
      left[direction] = { ...known, start, pcm: pcm.subarray(2 * (start - there.start)) };
    }
    return left;
  }

  /** Frees what was kept for another process. */
  dispose(): void {
    for (const { tape } of this.#lines) tape.dispose();
  }

  /** Resolves when nothing more is taken, because all is answered or the work was given up. Never rejects. */
  get done(): Promise<TranscriptionSummary> {
    return this.#done;
  }

  /** Milliseconds of audio that were not sent yet. */
  get backlogMs(): number {
    return Math.max(...this.#lines.map((line) => line.backlogMs));
  }

  /** The call is over: resolves when all of it is answered, or the work was given up. Never rejects. */
  async end(): Promise<TranscriptionSummary> {
    for (const { tape } of this.#lines) tape.close();
    return await this.#done;
  }
}

function resumeOf(
  group: readonly TranscriptDirection[],
  resume: NonNullable<TranscriptionOptions['resume']>,
): SessionLineOptions['resume'] {
  const known = group.map(
    (direction) => resume[direction] ?? { start: 0, untilMs: 0, lastWord: undefined, count: 0 },
  );
  return { start: Math.min(...known.map(({ start }) => start)), known };
}

function merge(summaries: readonly TranscriptionSummary[]): TranscriptionSummary {
  const sum = (pick: (summary: TranscriptionSummary) => number) =>
    summaries.reduce((total, summary) => total + pick(summary), 0);
  return {
    sessions: sum(({ sessions }) => sessions),
    breaks: summaries.flatMap(({ breaks }) => breaks),
    finals: sum(({ finals }) => finals),
    repeated: sum(({ repeated }) => repeated),
    resentMs: sum(({ resentMs }) => resentMs),
    silenceMs: sum(({ silenceMs }) => silenceMs),
    lateMs: sum(({ lateMs }) => lateMs),
    complete: summaries.every(({ complete }) => complete),
    failure: summaries.find(({ failure }) => failure !== null)?.failure ?? null,
  };
}
