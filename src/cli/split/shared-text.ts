// A text for which another thread stands still.

/** Longest text, bytes of UTF-8: inputs are paths and addresses, and what is longer is cut. */
const MAX_BYTES = 8192;

/** Memory of both threads: first the length, or -1 as long as nobody has answered. */
export type SharedText = SharedArrayBuffer;

export function newSharedText(): SharedText {
  const text = new SharedArrayBuffer(4 + MAX_BYTES);
  new Int32Array(text, 0, 1)[0] = -1;
  return text;
}

/** Answers. */
export function putText(shared: SharedText, text: string): void {
  const bytes = Buffer.from(text).subarray(0, MAX_BYTES);
  new Uint8Array(shared, 4).set(bytes);
  const length = new Int32Array(shared, 0, 1);
  Atomics.store(length, 0, bytes.length);
  Atomics.notify(length, 0);
}

/** Waits for the answer; not on the main thread. */
export function awaitText(shared: SharedText): string {
  const length = new Int32Array(shared, 0, 1);
  Atomics.wait(length, 0, -1);
  return Buffer.from(new Uint8Array(shared, 4, Atomics.load(length, 0))).toString();
}
