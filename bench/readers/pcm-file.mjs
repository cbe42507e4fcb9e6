// A raw PCM file written in large pieces. Every contestant writes through it, so that only reading differs.

import { closeSync, openSync, writevSync } from 'node:fs';

const PIECE_BYTES = 1 << 20;
// The most buffers one call takes on Linux.
const PIECE_BUFFERS = 1024;

export class PcmFile {
  #file;
  #waiting = [];
  #waitingBytes = 0;

  constructor(path) {
    this.#file = openSync(path, 'w');
  }

  /** Takes a payload, which must not change afterwards. */
  write(payload) {
    this.#waiting.push(payload);
    this.#waitingBytes += payload.length;
    if (this.#waitingBytes >= PIECE_BYTES || this.#waiting.length >= PIECE_BUFFERS) this.#flush();
  }

  close() {
    this.#flush();
    closeSync(this.#file);
  }

  #flush() {
    if (this.#waitingBytes === 0) return;
    const written = writevSync(this.#file, this.#waiting);
    if (written !== this.#waitingBytes) throw new Error('a short write');
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
