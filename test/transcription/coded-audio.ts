// Audio of a call of any length that takes no memory: every pair of samples of somebody who speaks tells where in the
// call it is, and what is silence is zero.

import type { AudioLocator, Heard, ScriptDirection } from '../../src/simulator/transcribe/locator.ts';
import type { ScriptSegment } from '../../src/simulator/transcribe/script.ts';
import { RATE } from './call.ts';

/** Loud enough to be heard; even samples are above zero by their code, odd ones below. */
const LOUD = 1000;
const CODE_BITS = 14;
const CODE = (1 << CODE_BITS) - 1;

/** Samples of a place in the call, which counts frames. */
function coded(frame: number): number {
  const pair = frame >> 1;
  return frame % 2 === 0 ? LOUD + (pair & CODE) : -LOUD - (pair >> CODE_BITS);
}

/** One direction's audio, asked for from the beginning to the end, or again from not far back. */
export class CodedTrack {
  readonly #spoken: readonly { begin: number; end: number }[];
  #at = 0;

  constructor(segments: readonly ScriptSegment[], direction: ScriptDirection) {
    this.#spoken = segments
      .filter((one) => one.direction === direction)
      .map(({ startMs, endMs }) => ({ begin: (startMs * RATE) / 1000, end: (endMs * RATE) / 1000 }));
  }

  /** Fills `out` with the samples from a frame on. */
  read(frame: number, out: Int16Array): void {
    out.fill(0);
    const until = frame + out.length;
    while (this.#at > 0 && this.#spoken[this.#at - 1]!.end > frame) this.#at--;
    while (this.#at < this.#spoken.length && this.#spoken[this.#at]!.end <= frame) this.#at++;
    for (let i = this.#at; i < this.#spoken.length && this.#spoken[i]!.begin < until; i++) {
      const { begin, end } = this.#spoken[i]!;
      for (let at = Math.max(begin, frame); at < Math.min(end, until); at++) out[at - frame] = coded(at);
    }
  }
}

/** Follows a session of both directions, and checks that what it gets is the call without a sample too many. */
export class CodedLocator implements AudioLocator {
  readonly heard: Heard[] = [];
  /** Samples that were not those of their place. */
  wrong = 0;
  readonly #tracks: readonly CodedTrack[];
  readonly #before: (readonly Int16Array[])[] = [];
  #expected = new Int16Array(0);
  #framesBefore = 0;

  constructor(segments: readonly ScriptSegment[]) {
    this.#tracks = [new CodedTrack(segments, 'from'), new CodedTrack(segments, 'to')];
  }

  directionOf(channel: number): ScriptDirection {
    return channel === 0 ? 'from' : 'to';
  }

  push(channels: readonly Int16Array[]): void {
    const [passage] = this.heard;
    if (passage !== undefined) {
      this.#check(channels, passage.callEnd);
      passage.callEnd += channels[0]!.length;
      return;
    }
    this.#before.push(channels);
    const place = placeOf(channels);
    if (place === undefined) {
      this.#framesBefore += channels[0]!.length;
      return;
    }
    const callStart = place - this.#framesBefore;
    const begun = { callStart, callEnd: callStart, shift: callStart };
    this.heard.push(begun);
    for (const piece of this.#before.splice(0)) this.push(piece);
  }

  #check(channels: readonly Int16Array[], frame: number): void {
    for (const [channel, samples] of channels.entries()) {
      if (this.#expected.length !== samples.length) this.#expected = new Int16Array(samples.length);
      this.#tracks[channel]!.read(frame, this.#expected);
      for (let i = 0; i < samples.length; i++) if (samples[i] !== this.#expected[i]) this.wrong++;
    }
  }
}

/** Where in the call the first of these frames is; undefined where nobody speaks in them. */
function placeOf(channels: readonly Int16Array[]): number | undefined {
  for (const samples of channels) {
    const at = samples.findIndex((sample, i) => sample > 0 && samples[i + 1]! < 0);
    if (at < 0) continue;
    const pair = (samples[at]! - LOUD) | ((-samples[at + 1]! - LOUD) << CODE_BITS);
    return 2 * pair - at;
  }
  return undefined;
}
