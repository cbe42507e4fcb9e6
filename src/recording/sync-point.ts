// A state of files that is to outlast a power failure.

/** New bytes for a place in a file. */
export interface Patch {
  position: number;
  bytes: Uint8Array;
}

/**
 * Everything written before the point is brought to the disk by `written`; then a checkpoint of that state, with
 * `patches`, is; then `kept` is called. A process that goes on from that checkpoint cuts off what came after it, but
 * cannot undo what was changed in place: such changes of bytes before the point wait for the next one.
 */
export interface SyncPoint<Change extends Patch = Patch> {
  /** Changes of earlier bytes that have waited for this point. They go on record with it. */
  readonly patches: readonly Change[];
  /** Settled when everything written before the point is on the disk. */
  written(): Promise<void>;
  /** The checkpoint is on the disk as well: the patches are written into the files. */
  kept(): void;
}

/** Several points that were taken at the same moment as one. */
export function joinSyncPoints<Change extends Patch>(
  points: readonly SyncPoint<Change>[],
): SyncPoint<Change> {
  return {
    patches: points.flatMap(({ patches }) => patches),
    async written() {
      for (const point of points) await point.written();
    },
    kept() {
      for (const point of points) point.kept();
    },
  };
}
