// Time for tests with real sockets that does not depend on how fast the machine is: it stands still as long as anything
// is under way between the sessions and the stand-in, and then leaps to whatever is waited for next.

import type { StandInClock } from '../../src/simulator/transcribe/clock.ts';
import type { SessionRecord } from '../../src/simulator/transcribe/record.ts';
import type { Clock } from '../../src/transcription/clock.ts';
import type { Recognizer, SessionRequest } from '../../src/transcription/recognizer.ts';

/** Real time in which what is under way has to arrive, and turns of the event loop without anything new. */
const PATIENCE_MS = 60_000;
const QUIET_TURNS = 3;
/** Time moves on by at least that: a wait may be shorter than the numbers can tell apart. */
const SHORTEST_MS = 0.01;

interface Timer {
  at: number;
  wake: () => void;
}

/** A session as the client's side sees it. */
interface Conversation {
  id: string;
  signal: AbortSignal;
  frames: number;
  results: number;
  audioEnded: boolean;
  over: boolean;
}

export class Lockstep implements Clock, StandInClock {
  /** What the stand-in knows of its sessions; set when it is there. */
  sessions: readonly SessionRecord[] = [];
  #now = 0;
  readonly #timers = new Set<Timer>();
  readonly #conversations = new Set<Conversation>();
  /** Grows with everything that happens. */
  #events = 0;

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, then: () => void): () => void {
    const timer = {
      at: this.#now + Math.max(SHORTEST_MS, milliseconds),
      wake: () => {
        this.#timers.delete(timer);
        then();
      },
    };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        callOff();
        signal?.removeEventListener('abort', done);
        this.#events++;
        resolve();
      };
      const callOff = this.after(milliseconds, done);
      signal?.addEventListener('abort', done);
    });
  }

  /** The recogniser, with its traffic counted. */
  watch(recognizer: Recognizer): Recognizer {
    return { recognize: (request) => this.#recognize(recognizer, request) };
  }

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) {
      await this.#settled();
      if (over) break;
      const next = Math.min(...[...this.#timers].map(({ at }) => at));
      if (next === Number.POSITIVE_INFINITY) {
        // Nothing but the real world can go on from here.
        await turn();
        continue;
      }
      this.#now = next;
      for (const timer of [...this.#timers]) if (timer.at <= next) timer.wake();
    }
    return await work;
  }

  async #recognize(recognizer: Recognizer, request: SessionRequest): Promise<void> {
    const { sessionId: id, signal, audio, channels } = request;
    const one: Conversation = { id, signal, frames: 0, results: 0, audioEnded: false, over: false };
    this.#conversations.add(one);
    const count = async function* (this: Lockstep) {
      for await (const chunk of audio) {
        one.frames += chunk.length / (2 * channels);
        this.#events++;
        yield chunk;
      }
      one.audioEnded = true;
      this.#events++;
    };
    try {
      await recognizer.recognize({
        ...request,
        audio: count.call(this),
        onResult: (result) => {
          one.results++;
          this.#events++;
          request.onResult(result);
        },
      });
    } finally {
      one.over = true;
      this.#conversations.delete(one);
      this.#events++;
    }
  }

  /** Resolves when nothing is under way any more. */
  async #settled(): Promise<void> {
    const begun = performance.now();
    let quiet = 0;
    let events = this.#events;
    while (quiet < QUIET_TURNS) {
      await turn();
      const still = events === this.#events && [...this.#conversations].every((one) => this.#isStill(one));
      events = this.#events;
      quiet = still ? quiet + 1 : 0;
      if (!still && performance.now() - begun > PATIENCE_MS) {
        throw new Error(`under way for too long: ${JSON.stringify([...this.#conversations])}`);
      }
    }
  }

  #isStill({ id, signal, frames, results, audioEnded }: Conversation): boolean {
    if (signal.aborted) return true;
    const session = this.sessions.findLast((one) => one.id === id);
    if (session === undefined || session.endedBy !== null) return false;
    if (session.finals + session.partials !== results) return false;
    return session.mute || (session.frames === frames && !audioEnded);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
