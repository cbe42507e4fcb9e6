// The call that a recording engine places, heard over its tap.

import { littleEndian } from '../../audio/byte-order.ts';
import { monoOf } from '../../audio/mix.ts';
import type { AudioTap, TappedTrack } from '../../recording/audio-tap.ts';
import type { TranscriptDirection } from '../../transcript/segment.ts';
import type { CallFacts, CallListener } from './call-audio.ts';

export interface TappedCallOptions {
  track: 'from' | 'to' | 'both';
  /** Told once of each other contact that is heard, and not listened to. */
  onOther?: (contactId: string | null) => void;
  /** Told once of a track that is not listened to, and why. */
  onUnheard?: (track: Pick<TappedTrack, 'direction' | 'number'>, reason: string) => void;
  /** The call that an earlier process has begun to listen to. */
  resumed?: CallFacts | undefined;
}

/** A call whose id comes late goes on within so much time: what comes later is another one, milliseconds. */
const LATE_ID_MS = 10_000;

/** Hands the audio of the first contact that is heard to a listener. */
export class TappedCall implements AudioTap {
  /** Milliseconds of the call so far. */
  lengthMs = 0;
  #call: CallFacts | undefined;
  /** The track that is heard as the direction `unknown`: a transcript has one channel for it. */
  #unknown: number | undefined;
  readonly #told = new Set<string | null>();
  readonly #unheard = new Set<string>();
  readonly #listener: CallListener;
  readonly #options: TappedCallOptions;
  #failure: unknown;

  constructor(listener: CallListener, options: TappedCallOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#call = options.resumed;
  }

  /** What the listener threw, if it did. */
  get failure(): unknown {
    return this.#failure;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Throws what the listener threw: a recording goes on whatever becomes of its transcript. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  audio(track: TappedTrack, position: number, bytes: Uint8Array): void {
    if (this.#failure !== undefined || !this.#listens(track)) return;
    try {
      const { sampleRate } = track.format;
      const { direction } = track;
      this.#call ??= this.#begin(track, direction);
      if (this.#call.contactId === null && track.contactId !== null) this.#name(track.contactId);
      if (sampleRate !== this.#call.sampleRate) {
        this.#tellUnheard(track, `it has ${sampleRate} samples a second, unlike the other direction`);
        return;
      }
      if (!this.#call.directions.includes(direction)) {
        const said =
          direction === 'unknown' ? 'it does not say whose it is, and' : 'it says whose it is, but';
        this.#tellUnheard(
          track,
          `${said} the track that the call began with ${direction === 'unknown' ? 'does' : 'does not'}`,
        );
        return;
      }
      if (direction === 'unknown') {
        this.#unknown ??= track.number;
        if (track.number !== this.#unknown) {
          this.#tellUnheard(track, `neither it nor track ${this.#unknown}, which is heard, says whose it is`);
          return;
        }
      }
      const { channels } = track.format;
      const mono = channels === 1 ? null : monoOf(bytes, channels);
      const pcm = mono === null ? bytes : littleEndian(mono, mono.length);
      const place = position + this.#offsetOf(track);
      this.#listener.audio(direction, place, pcm);
      this.#advance(place + pcm.length / 2);
    } catch (error) {
      this.#failure = error;
    }
  }

  silence(track: TappedTrack, position: number, frames: number): void {
    if (this.#call === undefined || !this.#listens(track)) return;
    this.#advance(position + this.#offsetOf(track) + frames);
  }

  /** Audio before the call's first id is a recording of its own: what follows has a clock that began later. */
  #offsetOf({ startMs }: TappedTrack): number {
    const { startMs: begun, sampleRate } = this.#call!;
    return begun === null ? 0 : Math.round(((startMs - begun) * sampleRate) / 1000);
  }

  #name(contactId: string): void {
    this.#call = { ...this.#call!, contactId };
    this.#listener.named(contactId);
  }

  #isOfCall({ contactId, startMs }: TappedTrack): boolean {
    const { contactId: known, startMs: begun } = this.#call!;
    if (contactId !== known && contactId !== null && known !== null) return false;
    return begun === null || startMs <= begun + this.lengthMs + LATE_ID_MS;
  }

  #begin(track: TappedTrack, direction: TranscriptDirection) {
    const { contactId, startMs } = track;
    const { sampleRate } = track.format;
    const { track: wanted } = this.#options;
    const directions: readonly TranscriptDirection[] =
      direction === 'unknown' ? ['unknown'] : wanted === 'both' ? ['from', 'to'] : [wanted];
    const facts = { contactId, startMs, sampleRate, directions };
    this.#listener.begin(facts);
    return facts;
  }

  /** Whether the track is one of the call, and its samples can be understood. */
  #listens(track: TappedTrack): boolean {
    const { track: wanted, onOther } = this.#options;
    const { contactId, direction, format } = track;
    if (this.#call !== undefined && !this.#isOfCall(track)) {
      if (!this.#told.has(contactId)) onOther?.(contactId);
      this.#told.add(contactId);
      return false;
    }
    if (wanted !== 'both' && direction !== 'unknown' && direction !== wanted) return false;
    if (format.kind === 'pcm') return true;
    this.#tellUnheard(track, `its audio is ${format.encoding}`);
    return false;
  }

  #tellUnheard({ direction, number }: TappedTrack, reason: string): void {
    const key = direction === 'unknown' ? `track ${number}` : direction;
    if (!this.#unheard.has(key)) this.#options.onUnheard?.({ direction, number }, reason);
    this.#unheard.add(key);
  }

  #advance(frames: number): void {
    if (this.#call === undefined) return;
    this.lengthMs = Math.max(this.lengthMs, (frames * 1000) / this.#call.sampleRate);
  }
}
