// Holds audio back to about the pace of speech: a bucket that fills with time and never holds more than a burst.

import type { Clock } from './clock.ts';

export class Pacer {
  readonly #clock: Clock;
  readonly #pace: number;
  readonly #burstMs: number;
  #allowedMs: number;
  #at: number;

  /** @param pace Milliseconds of audio per millisecond of time. */
  constructor(clock: Clock, pace: number, burstMs: number) {
    this.#clock = clock;
    this.#pace = pace;
    this.#burstMs = burstMs;
    this.#allowedMs = burstMs;
    this.#at = clock.now();
  }

  /** Milliseconds to wait before so much audio may be sent, 0 if it may be sent now, in which case it counts as sent. */
  take(audioMs: number): number {
    const now = this.#clock.now();
    this.#allowedMs = Math.min(this.#burstMs, this.#allowedMs + (now - this.#at) * this.#pace);
    this.#at = now;
    if (this.#allowedMs >= audioMs) {
      this.#allowedMs -= audioMs;
      return 0;
    }
    return (audioMs - this.#allowedMs) / this.#pace;
  }
}
