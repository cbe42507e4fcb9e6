// A bound on the parts that are in memory at the same time, however many uploads go on.

export class PartSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count Parts at the same time, from 1. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Does the work when a slot is free, first come, first served. */
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
