// A stream: the fragments of a dump as they appear, then those that were put into it; what is retained, who waits.
import { KvsrecError } from '../errors.ts';
import type { Dump } from './dump.ts';
import { FIRST_NUMBER } from './piece.ts';
import { Playback, type PlaybackOptions } from './playback.ts';
import { Spool } from './spool.ts';

/** One fragment of a stream. */
export interface StoredFragment {
  /** Position in the stream from its beginning, expired ones included. */
  readonly index: number;
  readonly number: string;
  /** The fragment's bytes say its number. */
  readonly numbered: boolean;
  /** Milliseconds since the epoch. */
  readonly producerMs: number;
  readonly serverMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  /** Milliseconds since the epoch at which it was there. */
  readonly appearedAt: number;
  readonly dump: Dump;
  readonly piece: number;
  readonly shiftMs: number;
  /** Its stamps are not those of the dump. */
  readonly restamped: boolean;
}

export interface StreamFacts {
  readonly name: string;
  readonly arn: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly retentionMs: number;
  readonly mediaType: string | null;
}

export class SimulatedStream {
  readonly facts: StreamFacts;
  readonly #playback: Playback | null;
  #spool: Spool | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(facts: StreamFacts, dump: Dump | null, options: PlaybackOptions, startedAt: number | null) {
    this.facts = facts;
    this.#playback = dump === null ? null : new Playback(dump, options, startedAt);
  }

  get name(): string {
    return this.facts.name;
  }

  get arn(): string {
    return this.facts.arn;
  }

  /** Lets a call begin that waits for its first listener. */
  begin(now = Date.now()): void {
    if (this.#playback === null || this.#playback.startedAt !== null) return;
    this.#playback.startedAt = now;
    this.#wake();
  }

  /** How many fragments there have been by `now`. */
  count(now = Date.now()): number {
    return (this.#playback?.count(now) ?? 0) + (this.#spool?.dump.pieces.length ?? 0);
  }

  /** When the fragment at a position is there: milliseconds since the epoch, Infinity where nobody knows. */
  appearsAt(index: number): number {
    const played = this.#playback?.length ?? 0;
    if (index < played) return this.#playback!.appearsAt(index);
    return this.#spool?.appearedAt[index - played] ?? Number.POSITIVE_INFINITY;
  }

  /** Position of the oldest fragment that is retained. */
  earliest(now = Date.now()): number {
    const oldest = now - this.facts.retentionMs;
    let low = 0;
    let high = this.count(now);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.appearsAt(middle) < oldest) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  fragment(index: number): StoredFragment {
    const playback = this.#playback;
    const played = playback?.length ?? 0;
    if (playback !== null && index < played) {
      const { piece, shiftMs, number } = playback.placed(index);
      const restamped = playback.options.stamps === 'now' || index >= playback.dump.pieces.length;
      return stored(index, playback.dump, piece, shiftMs, number, playback.appearsAt(index), restamped);
    }
    const spool = this.#spool!;
    const piece = index - played;
    const { number } = spool.dump.pieces[piece]!;
    return stored(index, spool.dump, piece, 0, number, spool.appearedAt[piece]!, true);
  }

  /** Position of the last fragment with that number, appeared or not; -1 where there is none. */
  find(number: bigint): number {
    const put = this.#spool?.dump.byNumber.get(number);
    if (put !== undefined) return (this.#playback?.length ?? 0) + put;
    return this.#playback?.find(number) ?? -1;
  }

  /** The fragments that are there and retained, oldest first. */
  *fragments(now = Date.now()): Generator<StoredFragment> {
    const count = this.count(now);
    for (let index = this.earliest(now); index < count; index++) yield this.fragment(index);
  }

  /** Number of the newest fragment there has been; of one before the first where there has been none. */
  lastNumber(now = Date.now()): bigint {
    const count = this.count(now);
    return count === 0 ? FIRST_NUMBER : BigInt(this.fragment(count - 1).number);
  }

  /** Whether a dump is still being played into it. */
  playing(now = Date.now()): boolean {
    return this.#playback !== null && this.#playback.count(now) < this.#playback.length;
  }

  /**
   * The place for fragments that are put into the stream.
   * @throws KvsrecError `stream-busy` while a dump is still being played.
   */
  spool(): Spool {
    if (this.playing()) {
      throw new KvsrecError('stream-busy', `the stream ${this.name} is still being played from its dump`, {
        hint: 'Put fragments into a stream of their own, or wait until the dump has been played.',
      });
    }
    this.#spool ??= new Spool(() => this.#wake());
    return this.#spool;
  }

  /** Calls back once, when something may have appeared before its time was known. Answers how to stop waiting. */
  onAppended(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  close(): void {
    this.#spool?.close();
  }

  #wake(): void {
    const callbacks = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of callbacks) callback();
  }
}

function stored(
  index: number,
  dump: Dump,
  piece: number,
  shiftMs: number,
  number: bigint,
  appearedAt: number,
  restamped: boolean,
): StoredFragment {
  const facts = dump.pieces[piece]!;
  return {
    index,
    number: String(number),
    numbered: facts.numbered,
    producerMs: facts.producerMs + shiftMs,
    serverMs: facts.serverMs + shiftMs,
    durationMs: facts.durationMs,
    bytes: facts.end - facts.start,
    appearedAt,
    dump,
    piece,
    shiftMs,
    restamped,
  };
}
