// Where one connection waits: for a time, or until somebody wakes it.

import { LONGEST_TIMER_MS } from '../duration.ts';

export class Gate {
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #open = false;

  /** Resolves after `ms` milliseconds, when woken, or at once where the gate stays open. May resolve early. */
  wait(ms: number): Promise<void> {
    if (this.#open || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (ms <= LONGEST_TIMER_MS) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.wake(), Math.ceil(ms));
      }
    });
  }

  wake(): void {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Wakes whoever waits, and lets nobody wait again. */
  open(): void {
    this.#open = true;
    this.wake();
  }
}
