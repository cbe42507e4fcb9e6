// What has been received of a stream and may still be needed.

const INITIAL_BYTES = 64 * 1024;

export class ReceivedBytes {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  /** Offset in the stream of the first byte kept, and how many are kept. */
  #base = 0;
  #length = 0;

  add(chunk: Uint8Array): void {
    const wanted = this.#length + chunk.length;
    if (wanted > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(2 * wanted);
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = wanted;
  }

  /** A copy of the bytes between two offsets of the stream. */
  slice(start: number, end: number): Buffer {
    return Buffer.from(this.#bytes.subarray(start - this.#base, end - this.#base));
  }

  /** Lets go of all bytes before an offset. */
  forget(before: number): void {
    const from = before - this.#base;
    this.#bytes.copyWithin(0, from, this.#length);
    this.#length -= from;
    this.#base = before;
  }
}
