// A session counts the audio it was sent. Where that is in the call: it may have begun anywhere, and silence may have
// been put in that is no part of the call.

interface Piece {
  /** Frame of the session where the piece begins. */
  session: number;
  /** Frame of the call that it carries. */
  call: number;
  /** False for silence of our own, during which the call's clock stands still. */
  runs: boolean;
}

export class SessionClock {
  readonly #sampleRate: number;
  readonly #pieces: Piece[];
  /** Frames sent so far. */
  sent = 0;

  /** @param start The frame of the call with which the session begins. */
  constructor(start: number, sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#pieces = [{ session: 0, call: start, runs: true }];
  }

  /** The frame of the call that comes next. */
  get position(): number {
    const last = this.#pieces.at(-1)!;
    return last.call + (last.runs ? this.sent - last.session : 0);
  }

  /** Counts frames of the call, from `position` on. */
  audio(frames: number): void {
    this.#go(true, this.position);
    this.sent += frames;
  }

  /** Counts frames of silence that is not the call's. */
  silence(frames: number): void {
    this.#go(false, this.position);
    this.sent += frames;
  }

  /** Goes on further on in the call: silence of our own has stood in for the frames between. */
  skip(frames: number): void {
    this.#pieces.push({ session: this.sent, call: this.position + frames, runs: true });
  }

  /** Milliseconds of the session as milliseconds of the call. */
  toCallMs(sessionMs: number): number {
    const frame = (sessionMs * this.#sampleRate) / 1000;
    let index = this.#pieces.length - 1;
    while (index > 0 && this.#pieces[index]!.session > frame) index--;
    const piece = this.#pieces[index]!;
    const call = piece.call + (piece.runs ? frame - piece.session : 0);
    return (call * 1000) / this.#sampleRate;
  }

  #go(runs: boolean, call: number): void {
    if (this.#pieces.at(-1)!.runs !== runs) this.#pieces.push({ session: this.sent, call, runs });
  }
}
