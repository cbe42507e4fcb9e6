// Which fragment numbers a stream has shown, to know a repeated fragment by its number alone.

/** Numbers remembered: an hour at a fragment a second, 0.5 MiB. Repeats come seconds apart, after a reconnect. */
const REMEMBERED = 3600;

export class FragmentHistory {
  readonly #seen = new Set<string>();
  readonly #remembered: number;

  constructor(remembered = REMEMBERED) {
    this.#remembered = remembered;
  }

  /** Whether `number` was added before. */
  has(number: string): boolean {
    return this.#seen.has(number);
  }

  add(number: string): void {
    this.#seen.add(number);
    if (this.#seen.size <= this.#remembered) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      break;
    }
  }

  /** The newest `count` numbers, oldest first. */
  newest(count: number): string[] {
    return [...this.#seen].slice(-count);
  }
}
