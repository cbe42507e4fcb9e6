// What has become of a growing upload so far: plain data, for a process that takes it up later.

import type { ObjectTarget } from './object-target.ts';

/** A part that S3 has. */
export interface SentPart {
  number: number;
  /** Bytes. */
  size: number;
  etag: string;
  /** CRC-32 of its bytes. */
  crc32: number;
}

export interface GrowingState {
  version: 1;
  target: ObjectTarget;
  /** Null until the first part is sent. */
  uploadId: string | null;
  /** Bytes from the beginning that were said to be final. */
  settled: number;
  parts: SentPart[];
}

/** Settled bytes of whole parts that S3 does not have yet, the first part's aside, which goes last. */
export interface GrowingBacklog {
  bytes: number;
  /** What kept the last part from being sent, if anything did. */
  problem: Error | null;
}
