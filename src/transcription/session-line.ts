// A line of sessions over one call: when one ends before the call does, another takes over where the answers ended.

import { randomUUID } from 'node:crypto';
import type { TranscriptDirection } from '../transcript/segment.ts';
import { Answered } from './answered.ts';
import type { Clock } from './clock.ts';
import type { SessionBreak, SessionRules, TranscriptionEvent, TranscriptionSummary } from './options.ts';
import { type Recognizer, RecognizerError } from './recognizer.ts';
import { type KnownAnswers, Results, type TranscriptSink } from './results.ts';
import { type SentAudio, SessionRun } from './session-run.ts';
import { BLOCK_FRAMES, Tape } from './tape.ts';

export interface SessionLineOptions {
  /** Whom each channel carries; one or two. */
  directions: readonly TranscriptDirection[];
  /** Frames a second. */
  sampleRate: number;
  callStartMs: number | null;
  pace: number;
  /** Keep the session's id when another takes over, so that the recogniser goes on with what it knows of the voices. */
  resumes: boolean;
  rules: SessionRules;
  clock: Clock;
  recognizer: Recognizer;
  sink: TranscriptSink;
  /** Goes on where an earlier process stopped: the first frame to send, and what each channel has been answered. */
  resume?: { start: number; known: readonly KnownAnswers[] } | undefined;
  /** Stops it; what is open is still answered. */
  signal: AbortSignal;
  onEvent?: ((event: TranscriptionEvent) => void) | undefined;
  onSent?: ((session: { number: number; id: string }, sent: SentAudio) => void) | undefined;
}

/** How often in a row the end of a call is sent where nothing more of it is answered; where sessions end in order: */
const LAST_TRIES = 3;
const LAST_TRIES_IN_ORDER = 2;
/** Sessions in a row that may be rejected without having answered anything. */
const REJECTIONS = 2;

export class SessionLine {
  readonly tape: Tape;
  readonly #options: SessionLineOptions;
  readonly #answered: Answered;
  readonly #results: Results;
  readonly #breaks: SessionBreak[] = [];
  readonly #start: number;
  readonly #leave = new AbortController();
  /** Ends what is waited for between two sessions. */
  readonly #ending: AbortSignal;
  /** Frames that may be left to another process. */
  #mostLeft = 0;
  /** Where another process has to go on, once the line has been left. */
  #leftAt: number | undefined;
  #sessions = 0;
  #resentFrames = 0;
  #silenceFrames = 0;
  #failure: TranscriptionSummary['failure'] = null;
  #over = false;

  constructor(options: SessionLineOptions) {
    this.#options = options;
    const { sampleRate, directions, rules, callStartMs, sink } = options;
    const channels = directions.length;
    this.tape = new Tape({
      channels,
      skewFrames: Math.round((rules.skewMs * sampleRate) / 1000),
      memoryBlocks: Math.ceil((rules.memoryBlocks * sampleRate) / BLOCK_FRAMES),
    });
    const { quietMs, keepMs } = rules;
    this.#answered = new Answered({ sampleRate, channels, quietMs, keepMs });
    this.#results = new Results({ directions, callStartMs, sink, known: options.resume?.known });
    this.#start = options.resume?.start ?? 0;
    this.#answered.sent = this.#start;
    this.#answered.giveUp(this.#start);
    this.#ending = AbortSignal.any([options.signal, this.#leave.signal]);
  }

  /** Milliseconds of audio that were not sent yet; none once the line is over: what is left then is never sent. */
  get backlogMs(): number {
    return this.#over ? 0 : Math.max(0, this.#ms(this.tape.end - this.#answered.sent));
  }

  /** The first frame that another process would have to send, if it went on now. */
  get resumeAt(): number {
    return this.#answered.resumeAt();
  }

  /**
   * Another process goes on: ends `run`. It is left what is open, as a whole, if that is no more than `mostFrames`, else
   * the session is ended as for its age, at the last whole word.
   */
  leave(mostFrames: number): void {
    this.#mostLeft = mostFrames;
    this.#leave.abort();
  }

