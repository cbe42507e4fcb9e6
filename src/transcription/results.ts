// From a session's results to the transcript's segments: on the call's clock, without what an earlier session has said.

import type { TranscriptCategory, TranscriptSegment, TranscriptWord } from '../transcript/segment.ts';
import { type TranscriptDirection, wallClock } from '../transcript/segment.ts';
import { textOfWords } from '../transcript/word-places.ts';
import type { RecognizedCategory, RecognizedResult } from './recognizer.ts';
import type { SessionClock } from './session-clock.ts';

/** Where the transcript goes, as it comes. Nothing is waited for. */
export interface TranscriptSink {
  /** Text that may still change; the one before it with the same id is void. */
  partial?(segment: TranscriptSegment): void;
  /** Text that stays. */
  final(segment: TranscriptSegment): void;
  /** A partial result that no final one will replace. */
  retract?(segment: TranscriptSegment): void;
  category?(category: TranscriptCategory): void;
}

export interface ResultsOptions {
  directions: readonly TranscriptDirection[];
  /** Milliseconds since the epoch; null where it is not known. */
  callStartMs: number | null;
  sink: TranscriptSink;
  /** What an earlier process has got of each channel. */
  known?: readonly KnownAnswers[] | undefined;
}

/** Final results of a channel that are there already. */
export interface KnownAnswers {
  /** Milliseconds of the call up to which they reach. */
  untilMs: number;
  lastWord: TranscriptWord | undefined;
  count: number;
}

interface Channel {
  /** Milliseconds of the call up to which final results have come, from any session. */
  answeredMs: number;
  /** The same, as it was when the current session began: what it says of earlier audio has been said. */
  cutMs: number;
  lastWord: TranscriptWord | undefined;
}

/** Results of a session that are known again: nothing but a late partial result comes after a final one. */
const REMEMBERED = 1000;

/** Words of two sessions are the same if they begin within so much of each other's end, milliseconds. */
const SAME_WORD_MS = 30;

export class Results {
  readonly #options: ResultsOptions;
  readonly #channels: Channel[];
  /** Final results of the current session, the newest ones. */
  readonly #done = new Set<string>();
  readonly #partials = new Map<string, { channel: number; segment: TranscriptSegment }>();
  readonly #categories = new Map<string, TranscriptCategory>();
  /** Results that said again what an earlier session had said. */
  repeated = 0;
  finals = 0;

