// The bytes of a connection that no complete fragment has claimed yet, for whoever keeps the dump as it came.

export class RawTail {
  #chunks: Uint8Array[] = [];
  /** Stream offset of the first byte that is kept. */
  #start = 0;

  push(chunk: Uint8Array): void {
    this.#chunks.push(new Uint8Array(chunk));
  }

  /** Takes the bytes before stream offset `boundary` out. */
  take(boundary: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    while (this.#start < boundary && this.#chunks.length > 0) {
      const first = this.#chunks[0]!;
      const wanted = boundary - this.#start;
      if (first.length <= wanted) {
        taken.push(first);
        this.#chunks.shift();
        this.#start += first.length;
      } else {
        taken.push(first.subarray(0, wanted));
        this.#chunks[0] = first.subarray(wanted);
        this.#start = boundary;
      }
    }
    return taken;
  }
}