  /** What another process would have to go on with, if it did so now; undefined where the work was given up. */
  standing(mostFrames: number): { start: number; channels: (KnownAnswers & { pcm: Buffer })[] } | undefined {
    if (this.#failure !== null) return undefined;
    const start = Math.max(
      this.#leftAt ?? this.#answered.leaveAt(),
      this.tape.end - mostFrames,
      this.tape.begin,
    );
    const channels = this.#results.known.map((known, index) => ({
      ...known,
      pcm: this.tape.rest(index, start),
    }));
    return { start, channels };
  }

  #mayLeave(): boolean {
    return this.tape.end - this.#answered.leaveAt() <= this.#mostLeft;
  }

  /** Runs until the tape is at its end and all of it answered, or the work is given up or left. Never throws. */
  async run(): Promise<TranscriptionSummary> {
    try {
      await this.#sessionsOfCall();
    } catch (error) {
      const failure = asRecognizerError(error);
      this.#failure = {
        code: failure.code,
        message: failure.message,
        hint: failure.hint,
        atMs: Math.round(this.#ms(this.#answered.sent)),
      };
    } finally {
      this.#over = true;
      // What is left is still to be read.
      if (!this.#leave.signal.aborted || this.#failure !== null) this.tape.dispose();
    }
    const { signal } = this.#options;
    return {
      sessions: this.#sessions,
      breaks: this.#breaks,
      finals: this.#results.finals,
      repeated: this.#results.repeated,
      resentMs: Math.round(this.#ms(this.#resentFrames)),
      silenceMs: Math.round(this.#ms(this.#silenceFrames)),
      lateMs: Math.round(this.#ms(this.tape.lateFrames)),
      complete: this.#failure === null && !signal.aborted,
      failure: this.#failure,
    };
  }

  async #sessionsOfCall(): Promise<void> {
    const { rules, clock, signal, onEvent } = this.#options;
    const outage = new Outage(rules, clock);
    let sessionId = randomUUID() as string;
    let resumes = false;
    let deafMs = rules.deafMs;
    let deafUntil = 0;
    let lastTries = 0;
    let start = this.#start;
    let waitFor = 0;
    while (await this.#hasWork(start, waitFor)) {
      const begunAt = start;
      const run = this.#session(sessionId, resumes, start, deafMs);
      this.#results.begin();
      onEvent?.({ event: 'session', session: this.#sessions, fromMs: this.#ms(start) });
      const begun = clock.now();
      const { finals } = this.#results;
      const failure = await run.run().then(
        () => undefined,
        (error: unknown) => asRecognizerError(error),
      );
      this.#silenceFrames += run.silenceFrames;
      // That audio was taken proves nothing: the client takes some before it has a connection.
      const lasted = clock.now() - begun > rules.quietMs && failure?.code !== 'stalled';
      const answersAnew = this.#results.finals > finals;
      if (run.answeredAnything) deafMs = rules.deafMs;
      if (run.deaf) {
        deafMs *= 2;
        if (deafUntil > 0 && run.position > deafUntil) this.#answered.giveUp(deafUntil);
        deafUntil = run.position;
      }
      const ended = failure === undefined;
      if (answersAnew) lastTries = 0;
      if (run.finished) lastTries++;
      // An end in order may have come before the last words were answered, or their audio was no words; what is older
      // than that was heard for long enough.
      const inOrder = ended && !this.#answered.waits;
      const recent = run.position - (rules.quietMs * this.#options.sampleRate) / 1000;
      if (run.finished && inOrder) this.#answered.giveUp(recent);
      const enough = lastTries >= (inOrder ? LAST_TRIES_IN_ORDER : LAST_TRIES);
      const complete = run.finished && (!this.#answered.missing || (enough && ended));
      if (complete || signal.aborted) {
        this.#results.end(Number.POSITIVE_INFINITY);
        return;
      }
      if (run.finished && enough) throw failure;
      waitFor = run.paused ? run.position : 0;
      // A session that was told to end has answered everything, but for a word that was cut in two.
      const settled = run.rolledOver && inOrder;
      const leaves = this.#leave.signal.aborted;
      const open = leaves ? this.#answered.leaveAt() : this.#answered.resumeAt();
      const resumeAt = Math.max(open, this.tape.begin, leaves ? this.tape.end - this.#mostLeft : 0);
      start = resumeAt;
      if (settled) {
        // Of a session shorter than that, its first half: the next one begins further on, whoever is silent.
        const half = run.position - Math.floor((run.position - begunAt) / 2);
        const heard = leaves || run.paused ? recent : Math.max(recent, half);
        start = run.midSpeech ? Math.max(resumeAt, heard) : run.position;
        this.#answered.giveUp(start);
      }
      this.#results.end(this.#ms(start));
      this.tape.release(start);
      if (leaves) {
        this.#leftAt = start;
        return;
      }
      // An answer that was there already is none: a session may give it, and end, for ever.
      const progressed = answersAnew || lasted || start > begunAt;
      if (progressed) outage.over();
      if (settled) {
        // The session is not too old, but had nothing to do.
        resumes = this.#options.resumes && run.paused;
        if (!resumes) sessionId = randomUUID();
        continue;
      }
      const waitMs = outage.wait(failure, progressed, run.answeredAnything);
      const broken: SessionBreak = {
        session: this.#sessions,
        code: failure?.code ?? 'ended',
        message: failure?.message ?? 'the session ended before the call',
        kind: failure?.kind ?? 'ended',
        atMs: Math.round(this.#ms(run.position)),
        resumedMs: Math.round(this.#ms(start)),
      };
      if (this.#breaks.length < MAX_BREAKS_LISTED) this.#breaks.push(broken);
      onEvent?.({ event: 'break', waitMs, ...broken });
      resumes = this.#options.resumes && failure?.kind !== 'conflict';
      if (!resumes) sessionId = randomUUID();
      await clock.sleep(waitMs, this.#ending);
    }
    this.#results.end(Number.POSITIVE_INFINITY);
  }

  #session(sessionId: string, resumes: boolean, start: number, deafMs: number): SessionRun {
    const { sampleRate, directions, pace, rules, clock, recognizer, signal, onSent } = this.#options;
    const session = ++this.#sessions;
    const answered = this.#answered;
    let sentBefore = answered.sent;
    return new SessionRun({
      sessionId,
      resumes,
      start,
      sampleRate,
      channels: directions.length,
      pace,
      deafMs,
      rules,
      clock,
      tape: this.tape,
      answered,
      results: this.#results,
      recognizer,
      signal,
      leave: this.#leave.signal,
      mayLeave: () => this.#mayLeave(),
      onSent: (sent) => {
        if (sent.position !== null) {
          this.#resentFrames += Math.max(
            0,
            Math.min(sentBefore, sent.position + sent.frames) - sent.position,
          );
          sentBefore = Math.max(sentBefore, sent.position + sent.frames);
          this.tape.release(answered.resumeAt());
        }
        onSent?.({ number: session, id: sessionId }, sent);
      },
    });
  }

  /**
   * Waits until there is audio from `start` on, some of it beyond `waitFor`, which is not needed where there will be no
   * more and what there is was not answered; false where there will be none.
   */
  async #hasWork(start: number, waitFor: number): Promise<boolean> {
    while (!this.#ending.aborted) {
      if (this.tape.ready() > Math.max(start, waitFor)) return true;
      if (this.tape.closed) return this.tape.ready() > start && this.#answered.missing;
      await this.tape.changed(this.#ending);
    }
    return false;
  }

  #ms(frames: number): number {
    return (frames * 1000) / this.#options.sampleRate;
  }
}

/** Breaks that the summary lists one by one. */
const MAX_BREAKS_LISTED = 1000;

/** Failures in a row without any progress between them: how long to wait, and when to give up. */
class Outage {
  readonly #rules: SessionRules;
  readonly #clock: Clock;
  #since: number | undefined;
  #failures = 0;
  #rejections = 0;

  constructor(rules: SessionRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  over(): void {
    this.#since = undefined;
    this.#failures = 0;
    this.#rejections = 0;
  }

  /**
   * Milliseconds to wait before another session, whether the last one got any further, or answered anything. Throws the
   * failure where there is no use in one.
   */
  wait(failure: RecognizerError | undefined, progressed: boolean, answered: boolean): number {
    const kind = failure?.kind ?? 'transient';
    if (failure !== undefined) {
      if (kind === 'fatal') throw failure;
      if (kind === 'rejected' && !progressed && !answered && ++this.#rejections >= REJECTIONS) throw failure;
    }
    const throttled = kind === 'throttled';
    this.#since ??= this.#clock.now();
    const lastedMs = this.#clock.now() - this.#since;
    if (lastedMs > (throttled ? this.#rules.throttledMs : this.#rules.outageMs)) {
      throw failure ?? new RecognizerError('transient', 'ended', 'sessions end as soon as they begin');
    }
    const [first, longest] = throttled ? this.#rules.throttleMs : this.#rules.backoffMs;
    const full = Math.min(longest, first * 2 ** Math.min(16, this.#failures++));
    // The first break after a session that worked is mended at once.
    if (progressed && !throttled) return 0;
    return full * (0.5 + Math.random() / 2);
  }
}

function asRecognizerError(error: unknown): RecognizerError {
  if (error instanceof RecognizerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new RecognizerError('transient', 'failed', message, { cause: error });
}