  constructor(options: ResultsOptions) {
    this.#options = options;
    this.#channels = options.directions.map((_, index) => {
      const { untilMs = 0, lastWord, count = 0 } = options.known?.[index] ?? {};
      this.finals += count;
      return { answeredMs: untilMs, cutMs: untilMs, lastWord };
    });
  }

  /** What another process has to know of each channel. */
  get known(): KnownAnswers[] {
    return this.#channels.map(({ answeredMs, lastWord }) => ({ untilMs: answeredMs, lastWord, count: 0 }));
  }

  /** Another session begins. */
  begin(): void {
    this.#done.clear();
    for (const channel of this.#channels) channel.cutMs = channel.answeredMs;
  }

  /**
   * A session is over. What it had begun will be said again by the next one, from `resumeMs` on; what lies before that
   * stays as it is, since its audio is not sent again.
   */
  end(resumeMs: number): void {
    for (const [id, { channel, segment }] of this.#partials) {
      const beyond = segment.words.findIndex(({ endMs }) => endMs > resumeMs);
      const kept = beyond < 0 ? segment.words.length : beyond;
      this.#options.sink.retract?.(segment);
      if (kept > 0) this.#emitFinal(channel, cut(segment, 0, kept));
      this.#partials.delete(id);
    }
  }

  /**
   * Takes a result of the current session. What a final one says beyond `untilMs` of the call is left to the next session,
   * where there is to be one: the last word of audio that was cut off may be half a word.
   */
  take(result: RecognizedResult, clock: SessionClock, untilMs = Number.POSITIVE_INFINITY): void {
    const state = this.#channels[result.channel];
    const direction = this.#options.directions[result.channel];
    if (state === undefined || direction === undefined || this.#done.has(result.id)) return;
    if (!result.partial) this.#remember(result.id);
    const all = this.#segment(result, clock, direction);
    const whole = result.partial ? all : upTo(all, untilMs);
    if (whole === undefined) {
      this.#dropPartial(result.id);
      return;
    }
    const segment = this.#withoutKnown(whole, state);
    if (segment === undefined || segment.text === '') {
      if (!result.partial) {
        this.#dropPartial(result.id);
        if (segment === undefined) this.repeated++;
        state.answeredMs = Math.max(state.answeredMs, whole.endMs);
      }
      return;
    }
    if (result.partial) {
      this.#partials.set(result.id, { channel: result.channel, segment });
      this.#options.sink.partial?.(segment);
      return;
    }
    this.#partials.delete(result.id);
    this.#emitFinal(result.channel, segment);
  }

  takeCategory(category: RecognizedCategory, clock: SessionClock): void {
    const known = this.#categories.get(category.name) ?? { name: category.name, ranges: [] };
    this.#categories.set(category.name, known);
    const fresh = category.ranges
      .map(({ startMs, endMs }) => ({
        startMs: Math.round(clock.toCallMs(startMs)),
        endMs: Math.round(clock.toCallMs(endMs)),
      }))
      .filter((range) => !known.ranges.some((other) => overlap(range, other)));
    if (fresh.length === 0 && (known.ranges.length > 0 || category.ranges.length > 0)) return;
    known.ranges.push(...fresh);
    this.#options.sink.category?.({ name: category.name, ranges: fresh });
  }

  #remember(id: string): void {
    this.#done.add(id);
    if (this.#done.size <= REMEMBERED) return;
    for (const oldest of this.#done) {
      this.#done.delete(oldest);
      break;
    }
  }

  #dropPartial(id: string): void {
    const partial = this.#partials.get(id);
    if (partial === undefined) return;
    this.#partials.delete(id);
    this.#options.sink.retract?.(partial.segment);
  }

  #emitFinal(channel: number, segment: TranscriptSegment): void {
    const state = this.#channels[channel]!;
    state.answeredMs = Math.max(state.answeredMs, segment.endMs);
    state.lastWord = segment.words.findLast(({ kind }) => kind === 'word') ?? state.lastWord;
    this.finals++;
    this.#options.sink.final({ ...segment, partial: false });
  }

  #segment(result: RecognizedResult, clock: SessionClock, direction: TranscriptDirection): TranscriptSegment {
    const onCall = (ms: number) => Math.round(clock.toCallMs(ms));
    const words = result.words.map((word) => ({
      ...word,
      startMs: onCall(word.startMs),
      endMs: onCall(word.endMs),
    }));
    const { sentiment, issues } = result;
    return {
      ...this.#times(onCall(result.startMs), onCall(result.endMs)),
      id: result.id,
      direction,
      text: result.text.trim(),
      partial: result.partial,
      language: result.language,
      confidence: meanConfidence(words),
      words,
      entities: result.entities.map((entity) => ({
        ...entity,
        startMs: onCall(entity.startMs),
        endMs: onCall(entity.endMs),
        redacted: /^\[[A-Z_]+\]$/.test(entity.text),
      })),
      ...(sentiment === undefined ? {} : { sentiment }),
      ...(issues === undefined || issues.length === 0 ? {} : { issues }),
    };
  }

  #times(startMs: number, endMs: number) {
    const { callStartMs } = this.#options;
    return {
      startMs,
      endMs,
      startTime: wallClock(callStartMs, startMs),
      endTime: wallClock(callStartMs, endMs),
    };
  }

  /** What of a segment lies beyond what earlier sessions have said; undefined where nothing does. */
  #withoutKnown(segment: TranscriptSegment, { cutMs, lastWord }: Channel): TranscriptSegment | undefined {
    // A mark alone is what is left of a word that was said before.
    if (segment.words.length > 0 && segment.words.every(({ kind }) => kind !== 'word')) return undefined;
    if (segment.startMs >= cutMs) return segment;
    if (segment.words.length === 0) {
      return (segment.startMs + segment.endMs) / 2 < cutMs ? undefined : segment;
    }
    const { words } = segment;
    let first = words.findIndex(
      ({ startMs, endMs, kind }) => kind === 'word' && (startMs + endMs) / 2 >= cutMs,
    );
    if (first < 0) return undefined;
    if (lastWord !== undefined && same(words[first]!, lastWord)) {
      first++;
      while (words[first]?.kind === 'punctuation') first++;
      if (first >= words.length) return undefined;
    }
    if (first === 0) return segment;
    const kept = cut(segment, first, words.length);
    return { ...kept, ...this.#times(kept.startMs, kept.endMs) };
  }
}

/** What of a segment was said up to a moment; undefined where nothing was. */
function upTo(segment: TranscriptSegment, untilMs: number): TranscriptSegment | undefined {
  const beyond = segment.words.findIndex(({ endMs }) => endMs > untilMs);
  if (beyond < 0) return segment;
  return beyond === 0 ? undefined : cut(segment, 0, beyond);
}

/** The words from `first` up to, and without, `last` as a segment. */
function cut(segment: TranscriptSegment, first: number, last: number): TranscriptSegment {
  const words = segment.words.slice(first, last);
  const startMs = first === 0 ? segment.startMs : words[0]!.startMs;
  const endMs = last === segment.words.length ? segment.endMs : words.at(-1)!.endMs;
  const text = textOfWords(segment.text, segment.words, first, last);
  const offset = segment.text.indexOf(text);
  const { issues, ...rest } = segment;
  const moved = (issues ?? [])
    .map(({ begin, end }) => ({
      begin: Math.max(0, begin - offset),
      end: Math.min(text.length, end - offset),
    }))
    .filter(({ begin, end }) => end > begin);
  return {
    ...rest,
    startMs,
    endMs,
    text,
    words,
    confidence: meanConfidence(words),
    entities: segment.entities.filter((entity) => entity.endMs > startMs && entity.startMs < endMs),
    ...(moved.length > 0 ? { issues: moved } : {}),
  };
}

function meanConfidence(words: readonly TranscriptWord[]): number | null {
  const known = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  if (known.length === 0) return null;
  return Math.round((1000 * known.reduce((sum, value) => sum + value, 0)) / known.length) / 1000;
}

/** The same word, heard by two sessions. */
function same(a: TranscriptWord, b: TranscriptWord): boolean {
  return a.text.toLowerCase() === b.text.toLowerCase() && a.startMs < b.endMs - SAME_WORD_MS;
}

function overlap(a: { startMs: number; endMs: number }, b: { startMs: number; endMs: number }): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}
