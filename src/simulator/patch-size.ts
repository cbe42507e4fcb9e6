// Makes a known element size unknown in place, for a Segment that is sent in other parts than it was written.
import { vintWidth } from '../ebml/vint.ts';
import { unknownSizeBytes } from './ebml-writer.ts';

/** Rewrites the size field at `at`; its width stays. */
export function patchUnknownSize(bytes: Uint8Array, at: number): void {
  const width = at < bytes.length ? vintWidth(bytes[at]!) : 9;
  if (at < 0 || width > 8 || at + width > bytes.length) return;
  bytes.set(unknownSizeBytes(width), at);
}
