// From a script and the audio that has been heard to results: partial ones while a segment is heard, then a final one.

import { randomUUID } from 'node:crypto';
import type { AudioLocator, Heard } from './locator.ts';
import type { SessionParameters } from './parameters.ts';
import { type ScriptSegment, type ScriptWord, type TranscribeScript, wordsOf } from './script.ts';

/** A word whose first milliseconds are missing is still understood. */
const MISSING_OK_MS = 40;

export interface AnswerOptions {
  /** Milliseconds of audio between two partial results of a segment. */
  partialEveryMs: number;
  /** Milliseconds of audio after a segment before it is known to be over. */
  finalAfterMs: number;
}

/** What was recognised, on the session's clock, before it takes an operation's shape. */
export interface Recognised {
  id: string;
  channel: number;
  segment: ScriptSegment;
  partial: boolean;
  startMs: number;
  endMs: number;
  words: (ScriptWord & { mark: boolean })[];
  text: string;
}

interface Open {
  id: string;
  said: number;
  partialAtMs: number;
  result: Omit<Recognised, 'partial'>;
}

/** One session's answers. */
export class Answers {
  readonly #script: readonly ScriptSegment[];
  readonly #parameters: SessionParameters;
  readonly #locator: AudioLocator;
  readonly #options: AnswerOptions;
  readonly #open = new Map<ScriptSegment, Open>();
  readonly #done = new Set<ScriptSegment>();
  readonly #words = new Map<ScriptSegment, ReturnType<typeof wordsOf>>();
  #passage: Heard | undefined;
  #first = 0;

  constructor(
    script: TranscribeScript,
    parameters: SessionParameters,
    locator: AudioLocator,
    options: AnswerOptions,
  ) {
    this.#script = [...script.segments].sort((a, b) => a.startMs - b.startMs);
    this.#parameters = parameters;
    this.#locator = locator;
    this.#options = options;
  }

  /** The results that what was heard since the last call gives; `ended` where no more audio comes. */
  *advance(ended = false): Generator<Recognised> {
    const passage = this.#locator.heard.at(-1);
    if (passage !== this.#passage) {
      yield* this.#finishAll();
      this.#passage = passage;
      this.#first = 0;
    }
    if (passage !== undefined) yield* this.#hear(passage);
    if (ended) yield* this.#finishAll();
  }

  *#hear(passage: Heard): Generator<Recognised> {
    const msPerFrame = 1000 / this.#parameters.sampleRate;
    const startMs = passage.callStart * msPerFrame;
    const endMs = passage.callEnd * msPerFrame;
    let waiting = false;
    for (let i = this.#first; i < this.#script.length; i++) {
      const segment = this.#script[i]!;
      if (segment.startMs >= endMs) break;
      const past = segment.endMs <= startMs || this.#done.has(segment);
      if (past) {
        if (!waiting) {
          this.#first = i + 1;
          this.#done.delete(segment);
        }
        continue;
      }
      waiting = true;
      yield* this.#hearSegment(segment, passage, startMs, endMs);
    }
  }

  *#hearSegment(
    segment: ScriptSegment,
    passage: Heard,
    startMs: number,
    endMs: number,
  ): Generator<Recognised> {
    const channel = this.#channelOf(segment);
    if (channel === undefined) return;
    const words = this.#wordsOf(segment).filter(
      (word) => word.startMs >= startMs - MISSING_OK_MS && word.endMs <= endMs,
    );
    const over = endMs >= segment.endMs + this.#options.finalAfterMs;
    if (words.length > 0) {
      const shiftMs = (passage.shift * 1000) / this.#parameters.sampleRate;
      const open = this.#open.get(segment) ?? {
        id: randomUUID(),
        said: 0,
        partialAtMs: Number.NEGATIVE_INFINITY,
        result: undefined as never,
      };
      const whole = segment.startMs >= startMs - MISSING_OK_MS;
      const complete = words.length === this.#wordsOf(segment).length;
      open.result = {
        id: open.id,
        channel,
        segment,
        startMs: (whole ? segment.startMs : words[0]!.startMs) - shiftMs,
        endMs: (over ? segment.endMs : words.at(-1)!.endMs) - shiftMs,
        words: words.map((word) => ({
          ...word,
          startMs: word.startMs - shiftMs,
          endMs: word.endMs - shiftMs,
        })),
        text: complete ? segment.text : joined(words),
      };
      this.#open.set(segment, open);
      if (!over && words.length > open.said && endMs - open.partialAtMs >= this.#options.partialEveryMs) {
        open.said = words.length;
        open.partialAtMs = endMs;
        yield { ...open.result, partial: true };
      }
    }
    if (over) yield* this.#finish(segment);
  }

  *#finish(segment: ScriptSegment): Generator<Recognised> {
    this.#done.add(segment);
    const open = this.#open.get(segment);
    this.#open.delete(segment);
    this.#words.delete(segment);
    if (open !== undefined) yield { ...open.result, partial: false };
  }

  *#finishAll(): Generator<Recognised> {
    for (const segment of [...this.#open.keys()]) yield* this.#finish(segment);
  }

  #wordsOf(segment: ScriptSegment): ReturnType<typeof wordsOf> {
    const known = this.#words.get(segment);
    if (known !== undefined) return known;
    const words = wordsOf(segment);
    this.#words.set(segment, words);
    return words;
  }

  #channelOf({ direction }: ScriptSegment): number | undefined {
    for (let channel = 0; channel < this.#parameters.channels; channel++) {
      const carried = this.#locator.directionOf(channel);
      if (direction === undefined || carried === undefined || carried === direction) return channel;
    }
    return undefined;
  }
}

/** Words as text: a space before each, but for marks. */
export function joined(words: readonly (ScriptWord & { mark: boolean })[]): string {
  return words.reduce(
    (text, word) => (text === '' || word.mark ? text + word.text : `${text} ${word.text}`),
    '',
  );
}
