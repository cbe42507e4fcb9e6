// Long calls. The six hours here have a recogniser that only counts; `npm run bench:long-call` takes them through the
// SDK's client and the stand-in, which is done here with a shorter call and shorter sessions.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/transcription/clock.ts';
import type { Recognizer, SessionRequest } from '../../src/transcription/recognizer.ts';
import { Tape } from '../../src/transcription/tape.ts';
import { Transcription } from '../../src/transcription/transcription.ts';
import { RATE } from './call.ts';
import { longCall } from './long-call.ts';

const HOURS = 6;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A clock that only moves when it is told to. */
class StepClock implements Clock {
  #now = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { at: this.#now + Math.max(0, milliseconds), wake: () => done() };
      const done = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done);
      this.#sleepers.push(sleeper);
    });
  }

  async step(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const { at, wake } of [...this.#sleepers]) if (at <= this.#now) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Takes everything, checks that it is the call, and answers each ten seconds. */
class Counter implements Recognizer {
  readonly sessionsMs: number[] = [];
  readonly #clock: Clock;
  wrong = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async recognize({ audio, onResult }: SessionRequest): Promise<void> {
    const began = this.#clock.now();
    let frames = 0;
    let results = 0;
    for await (const chunk of audio) {
      frames += chunk.length / 4;
      if (chunk[0] !== 7 && chunk[0] !== 0) this.wrong++;
      const ms = (frames * 1000) / RATE;
      while ((results + 1) * 10_000 <= ms) {
        const startMs = results++ * 10_000;
        for (const channel of [0, 1]) {
          onResult({
            id: `${began}-${startMs}-${channel}`,
            channel,
            startMs,
            endMs: startMs + 10_000,
            partial: false,
            text: 'word',
            language: null,
            words: [],
            entities: [],
          });
        }
      }
    }
    this.sessionsMs.push(this.#clock.now() - began);
  }
}

test(`a call of ${HOURS} hours over the limits of sessions`, { timeout: 120_000 }, async () => {
  const clock = new StepClock();
  const recognizer = new Counter(clock);
  let sent = 0;
  let finals = 0;
  let elsewhere = 0;
  const transcription = new Transcription({
    recognizer,
    directions: ['from', 'to'],
    sampleRate: RATE,
    callStartMs: 0,
    clock,
    sink: { final: () => finals++ },
    onSent: (_line, _session, { position, frames }) => {
      if (position !== sent) elsewhere++;
      sent = position! + frames;
    },
  });
  const piece = new Uint8Array(20 * RATE).fill(7);
  const seconds = HOURS * 3600;
  const memory = () => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let second = 0; second < seconds; second += 10) {
    for (let at = second; at < second + 10; at++) {
      // Somebody pauses now and then: a session can be replaced there.
      const pcm = at % 60 < 57 ? piece.subarray(0, 2 * RATE) : new Uint8Array(2 * RATE);
      transcription.write('from', at * RATE, pcm);
      transcription.write('to', at * RATE, pcm);
      await clock.step(1000);
    }
    if (second > 0 && second % 1800 === 0) {
      least = Math.min(least, memory());
      most = Math.max(most, memory());
    }
  }
  const ended = transcription.end();
  for (let i = 0; i < 100; i++) await clock.step(1000);
  const summary = await ended;
  expect(summary).toMatchObject({ complete: true, sessions: 2, breaks: [], resentMs: 0, lateMs: 0 });
  expect(sent).toBe(seconds * RATE);
  expect(elsewhere).toBe(0);
  expect(recognizer.wrong).toBe(0);
  expect(Math.max(...recognizer.sessionsMs)).toBeLessThan(4 * 3600 * 1000);
  expect(finals).toBeGreaterThan(2 * (seconds / 10) - 10);
  expect(most - least).toBeLessThan(2 * 1024 * 1024);
});

test('through the SDK’s client, over the limits of sessions, some of which break', async () => {
  const result = await longCall({
    durationMs: 8 * 60_000,
    rules: { rolloverMs: 81_000 },
    standInRules: { sessionLimitMs: 90_000 },
    faults: [
      { session: 2, afterMs: 60_000, kind: 'reset' },
      { session: 4, afterMs: 40_000, kind: 'stall' },
    ],
  });
  expect(result).toMatchObject({
    words: result.wordsOfScript,
    firstWrong: undefined,
    missingFrames: 0,
    wrongSamples: 0,
    summary: { complete: true, lateMs: 0 },
  });
  expect(result.furthestMs).toBeLessThanOrEqual(20);
  expect(result.summary.sessions).toBeGreaterThanOrEqual(6);
  expect(result.endedBy).not.toContain('session-limit');
});

test('a tape that nobody reads keeps to its memory, and gives every sample back', () => {
  const tape = new Tape({ channels: 2, skewFrames: 2000, memoryBlocks: 10 });
  const minutes = 10;
  for (let second = 0; second < 60 * minutes; second++) {
    const pcm = new Uint8Array(2 * RATE).fill(1 + (second % 250));
    tape.write(0, second * RATE, pcm);
    tape.write(1, second * RATE, pcm);
    expect(tape.blocksInMemory).toBeLessThanOrEqual(12);
  }
  const out = Buffer.alloc(4 * RATE);
  for (let second = 0; second < 60 * minutes; second++) {
    tape.read(second * RATE, RATE, out);
    expect(out.equals(Buffer.alloc(4 * RATE, 1 + (second % 250)))).toBe(true);
    tape.release(second * RATE);
  }
  tape.dispose();
});
