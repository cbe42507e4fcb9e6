// How far the call has been answered: where the next session has to begin, so that no word is lost and little is sent
// twice.

/** Audio counts as heard where a sample is as far from silence as this; about -42 dB of full scale. */
const AUDIBLE = 256;

export interface AnsweredOptions {
  sampleRate: number;
  channels: number;
  /** Quiet audio of this age needs no answer any more. */
  quietMs: number;
  /** Audio of this age is not sent again, even if nothing has answered it: music on hold, for example. */
  keepMs: number;
}

interface Channel {
  /** Call frame up to which final results have come. */
  end: number;
  /** Where partial results begin that have no final one yet, by result. */
  open: Map<string, number>;
  /** Begins of audible pieces that lie beyond `end`, in order. */
  audible: number[];
}

/** Positions are frames of the call. */
export class Answered {
  readonly #options: AnsweredOptions;
  readonly #channels: Channel[];
  readonly #quiet: number;
  readonly #keep: number;
  /** Sent so far, in any session. */
  sent = 0;

  constructor(options: AnsweredOptions) {
    this.#options = options;
    this.#quiet = (options.quietMs * options.sampleRate) / 1000;
    this.#keep = (options.keepMs * options.sampleRate) / 1000;
    this.#channels = Array.from({ length: options.channels }, () => ({
      end: 0,
      open: new Map(),
      audible: [],
    }));
  }

  /** Notes what was sent: interleaved samples of the call from `position` on. Answers whether any of it is audible. */
  note(position: number, pcm: Buffer, frames: number): boolean {
    const count = this.#channels.length;
    let heard = false;
    for (const [index, channel] of this.#channels.entries()) {
      if (!isAudible(pcm, index, count)) continue;
      heard = true;
      const last = channel.audible.at(-1) ?? -1;
      if (position > last && position + frames > channel.end) channel.audible.push(position);
    }
    this.sent = Math.max(this.sent, position + frames);
    const oldest = this.sent - this.#keep;
    for (const { audible } of this.#channels) {
      while (audible.length > 0 && audible[0]! < oldest) audible.shift();
    }
    return heard;
  }

  /** A partial result that begins at `start`. */
  open(channel: number, id: string, start: number): void {
    this.#channels[channel]?.open.set(id, start);
  }

  /** A final result up to `end`. */
  final(channel: number, id: string, end: number): void {
    const target = this.#channels[channel];
    if (target === undefined) return;
    target.open.delete(id);
    this.#settle(target, end);
  }

  /** What nobody answers although it was heard twice is given up, up to `end`. */
  giveUp(end: number): void {
    for (const channel of this.#channels) this.#settle(channel, end);
  }

  #settle(channel: Channel, end: number): void {
    channel.end = Math.max(channel.end, end);
    const { audible } = channel;
    // A piece that reaches beyond the end may hold the next word, but the end lies in its first half as a rule.
    while (audible.length > 0 && audible[0]! < channel.end) audible.shift();
    for (const [id, start] of channel.open) if (start < channel.end) channel.open.delete(id);
  }

  /** Call frame up to which a channel has been answered with final results. */
  end(channel: number): number {
    return this.#channels[channel]!.end;
  }

  /** Whether partial results wait for their final one. */
  get waits(): boolean {
    return this.#channels.some(({ open }) => open.size > 0);
  }

  /** Whether anything audible, or begun, has not been answered. */
  get missing(): boolean {
    return this.#channels.some(({ open, audible }) => open.size > 0 || audible.length > 0);
  }

  /** Where a session that takes over has to begin. */
  resumeAt(): number {
    return this.#before(Math.min(this.sent, ...this.#channels.flatMap(({ audible }) => audible[0] ?? [])));
  }

  /** The same where audible audio that a session has made nothing of for long, noise on the line, counts as heard. */
  leaveAt(): number {
    return this.#before(this.sent);
  }

  #before(latest: number): number {
    let at = latest;
    for (const { end, open } of this.#channels) {
      at = Math.min(at, Math.max(end, this.sent - this.#quiet), ...open.values());
    }
    // The beginning of a word is quieter than the rest of it.
    const margin = this.#options.sampleRate / 5;
    return Math.max(0, Math.floor(Math.max(at - margin, this.sent - this.#keep)));
  }
}

function isAudible(pcm: Buffer, channel: number, channels: number): boolean {
  for (let i = 2 * channel; i + 1 < pcm.length; i += 2 * channels) {
    const sample = ((pcm[i + 1]! << 24) >> 16) | pcm[i]!;
    if (sample > AUDIBLE || sample < -AUDIBLE) return true;
  }
  return false;
}
