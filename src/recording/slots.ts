// A bound on what is done at the same time.

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count How much at the same time, from 1. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Does the work when it is its turn, first come, first served. */
  async use<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
