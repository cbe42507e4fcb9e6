// Which fragments a stream has shown, to know a repeated one by its name alone.
import type { Fragment } from './fragment.ts';

/** Names remembered: an hour at a fragment a second, 0.5 MiB. Repeats come seconds apart, after a reconnect. */
const REMEMBERED = 3600;

export class FragmentHistory {
  /** Each name's contact, null for none known; undefined until it is told. */
  readonly #seen = new Map<string, string | null | undefined>();
  readonly #remembered: number;

  constructor(remembered = REMEMBERED) {
    this.#remembered = remembered;
  }

  /** Whether `name` was added before. */
  has(name: string): boolean {
    return this.#seen.has(name);
  }

  add(name: string): void {
    this.#seen.set(name, undefined);
    if (this.#seen.size <= this.#remembered) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      break;
    }
  }

  /** Notes whose the fragment of that name is, while the name is remembered. */
  give(name: string, contactId: string | null): void {
    if (this.#seen.has(name)) this.#seen.set(name, contactId);
  }

  /** Whose the fragment of that name is: null for no known contact, undefined where that is not remembered. */
  ownerOf(name: string): string | null | undefined {
    return this.#seen.get(name);
  }

  /** The newest `count` names, oldest first. */
  newest(count: number): string[] {
    return [...this.#seen.keys()].slice(-count);
  }
}

/**
 * What each fragment of a stream is known by: its number. Only the first Cluster of a Segment has one; those after it go
 * by that and their own time, so that they are known again, too, when the Segment comes again.
 */
export class FragmentNames {
  #document = -1;
  #number: string | null = null;

  /** Of the Segment that the last fragment belongs to. */
  get number(): string | null {
    return this.#number;
  }

  /** Null where a fragment has no number, and none before it in its Segment. */
  of(fragment: Fragment): string | null {
    const { number, documentOffset, timestamp } = fragment;
    if (number !== null || documentOffset !== this.#document) {
      this.#document = documentOffset;
      this.#number = number;
      return number;
    }
    return this.#number === null ? null : `${this.#number}/${timestamp}`;
  }
}
