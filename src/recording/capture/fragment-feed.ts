// One connection's bytes to complete fragments: what its end cuts off is never handed on.
import { type Damage, FragmentAssembler, type FragmentHandler } from '../../kvs/assembler.ts';
import type { Fragment } from '../../kvs/fragment.ts';
import { CONTINUATION_TOKEN } from '../../kvs/tags.ts';
import { RawTail } from './raw-tail.ts';

/** Silence after a continuation token that means nothing more will come of its fragment, milliseconds. */
const SETTLE_MS = 250;

export interface FeedHandler {
  /** A complete fragment, and its bytes where they are kept. Valid until the call returns. */
  fragment(fragment: Fragment, raw: readonly Uint8Array[]): void;
  /** Tags that belong to no fragment: an error in the stream, as a rule. */
  tagsOnly(tags: ReadonlyMap<string, string>): void;
  damage(damage: Damage): void;
  /** See `FragmentHandler.isComplete`. */
  isComplete(tags: ReadonlyMap<string, string>): boolean;
  /** Silence has completed a fragment, which was handed over: nobody's call of `push` will have brought it. */
  settled?(): void;
  /** A fragment that silence had completed could not be handled: there is no call of `push` to throw what it threw. */
  failed(error: unknown): void;
}

/** Whether another Cluster of the fragment's Segment follows, without which it is not to be gone on after. */
export function isPartial({ continues, tags }: Fragment): boolean {
  return continues && !tags.has(CONTINUATION_TOKEN);
}

/** A Cluster, and its bytes where they are kept. */
export interface Piece {
  fragment: Fragment;
  raw: readonly Uint8Array[];
}

/** The fragment that a connection had begun when it ended. */
export interface Remainder {
  /** Its Clusters, one at least. */
  pieces: readonly Piece[];
  /** Its last tag was in, or its bytes end where an element does. */
  looksWhole: boolean;
}

/**
 * Clusters of one Segment count as one fragment until the last of them is in, since only the Segment has a number to go on
 * after.
 */
export class FragmentFeed implements FragmentHandler {
  readonly #handler: FeedHandler;
  readonly #assembler = new FragmentAssembler(this);
  readonly #raw: RawTail | undefined;
  /** Clusters of a Segment that goes on. */
  #group: Piece[] = [];
  #ended = false;
  #remainder: Remainder | undefined;
  #settle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(handler: FeedHandler, keepRaw: boolean) {
    this.#handler = handler;
    this.#raw = keepRaw ? new RawTail() : undefined;
  }

  /** Bytes have come that no complete fragment has claimed. */
  get unclaimed(): boolean {
    return this.#assembler.received > this.#assembler.boundary || this.#assembler.settleable;
  }

  /** Takes the next bytes; they may be reused after the call. */
  push(chunk: Uint8Array): void {
    this.#raw?.push(chunk);
    clearTimeout(this.#settle);
    this.#assembler.push(chunk);
    if (this.#closed || !this.#assembler.settleable) return;
    this.#settle = setTimeout(() => {
      try {
        this.#assembler.settle();
        this.#handler.settled?.();
      } catch (error) {
        this.#handler.failed(error);
      }
    }, SETTLE_MS);
  }

  /** Nothing more comes: answers what is left, which the handler has not seen. */
  end(): Remainder | undefined {
    this.close();
    this.#ended = true;
    this.#assembler.end();
    return this.#remainder;
  }

  /** Stops the clock. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#settle);
  }

  fragment(fragment: Fragment): void {
    const raw = this.#raw?.take(this.#assembler.boundary) ?? [];
    if (this.#ended) {
      const pieces = [...this.#group, { fragment: fragment.keep(), raw }];
      this.#remainder = { pieces, looksWhole: fragment.state === 'whole' };
      return;
    }
    if (isPartial(fragment)) {
      this.#group.push({ fragment: fragment.keep(), raw });
      return;
    }
    const group = this.#group;
    this.#group = [];
    for (const earlier of group) this.#handler.fragment(earlier.fragment, earlier.raw);
    this.#handler.fragment(fragment, raw);
  }

  isComplete(tags: ReadonlyMap<string, string>): boolean {
    return this.#group.length === 0 && this.#handler.isComplete(tags);
  }

  tagsOnly(tags: ReadonlyMap<string, string>): void {
    this.#handler.tagsOnly(tags);
  }

  damage(damage: Damage): void {
    // Every connection ends somewhere: what that cuts off is asked for again.
    if (damage.kind === 'corrupt') this.#handler.damage(damage);
  }
}

/** Whether two connections have ended at the same place of the same fragment. */
export function isLike(a: Remainder | undefined, b: Remainder): boolean {
  return (
    a?.pieces.length === b.pieces.length &&
    a.pieces.every(({ fragment: one }, i) => {
      const { fragment: other } = b.pieces[i]!;
      return (
        one.number === other.number &&
        one.timestamp === other.timestamp &&
        one.blocks.count === other.blocks.count &&
        one.bytes.length === other.bytes.length
      );
    })
  );
}
