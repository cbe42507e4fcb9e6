// Both directions into one line as they come, stereo and mixed, with nothing to go back to: what was sent is sent.

import { littleEndian, samplesOf } from '../../audio/byte-order.ts';
import { interleave, mix } from '../../audio/mix.ts';
import type { AudioObject } from './audio-object.ts';

/** Frames by which one direction may run ahead before the other counts as silent: 30 seconds at 8 kHz. */
const MAX_LEAD = 240_000;
/** Frames that are left of a lead once the other direction counts as silent. */
const LEAD_KEPT = 120_000;
/** Frames combined at a time. */
const BLOCK = 16_384;

/** Side 0 is from, 1 to the customer. */
export type Side = 0 | 1;

export interface CombinedState {
  /** Frames that are combined. */
  done: number;
  /** Frames taken of each side, and those of them that wait, as base64 of 16-bit little-endian samples. */
  sides: { received: number; waiting: string }[];
  late: number;
}

export class CombinedLine {
  readonly #stereo: AudioObject | undefined;
  readonly #mix: AudioObject | undefined;
  readonly #waiting: [FrameQueue, FrameQueue];
  readonly #received: [number, number];
  #done: number;
  /** Frames that came after the other direction had been combined with silence in their place. */
  late: number;

  constructor(stereo: AudioObject | undefined, mixed: AudioObject | undefined, state?: CombinedState) {
    this.#stereo = stereo;
    this.#mix = mixed;
    this.#done = state?.done ?? 0;
    this.late = state?.late ?? 0;
    this.#received = [state?.sides[0]?.received ?? 0, state?.sides[1]?.received ?? 0];
    this.#waiting = [new FrameQueue(), new FrameQueue()];
    for (const side of [0, 1] as const) {
      const bytes = Buffer.from(state?.sides[side]?.waiting ?? '', 'base64');
      this.#waiting[side].push(samplesOf(bytes));
    }
  }

  /** Takes the next mono samples of a side; a number means so many of silence. */
  take(side: Side, frames: Int16Array | number): void {
    let start = 0;
    const length = typeof frames === 'number' ? frames : frames.length;
    const lost = Math.min(length, this.#done - this.#received[side]);
    if (lost > 0) {
      start = lost;
      if (typeof frames !== 'number') this.late += lost;
    }
    this.#received[side] += length;
    if (length > start) {
      this.#waiting[side].push(typeof frames === 'number' ? frames - start : frames.subarray(start));
    }
    const [from, to] = this.#received;
    this.#combineUpTo(Math.min(from, to));
    if (Math.max(from, to) - this.#done > MAX_LEAD) this.#combineUpTo(Math.max(from, to) - LEAD_KEPT);
  }

  /** Combines what is left, once no side has more. */
  flush(): void {
    this.#combineUpTo(Math.max(...this.#received));
  }

  get state(): CombinedState {
    const side = (index: Side) => ({
      received: this.#received[index],
      waiting: Buffer.from(this.#waiting[index].copy()).toString('base64'),
    });
    return { done: this.#done, sides: [side(0), side(1)], late: this.late };
  }

  #combineUpTo(end: number): void {
    while (this.#done < end) {
      const frames = Math.min(BLOCK, end - this.#done);
      const left = new Int16Array(frames);
      const right = new Int16Array(frames);
      const silent = [this.#waiting[0].take(left), this.#waiting[1].take(right)].every((zero) => zero);
      if (silent) {
        this.#stereo?.zeros(4 * frames);
        this.#mix?.zeros(2 * frames);
      } else {
        if (this.#stereo !== undefined) {
          const out = new Int16Array(2 * frames);
          interleave(left, right, out, frames);
          this.#stereo.write(littleEndian(out, 2 * frames));
        }
        if (this.#mix !== undefined) {
          mix(left, right, left, frames);
          this.#mix.write(littleEndian(left, frames));
        }
      }
      this.#done += frames;
    }
  }
}

/** Samples in order, silence as a count. */
class FrameQueue {
  readonly #pieces: (Int16Array | number)[] = [];

  push(piece: Int16Array | number): void {
    const length = typeof piece === 'number' ? piece : piece.length;
    if (length > 0) this.#pieces.push(typeof piece === 'number' ? piece : piece.slice());
  }

  /** Moves samples into `out`, which is zero where there are none. Answers whether it was left as it was. */
  take(out: Int16Array): boolean {
    let silent = true;
    for (let at = 0; at < out.length && this.#pieces.length > 0; ) {
      const piece = this.#pieces[0]!;
      const room = out.length - at;
      if (typeof piece === 'number') {
        if (piece <= room) this.#pieces.shift();
        else this.#pieces[0] = piece - room;
        at += Math.min(piece, room);
      } else {
        silent = false;
        out.set(piece.subarray(0, room), at);
        if (piece.length <= room) this.#pieces.shift();
        else this.#pieces[0] = piece.subarray(room);
        at += Math.min(piece.length, room);
      }
    }
    return silent;
  }

  /** The bytes of all of them, 16-bit little-endian. */
  copy(): Uint8Array {
    const samples = this.#pieces.map((piece) => (typeof piece === 'number' ? new Int16Array(piece) : piece));
    return Buffer.concat(samples.map((piece) => littleEndian(piece, piece.length)));
  }
}
