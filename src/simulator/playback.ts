// When the fragments of a dump appear on a stream, and with which stamps: arithmetic alone, so that loops cost nothing.
import type { Dump } from './dump.ts';
import { NUMBER_STEP } from './piece.ts';

export interface PlaybackOptions {
  /** How many times faster than its timestamps; Infinity puts all of it there at once. */
  readonly speed: number;
  readonly loop: boolean;
  /** `now`: moved to the time it is played at; `kept`: as they stand in the dump. */
  readonly stamps: 'now' | 'kept';
  /** Longer pauses between two fragments are cut down to this, milliseconds. */
  readonly maxGapMs: number;
}

/** Where a stream's nth fragment lies in a dump. */
export interface Placed {
  readonly piece: number;
  /** Milliseconds its timestamps move by. */
  readonly shiftMs: number;
  readonly number: bigint;
}

export class Playback {
  readonly dump: Dump;
  readonly options: PlaybackOptions;
  /** Milliseconds since the epoch at which it began; null while it waits. */
  startedAt: number | null;
  /** Milliseconds of the call at which each fragment is complete. */
  readonly #ends: Float64Array;
  /** Milliseconds of pauses left out before each fragment. */
  readonly #cut: Float64Array;
  readonly #firstMs: number;
  /** How long all of it, a turn of the loop, takes: milliseconds of the call. */
  readonly span: number;
  readonly #minNumber: bigint;
  /** How far numbers move a turn. */
  readonly #numberSpan: bigint;

  constructor(dump: Dump, options: PlaybackOptions, startedAt: number | null) {
    this.dump = dump;
    this.options = options;
    this.startedAt = startedAt;
    const { pieces } = dump;
    this.#ends = new Float64Array(pieces.length);
    this.#cut = new Float64Array(pieces.length);
    this.#firstMs = pieces[0]?.startMs ?? 0;
    let end = 0;
    let cut = 0;
    let min = pieces[0]?.number ?? 0n;
    let max = min;
    pieces.forEach(({ startMs, durationMs, number }, index) => {
      const start = startMs - this.#firstMs - cut;
      const gap = start - end;
      if (gap > options.maxGapMs) cut += gap - options.maxGapMs;
      end = Math.max(end, startMs - this.#firstMs - cut + durationMs);
      this.#ends[index] = end;
      this.#cut[index] = cut;
      if (number < min) min = number;
      if (number > max) max = number;
    });
    this.span = end;
    this.#minNumber = min;
    this.#numberSpan = max - min + NUMBER_STEP;
  }

  /** Number of fragments it will ever have. */
  get length(): number {
    if (this.dump.pieces.length === 0) return 0;
    return this.options.loop ? Number.POSITIVE_INFINITY : this.dump.pieces.length;
  }

  /** Milliseconds since the epoch at which the nth fragment is there. */
  appearsAt(index: number): number {
    if (this.startedAt === null || index >= this.length) return Number.POSITIVE_INFINITY;
    const { turn, piece } = this.#place(index);
    return this.startedAt + (turn * this.span + this.#ends[piece]!) / this.options.speed;
  }

  /** How many fragments have appeared by `now`. */
  count(now: number): number {
    const { startedAt } = this;
    const n = this.dump.pieces.length;
    if (startedAt === null || n === 0 || now < startedAt) return 0;
    if (this.options.speed === Number.POSITIVE_INFINITY) return n;
    const media = (now - startedAt) * this.options.speed;
    const turns = this.options.loop && this.span > 0 ? Math.floor(media / this.span) : 0;
    const rest = media - turns * this.span;
    // The first end that lies behind.
    let low = 0;
    let high = n;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! <= rest) low = middle + 1;
      else high = middle;
    }
    let count = turns * n + low;
    // Rounding must not make a fragment appear before its own time says so.
    while (count > 0 && this.appearsAt(count - 1) > now) count--;
    while (count < this.length && this.appearsAt(count) <= now) count++;
    return count;
  }

  placed(index: number): Placed {
    const { turn, piece } = this.#place(index);
    const number = this.dump.pieces[piece]!.number + BigInt(turn) * this.#numberSpan;
    return { piece, number, shiftMs: this.#shift(turn, piece) };
  }

  /** Position of the last fragment of that number, or -1. */
  find(number: bigint): number {
    if (this.dump.pieces.length === 0 || number < this.#minNumber) return -1;
    const turn = this.options.loop ? (number - this.#minNumber) / this.#numberSpan : 0n;
    const piece = this.dump.byNumber.get(number - turn * this.#numberSpan);
    return piece === undefined ? -1 : Number(turn) * this.dump.pieces.length + piece;
  }

  #place(index: number): { turn: number; piece: number } {
    const n = this.dump.pieces.length;
    return { turn: Math.floor(index / n), piece: index % n };
  }

  #shift(turn: number, piece: number): number {
    const moved = turn * this.span;
    if (this.options.stamps === 'kept') return moved;
    const start = this.startedAt ?? 0;
    // A call that runs faster than its clock ends now, so that nothing lies in the future.
    const early = this.options.loop ? 0 : this.span / this.options.speed - this.span;
    return Math.round(start + early - this.#firstMs - this.#cut[piece]! + moved);
  }
}
