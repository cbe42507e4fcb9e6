// Where in the script's audio a session's audio lies. A client may begin anywhere, send a passage again, or send
// silence of its own: what has been heard is told from the samples, which are compared with those of the call.

/** The call's audio, mono, at the sessions' rate. */
export interface ReferenceAudio {
  from?: Int16Array | undefined;
  to?: Int16Array | undefined;
}

export type ScriptDirection = 'from' | 'to';

/** A passage of the call that a session has received: where it is in the call and where in the session, in frames. */
export interface Heard {
  callStart: number;
  callEnd: number;
  /** Frames to add to a place in the session to get the place in the call. */
  shift: number;
}

/** Follows one session. */
export interface AudioLocator {
  /** Takes the next frames, one array per channel. */
  push(channels: readonly Int16Array[]): void;
  /** What was heard so far, in the order of arrival; the last one grows. */
  readonly heard: readonly Heard[];
  /** Whose audio a channel carries; undefined where that cannot be told (yet). */
  directionOf(channel: number): ScriptDirection | undefined;
}

/** Samples of a fingerprint, and how many have to agree after it before it is believed. */
const WINDOW = 64;
const PROOF = 192;
const BASE = 0x01000193;
const BASE_TO_WINDOW = power(BASE, WINDOW);
/** An ambiguous fingerprint. */
const MANY = -1;

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/** One direction's audio with the fingerprints of its windows. */
class Track {
  readonly places = new Map<number, number>();

  constructor(
    readonly direction: ScriptDirection,
    readonly samples: Int16Array,
  ) {
    for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
      let hash = 0;
      let flat = true;
      for (let i = at; i < at + WINDOW; i++) {
        hash = (Math.imul(hash, BASE) + samples[i]!) | 0;
        if (samples[i] !== samples[at]) flat = false;
      }
      if (!flat) this.places.set(hash, this.places.has(hash) ? MANY : at);
    }
  }
}

/** Fingerprints of a call's audio, made once for all sessions. */
export class Reference {
  readonly tracks: readonly Track[];

  constructor({ from, to }: ReferenceAudio) {
    this.tracks = [...(from ? [new Track('from', from)] : []), ...(to ? [new Track('to', to)] : [])];
  }

  locator(channels: number): AudioLocator {
    return new ReferenceLocator(this, channels);
  }
}

class ReferenceLocator implements AudioLocator {
  readonly heard: Heard[] = [];
  /** Per channel, the tracks it may be. */
  readonly #candidates: (readonly Track[])[];
  readonly #unplaced: Int16Array[];
  #received = 0;
  #placed = false;

  constructor(reference: Reference, channels: number) {
    this.#candidates = Array.from({ length: channels }, (_, channel) =>
      channels === 1
        ? reference.tracks
        : reference.tracks.filter(({ direction }) => direction === (channel === 0 ? 'from' : 'to')),
    );
    this.#unplaced = Array.from({ length: channels }, () => new Int16Array(0));
  }

  directionOf(channel: number): ScriptDirection | undefined {
    const tracks = this.#candidates[channel] ?? [];
    return tracks.length === 1 ? tracks[0]!.direction : undefined;
  }

  push(channels: readonly Int16Array[]): void {
    const frames = channels[0]!.length;
    let done = 0;
    if (this.#placed) {
      done = this.#agreeing(channels, this.heard.at(-1)!.callEnd);
      this.heard.at(-1)!.callEnd += done;
      this.#received += done;
      if (done === frames) return;
      this.#placed = false;
    }
    for (const [channel, samples] of channels.entries()) {
      const before = this.#unplaced[channel]!;
      const joined = new Int16Array(before.length + frames - done);
      joined.set(before);
      joined.set(samples.subarray(done), before.length);
      this.#unplaced[channel] = joined;
    }
    this.#received += frames - done;
    this.#place();
  }

  /** Frames, from the first, that are as in the call from `at` on. */
  #agreeing(channels: readonly Int16Array[], at: number): number {
    let agreeing = channels[0]!.length;
    for (const [channel, samples] of channels.entries()) {
      const track = this.#trackOf(channel);
      if (track === undefined) continue;
      for (let i = 0; i < agreeing; i++) if (samples[i] !== (track.samples[at + i] ?? 0)) agreeing = i;
    }
    return agreeing;
  }

  #trackOf(channel: number): Track | undefined {
    const tracks = this.#candidates[channel]!;
    return tracks.length === 1 ? tracks[0] : undefined;
  }

  /** The earliest place that any channel is known by: both directions may begin to speak at nearly the same time. */
  #first(): { channel: number; track: Track; at: number; place: number } | undefined {
    let first: { channel: number; track: Track; at: number; place: number } | undefined;
    for (const [channel, samples] of this.#unplaced.entries()) {
      for (const track of this.#candidates[channel]!) {
        const found = find(track, samples);
        if (found !== undefined && found.at < (first?.at ?? Number.POSITIVE_INFINITY)) {
          first = { channel, track, ...found };
        }
      }
    }
    return first;
  }

  #place(): void {
    const found = this.#first();
    if (found !== undefined) {
      const { channel, track, at, place } = found;
      this.#candidates[channel] = [track];
      const start = this.#received - this.#unplaced[channel]!.length + at;
      const waiting = this.#unplaced.map((samples) => samples.subarray(at));
      const agreeing = this.#agreeing(waiting, place);
      this.heard.push({ callStart: place, callEnd: place + agreeing, shift: place - start });
      this.#placed = agreeing === waiting[0]!.length;
      for (const [other, rest] of waiting.entries()) {
        this.#unplaced[other] = this.#placed ? new Int16Array(0) : rest.slice(Math.max(agreeing, 1));
      }
      if (!this.#placed) this.#place();
      return;
    }
    // What has been looked at in vain is not looked at again.
    const keep = WINDOW + PROOF;
    for (const [channel, samples] of this.#unplaced.entries()) {
      if (samples.length > keep) this.#unplaced[channel] = samples.slice(samples.length - keep);
    }
  }
}

/** The first place of `samples` that has a fingerprint of the track and goes on as the track does. */
function find(track: Track, samples: Int16Array): { at: number; place: number } | undefined {
  let hash = 0;
  for (let i = 0; i < samples.length - PROOF; i++) {
    hash = (Math.imul(hash, BASE) + samples[i]!) | 0;
    if (i >= WINDOW) hash = (hash - Math.imul(BASE_TO_WINDOW, samples[i - WINDOW]!)) | 0;
    const at = i - WINDOW + 1;
    if (at < 0) continue;
    const place = track.places.get(hash);
    if (place === undefined || place === MANY) continue;
    let agreeing = 0;
    while (agreeing < WINDOW + PROOF && samples[at + agreeing] === track.samples[place + agreeing])
      agreeing++;
    if (agreeing === WINDOW + PROOF) return { at, place };
  }
  return undefined;
}

/** Without a call to compare with: a session's first frame is the script's first. */
export class PlainLocator implements AudioLocator {
  readonly heard: Heard[] = [];
  readonly #channels: number;

  constructor(channels: number) {
    this.#channels = channels;
  }

  directionOf(channel: number): ScriptDirection | undefined {
    return this.#channels === 1 ? undefined : channel === 0 ? 'from' : 'to';
  }

  push(channels: readonly Int16Array[]): void {
    const [only] = this.heard;
    if (only) only.callEnd += channels[0]!.length;
    else this.heard.push({ callStart: 0, callEnd: channels[0]!.length, shift: 0 });
  }
}
