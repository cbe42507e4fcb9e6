// Which fragments a stream has shown, to know a repeated one by its name alone.
import type { Fragment } from './fragment.ts';

/** Names remembered: an hour at a fragment a second, 0.5 MiB. Repeats come seconds apart, after a reconnect. */
const REMEMBERED = 3600;

/** Numbers that came in a row, in ascending order: digits one behind the other, of all of them as many. */
export class NumberRun {
  readonly count: number;
  readonly #digits: string;
  readonly #length: number;

  constructor(digits: string, count: number) {
    this.count = count;
    this.#digits = digits;
    this.#length = digits.length / count;
  }

  at(index: number): string {
    return this.#digits.slice(index * this.#length, (index + 1) * this.#length);
  }
}

/** Names that were added in one go. */
interface Later {
  names: NumberRun | string;
  count: number;
  contactId: string | null | undefined;
}

export class FragmentHistory {
  /** Each name's contact, null for none known; undefined until it is told. */
  readonly #seen = new Map<string, string | null | undefined>();
  /** What came after those, not looked at yet: as a rule nobody ever asks. */
  #later: Later[] = [];
  #laterCount = 0;
  readonly #remembered: number;
  #greatest: string | undefined;

  constructor(remembered = REMEMBERED) {
    this.#remembered = remembered;
  }

  /** The greatest of the longest numbers that were added: a greater one of as many digits was never added. */
  get greatest(): string | undefined {
    return this.#greatest;
  }

  /** Whether `name` was added before. */
  has(name: string): boolean {
    const greatest = this.#greatest;
    if (greatest !== undefined && name.length === greatest.length && name > greatest && isNumber(name))
      return false;
    this.#unroll();
    return this.#seen.has(name);
  }

  add(name: string): void {
    this.#noteGreatest(name);
    if (this.#laterCount === 0) this.#remember(name, undefined);
    else this.#addLater({ names: name, count: 1, contactId: undefined });
  }

  /** Adds numbers of a contact that are all greater than `greatest`, and have as many digits. */
  addRun(numbers: NumberRun, contactId: string | null): void {
    this.#greatest = numbers.at(numbers.count - 1);
    this.#addLater({ names: numbers, count: numbers.count, contactId });
  }

  /** Notes whose the fragment of that name is, while the name is remembered. */
  give(name: string, contactId: string | null): void {
    const last = this.#later.at(-1);
    if (last !== undefined && last.names === name) {
      last.contactId = contactId;
      return;
    }
    this.#unroll();
    if (this.#seen.has(name)) this.#seen.set(name, contactId);
  }

  /** Whose the fragment of that name is: null for no known contact, undefined where that is not remembered. */
  ownerOf(name: string): string | null | undefined {
    this.#unroll();
    return this.#seen.get(name);
  }

  /** The newest `count` names, oldest first. */
  newest(count: number): string[] {
    this.#unroll();
    return [...this.#seen.keys()].slice(-count);
  }

  #noteGreatest(name: string): void {
    if (!isNumber(name)) return;
    const greatest = this.#greatest;
    if (greatest === undefined || name.length > greatest.length) this.#greatest = name;
    else if (name.length === greatest.length && name > greatest) this.#greatest = name;
  }

  #addLater(entry: Later): void {
    const later = this.#later;
    later.push(entry);
    this.#laterCount += entry.count;
    while (this.#laterCount - later[0]!.count >= this.#remembered) {
      this.#laterCount -= later.shift()!.count;
      this.#seen.clear();
    }
  }

  /** Remembers by name what came later. */
  #unroll(): void {
    if (this.#laterCount === 0) return;
    for (const { names, count, contactId } of this.#later) {
      if (typeof names === 'string') this.#remember(names, contactId);
      else for (let i = 0; i < count; i++) this.#remember(names.at(i), contactId);
    }
    this.#later = [];
    this.#laterCount = 0;
  }

  #remember(name: string, contactId: string | null | undefined): void {
    this.#seen.set(name, contactId);
    if (this.#seen.size <= this.#remembered) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      break;
    }
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
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
