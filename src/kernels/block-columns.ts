// Blocks as columns: a thousand of them a second must not be objects.

/** Blocks as columns of equal length; `count` of them are filled. Bounds count from where the first one's bytes do. */
export interface BlockColumns {
  count: number;
  readonly track: Uint16Array;
  /** Ticks relative to the Cluster's Timestamp. */
  readonly timecode: Int32Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
}
