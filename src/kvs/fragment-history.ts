// Which fragment numbers a stream has shown, to know a repeated fragment by its number alone.

/** Numbers remembered: 18 hours at a fragment a second. Repeats come seconds apart, after a reconnect. */
const REMEMBERED = 65_536;

/** Two independent 53-bit digests stand for a number of up to 128 digits, so that memory stays small and bounded. */
export class FragmentHistory {
  readonly #seen = new Map<number, number>();

  /** Whether `number` was added before. */
  has(number: string): boolean {
    return this.#seen.get(digest(number, 1_000_003)) === digest(number, 8_191);
  }

  add(number: string): void {
    const key = digest(number, 1_000_003);
    if (!this.#seen.has(key) && this.#seen.size >= REMEMBERED) {
      for (const oldest of this.#seen.keys()) {
        this.#seen.delete(oldest);
        break;
      }
    }
    this.#seen.set(key, digest(number, 8_191));
  }
}

/** A polynomial over groups of digits, modulo a prime below 2^53 / 2^20. */
function digest(number: string, factor: number): number {
  const prime = 8_589_934_583;
  let value = number.length;
  for (let at = 0; at < number.length; at += 6) {
    value = (value * factor + Number(number.slice(at, at + 6)) + 1) % prime;
  }
  return value;
}
