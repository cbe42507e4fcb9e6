// The outline of a waveform: the extremes and the loudness of equal pieces of audio, in memory that does not grow.

/** Samples of a piece at first: 4 ms at 8 kHz. */
const FIRST_PIECE = 32;

/** Most pieces: 17 minutes at 4 ms. Where there would be more, pieces are joined in pairs; three hours get 64 ms. */
const MAX_PIECES = 2 ** 18;

/** Equal pieces of one lane's audio; samples are 16-bit. */
export interface Peaks {
  /** Samples of a piece; the last one may have fewer. */
  samplesPerPiece: number;
  /** Lowest and highest sample of each piece, and the root of its mean square. */
  low: Int16Array;
  high: Int16Array;
  rms: Uint16Array;
}

export class PeakMeter {
  readonly #maxPieces: number;
  #samplesPerPiece = FIRST_PIECE;
  #count = 0;
  #low: Int16Array;
  #high: Int16Array;
  /** Sums of squares. */
  #energy: Float64Array;
  /** Samples in the piece that is not full yet. */
  #filled = 0;

  /** @param maxPieces An even number; only tests give one. */
  constructor(maxPieces: number = MAX_PIECES) {
    this.#maxPieces = maxPieces;
    this.#low = new Int16Array(maxPieces);
    this.#high = new Int16Array(maxPieces);
    this.#energy = new Float64Array(maxPieces);
  }

  /** Takes the next samples. */
  push(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      if (this.#filled === 0) this.#open();
      const stop = Math.min(samples.length, at + this.#samplesPerPiece - this.#filled);
      const piece = this.#count - 1;
      let low = this.#low[piece]!;
      let high = this.#high[piece]!;
      let energy = 0;
      for (let i = at; i < stop; i++) {
        const sample = samples[i]!;
        if (sample < low) low = sample;
        if (sample > high) high = sample;
        energy += sample * sample;
      }
      this.#low[piece] = low;
      this.#high[piece] = high;
      this.#energy[piece]! += energy;
      this.#filled = (this.#filled + stop - at) % this.#samplesPerPiece;
      at = stop;
    }
  }

  /** What was taken so far. */
  peaks(): Peaks {
    const count = this.#count;
    const rms = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      const partial = i === count - 1 && this.#filled > 0;
      rms[i] = Math.round(Math.sqrt(this.#energy[i]! / (partial ? this.#filled : this.#samplesPerPiece)));
    }
    return {
      samplesPerPiece: this.#samplesPerPiece,
      low: this.#low.slice(0, count),
      high: this.#high.slice(0, count),
      rms,
    };
  }

  /** Begins a piece; every piece starts at silence, which all audio passes through. */
  #open(): void {
    if (this.#count === this.#maxPieces) this.#halve();
    this.#low[this.#count] = 0;
    this.#high[this.#count] = 0;
    this.#energy[this.#count] = 0;
    this.#count++;
  }

  #halve(): void {
    for (let i = 0; i < this.#count / 2; i++) {
      this.#low[i] = Math.min(this.#low[2 * i]!, this.#low[2 * i + 1]!);
      this.#high[i] = Math.max(this.#high[2 * i]!, this.#high[2 * i + 1]!);
      this.#energy[i] = this.#energy[2 * i]! + this.#energy[2 * i + 1]!;
    }
    this.#count /= 2;
    this.#samplesPerPiece *= 2;
  }
}
