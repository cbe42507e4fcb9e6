// One session: feeds it from the tape at the pace of speech, with silence where there is nothing to send, and watches
// whether it still takes audio and answers.

import type { Answered } from './answered.ts';
import type { Clock } from './clock.ts';
import type { SessionRules } from './options.ts';
import { Pacer } from './pacer.ts';
import { type RecognizedResult, type Recognizer, RecognizerError } from './recognizer.ts';
import type { Results } from './results.ts';
import { SessionClock } from './session-clock.ts';
import type { Tape } from './tape.ts';

export interface SessionRunOptions {
  sessionId: string;
  resumes: boolean;
  /** Call frame to begin with. */
  start: number;
  sampleRate: number;
  channels: number;
  /** Multiple of real time at which the audio comes. */
  pace: number;
  /** How long nothing may be heard before the session counts as deaf. */
  deafMs: number;
  rules: SessionRules;
  clock: Clock;
  tape: Tape;
  answered: Answered;
  results: Results;
  recognizer: Recognizer;
  /** Stops the work: nothing more is sent, what is open is still answered. */
  signal: AbortSignal;
  /** Another process is to go on: `mayLeave` says whether it can be left all that is open. */
  leave: AbortSignal;
  mayLeave(): boolean;
  /** Told of every piece of audio that is handed to the session. */
  onSent?: ((sent: SentAudio) => void) | undefined;
}

/** Audio as a session got it; `position` is null for silence that is not the call's. */
export interface SentAudio {
  position: number | null;
  frames: number;
  /** Interleaved; valid during the call. */
  pcm: Buffer;
}

/** A word that ends so close to where the audio was cut off may be half a word, milliseconds. */
const CUT_WORD_MS = 300;

export class SessionRun {
  readonly clock: SessionClock;
  /** All the call's audio was sent and the session told so. */
  finished = false;
  /** The session was ended for its age; `midSpeech` where no pause came in time. */
  rolledOver = false;
  midSpeech = false;
  /** It was ended because no more audio came while somebody spoke. */
  paused = false;
  /** Whether it answered anything. */
  answeredAnything = false;
  /** The deaf rule ended it. */
  deaf = false;
  silenceFrames = 0;
  readonly #options: SessionRunOptions;
  readonly #pacer: Pacer;
  readonly #abort = new AbortController();
  #failure: RecognizerError | undefined;
  /** When the session was last seen to take audio, or had none waiting. */
  #tookAt: number;
  #waitingToBeTaken = false;
  /** When audible audio began to go unanswered. */
  #unheardSince: number | undefined;
  #openSince: number | undefined;
  #endedAt: number | undefined;
  #over = false;
  /** Ends whatever the session's own loops wait for. */
  readonly #wake = new AbortController();

  constructor(options: SessionRunOptions) {
    this.#options = options;
    const { start, sampleRate, rules, clock, pace } = options;
    this.clock = new SessionClock(start, sampleRate);
    this.#pacer = new Pacer(clock, pace * rules.catchUp, rules.burstMs * Math.max(1, pace));
    this.#tookAt = clock.now();
  }

  /** Call frame up to which this session was sent the call. */
  get position(): number {
    return this.clock.position;
  }

