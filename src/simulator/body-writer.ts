// Writes an answer's body at the pace the reader and the quota allow, and breaks it where a fault says so.
import type { ServerResponse } from 'node:http';
import { LONGEST_TIMER_MS } from '../duration.ts';
import type { BreakFault, InBandFault } from './faults.ts';
import type { Gate } from './gate.ts';

/** How a body came to its end. */
export type BodyEnd = 'done' | 'session' | 'client' | 'closed' | 'in-band' | BreakFault['kind'];

export interface BodyOptions {
  readonly bytesPerSecond: number;
  /** How it breaks; null where it does not. */
  readonly fault: BreakFault | InBandFault | null;
  /** Milliseconds after which the session ends without an error; Infinity for never. */
  readonly sessionMs: number;
  /** The document that reports an error inside the body. */
  readonly inBandError: (id: number) => Uint8Array;
  /** What writing, and whoever writes, waits at. */
  readonly gate: Gate;
}

/** Milliseconds a body may be ahead of its pace before it waits. */
const SLACK_MS = 4;

/** Most bytes of one write at a limited pace: a twentieth of a second. */
const STEPS_A_SECOND = 20;

/** So that what was sent before a reset is received: a reset overtakes what its receiver has not read. */
const BEFORE_RESET_MS = 25;

export class BodyWriter {
  readonly gate: Gate;
  /** Bytes and fragments sent so far; fragments are counted by whoever sends them. */
  sent = 0;
  fragments = 0;
  /** How it ended; null while it has not. */
  ended: BodyEnd | null = null;
  readonly #response: ServerResponse;
  readonly #options: BodyOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  /** When the next byte is due at the pace allowed, milliseconds since the epoch. */
  #due = Date.now();
  #fault: BreakFault | InBandFault | null;
  #silent = false;
  /** The time of a fault has come that waits for the end of a fragment. */
  #late = false;

  constructor(response: ServerResponse, options: BodyOptions) {
    this.#response = response;
    this.#options = options;
    this.gate = options.gate;
    this.#fault = options.fault;
    response.once('close', () => this.#over('client'));
    this.#at(options.sessionMs, () => this.end('session'));
    const { fault } = options;
    if (fault?.after !== undefined) this.#at(fault.after, () => this.#timeUp(fault));
  }

  /** Writes bytes that belong together; resolves when more can be taken, or it is over. */
  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && this.ended === null) {
      if (this.#silent) {
        await this.gate.wait(Number.POSITIVE_INFINITY);
        continue;
      }
      const until = this.#bytesLeft();
      if (until <= 0) {
        await this.#break();
        continue;
      }
      const { bytesPerSecond } = this.#options;
      const step = Math.max(1, Math.floor(bytesPerSecond / STEPS_A_SECOND));
      const part = rest.subarray(0, Math.min(rest.length, until, step));
      rest = rest.subarray(part.length);
      const ready = this.#response.write(part);
      this.sent += part.length;
      if (!ready) await this.#drained();
      await this.#paced(part.length / bytesPerSecond);
    }
  }

  /** Breaks where a fault lies at this boundary between fragments. */
  async boundary(): Promise<void> {
    const fault = this.#fault;
    if (fault === null || this.ended !== null) return;
    const bytes = fault.kind === 'in-band' ? undefined : fault.bytes;
    const placed = bytes !== undefined || fault.after !== undefined || fault.fragments !== undefined;
    const here = fault.fragments !== undefined && this.fragments >= fault.fragments;
    if (!placed || here || this.#late) await this.#break();
  }

  /** Ends the body as HTTP has it. */
  end(how: BodyEnd): void {
    if (this.ended !== null) return;
    this.#over(how);
    this.#response.end();
  }

  /** Bytes to be sent before it breaks. */
  #bytesLeft(): number {
    const fault = this.#fault;
    const never = fault === null || fault.kind === 'in-band' || fault.bytes === undefined;
    return never ? Number.POSITIVE_INFINITY : fault.bytes - this.sent;
  }

  #timeUp(fault: BreakFault | InBandFault): void {
    if (fault !== this.#fault) return;
    if (fault.kind === 'in-band') {
      this.#late = true;
      this.gate.wake();
    } else {
      void this.#break();
    }
  }

  #over(how: BodyEnd): void {
    if (this.ended === null) this.ended = how;
    for (const timer of this.#timers) clearTimeout(timer);
    this.gate.open();
  }

  #at(ms: number, act: () => void): void {
    if (ms > LONGEST_TIMER_MS) return;
    this.#timers.push(setTimeout(act, ms));
  }

  async #break(): Promise<void> {
    const fault = this.#fault;
    if (fault === null || this.ended !== null) return;
    this.#fault = null;
    if (fault.kind === 'end') {
      this.end('end');
    } else if (fault.kind === 'in-band') {
      await this.write(this.#options.inBandError(fault.id));
      this.end('in-band');
    } else if (fault.kind === 'stall') {
      await this.#stall(fault.for);
    } else {
      this.#over(fault.kind);
      const { socket } = this.#response;
      if (socket === null) return;
      // An empty write is called back when all before it has left the process.
      await new Promise<void>((resolve) => socket.write('', () => resolve()));
      if (fault.kind === 'cut') {
        socket.destroySoon();
      } else {
        await new Promise((resolve) => setTimeout(resolve, BEFORE_RESET_MS));
        socket.resetAndDestroy();
      }
    }
  }

  async #stall(ms: number | undefined): Promise<void> {
    this.#silent = true;
    if (ms !== undefined) {
      this.#at(ms, () => {
        this.#silent = false;
        this.gate.wake();
      });
    }
    while (this.#silent && this.ended === null) await this.gate.wait(Number.POSITIVE_INFINITY);
  }

  async #drained(): Promise<void> {
    const wake = () => this.gate.wake();
    this.#response.once('drain', wake);
    while (this.#response.writableNeedDrain && this.ended === null) {
      await this.gate.wait(Number.POSITIVE_INFINITY);
    }
    this.#response.off('drain', wake);
  }

  async #paced(seconds: number): Promise<void> {
    if (seconds === 0) return;
    const now = Date.now();
    this.#due = Math.max(this.#due, now - SLACK_MS) + seconds * 1000;
    while (this.#due - Date.now() > SLACK_MS && this.ended === null) {
      await this.gate.wait(this.#due - Date.now());
    }
  }
}