  /** Runs the session to its end. Throws a RecognizerError for what ended it, but for an end without an error. */
  async run(): Promise<void> {
    const { recognizer, sessionId, resumes, sampleRate, channels } = this.#options;
    const audio = this.#audio();
    const watch = this.#watch();
    const aborted = new Promise<never>((_, reject) => {
      this.#abort.signal.addEventListener('abort', () => reject(this.#failure));
    });
    aborted.catch(() => {});
    const work = recognizer.recognize({
      sessionId,
      resumes,
      sampleRate,
      channels,
      audio,
      signal: this.#abort.signal,
      onResult: (result) => this.#take(result),
      onCategory: (category) => this.#options.results.takeCategory(category, this.clock),
    });
    work.catch(() => {});
    const { leave } = this.#options;
    const left = () => this.#leave();
    leave.addEventListener('abort', left);
    if (leave.aborted) left();
    try {
      await Promise.race([work, aborted]);
    } finally {
      leave.removeEventListener('abort', left);
      this.#over = true;
      this.#wake.abort();
      if (!this.#abort.signal.aborted) this.#abort.abort();
      await watch;
    }
  }

  #take(result: RecognizedResult): void {
    if (this.#over) return;
    const { answered, results, sampleRate, clock } = this.#options;
    this.answeredAnything = true;
    this.#unheardSince = undefined;
    const frame = (ms: number) => Math.round((this.clock.toCallMs(ms) * sampleRate) / 1000);
    const cutMs = this.midSpeech ? (this.clock.sent * 1000) / sampleRate - CUT_WORD_MS : undefined;
    if (result.partial) answered.open(result.channel, result.id, frame(result.startMs));
    else answered.final(result.channel, result.id, frame(saidUntil(result, cutMs)));
    this.#openSince = answered.waits ? clock.now() : undefined;
    results.take(result, this.clock, cutMs === undefined ? undefined : this.clock.toCallMs(cutMs));
    if (this.#options.leave.aborted && !this.rolledOver) this.#leave();
  }

  async *#audio(): AsyncGenerator<Uint8Array> {
    const { tape, rules, sampleRate, channels, clock, answered, signal, leave, onSent } = this.#options;
    const longest = Math.round((rules.chunkMs * sampleRate) / 1000);
    const startedAt = clock.now();
    let credit = 0;
    let quietFor = 0;
    let sentAt = clock.now();
    while (!this.#over) {
      // What is late is sent faster than it was spoken: the audio may be older than the session.
      const ageMs = Math.max(clock.now() - startedAt, (this.clock.sent * 1000) / sampleRate);
      if (ageMs > rules.rolloverMs && (quietFor >= rules.chunkMs || ageMs > 1.1 * rules.rolloverMs)) {
        this.rolledOver = true;
        this.midSpeech = quietFor < rules.chunkMs;
        break;
      }
      if (signal.aborted) break;
      let position = this.clock.position;
      if (credit > 0) {
        const skipped = Math.min(credit, tape.gapAt(position));
        if (skipped > 0) {
          this.clock.skip(skipped);
          position += skipped;
          credit -= skipped;
        }
        if (tape.ready() > position) credit = 0;
      }
      const frames = Math.min(longest, tape.ready() - position);
      if (frames > 0) {
        const waitMs = this.#pacer.take((frames * 1000) / sampleRate);
        if (waitMs > 0) {
          await clock.sleep(waitMs, this.#wake.signal);
          continue;
        }
        const pcm = Buffer.allocUnsafe(2 * channels * frames);
        tape.read(position, frames, pcm);
        const audible = answered.note(position, pcm, frames);
        if (audible) this.#unheardSince ??= clock.now();
        quietFor = audible ? 0 : quietFor + (frames * 1000) / sampleRate;
        this.clock.audio(frames);
        onSent?.({ position, frames, pcm });
        sentAt = clock.now();
        yield* this.#handOver(pcm);
        continue;
      }
      if (leave.aborted) {
        this.rolledOver = true;
        this.midSpeech = quietFor < rules.chunkMs;
        break;
      }
      if (tape.closed) {
        this.finished = true;
        break;
      }
      const idleMs = clock.now() - sentAt;
      const speaking = quietFor < rules.chunkMs;
      const patienceMs = speaking ? rules.pauseMs : rules.keepAliveAfterMs;
      if (idleMs >= patienceMs) {
        if (speaking) {
          this.paused = true;
          this.rolledOver = true;
          this.midSpeech = true;
          break;
        }
        // At the pace of speech, so that the recogniser finds the end of what it heard.
        const silence = Buffer.alloc(2 * channels * longest);
        this.clock.silence(longest);
        credit += longest;
        quietFor += rules.chunkMs;
        this.silenceFrames += longest;
        onSent?.({ position: null, frames: longest, pcm: silence });
        yield* this.#handOver(silence);
        sentAt = clock.now() - rules.keepAliveAfterMs + rules.chunkMs;
        continue;
      }
      await this.#newAudio(patienceMs - idleMs);
    }
    this.#endedAt = clock.now();
  }

  /** Waits for more audio, for so long at the most. */
  async #newAudio(longestMs: number): Promise<void> {
    const { tape, clock, signal, leave } = this.#options;
    const waited = new AbortController();
    const stop = () => waited.abort();
    const signals = [this.#wake.signal, signal, leave];
    for (const one of signals) one.addEventListener('abort', stop);
    if (signals.some(({ aborted }) => aborted)) stop();
    await Promise.race([tape.changed(waited.signal), clock.sleep(longestMs, waited.signal)]);
    stop();
    for (const one of signals) one.removeEventListener('abort', stop);
  }

  /** Gives a chunk to whoever asks for it; being asked for the next one shows that it was taken. */
  async *#handOver(pcm: Buffer): AsyncGenerator<Uint8Array> {
    this.#waitingToBeTaken = true;
    this.#tookAt = this.#options.clock.now();
    yield pcm;
    this.#waitingToBeTaken = false;
  }

  /** Looks after the session once in a while. */
  async #watch(): Promise<void> {
    const { clock, rules, deafMs } = this.#options;
    while (!this.#over) {
      await clock.sleep(rules.stallMs / 15, this.#wake.signal);
      if (this.#over) return;
      const now = clock.now();
      const since = (time: number | undefined) => (time === undefined ? 0 : now - time);
      if (this.#waitingToBeTaken && since(this.#tookAt) > rules.stallMs) {
        this.#stop('stalled', 'the session took no more audio');
      } else if (this.#endedAt !== undefined && since(this.#endedAt) > rules.drainMs) {
        this.#stop('stalled', 'the session did not end after the last audio');
      } else if (since(this.#openSince) > 2 * rules.stallMs) {
        this.#stop('stalled', 'the session did not go on with what it had begun');
      } else if (since(this.#unheardSince) > deafMs) {
        this.deaf = true;
        this.#stop('deaf', 'the session heard nothing in audible audio');
      }
    }
  }

  /** What is open is left to another process as a whole, or, where that is too much, answered first. */
  #leave(): void {
    if (this.#options.mayLeave()) this.#stop('left', 'another process goes on');
  }

  #stop(code: string, message: string): void {
    if (this.#over) return;
    this.#failure = new RecognizerError('transient', code, message);
    this.#abort.abort(this.#failure);
  }
}

/** Up to where a final result counts, on the session's clock: its last word that was not cut off. */
function saidUntil({ startMs, endMs, words }: RecognizedResult, cutMs = Number.POSITIVE_INFINITY): number {
  const beyond = words.findIndex((word) => word.endMs > cutMs);
  if (beyond < 0) return endMs;
  return words[beyond - 1]?.endMs ?? startMs;
}
