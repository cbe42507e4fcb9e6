// When the recordings of a process are brought to the disk: often enough for a power failure to take little away, and
// seldom enough for many calls at once not to hold each other up.

/**
 * What a power failure takes away of a call that goes on, at most, apart from the time that the disk takes, while no
 * more than a hundred calls are recorded in the process.
 */
const SYNC_MS = 5_000;

/**
 * Between two calls of a process that are brought to the disk: every commit of a file system's journal holds up whoever
 * writes. Measured at 500 calls, syncing each of them every five seconds doubles the longest delays.
 */
const SPACING_MS = 50;

/** Changes of the files that wait for the disk and stay in memory until then; reading waits when there are more. */
export const MAX_HELD_BYTES = 256 * 1024;

/** Recordings that keep a distance from each other. */
export class SyncGroup {
  readonly members = new Set<SyncPace>();
  #free = Number.NEGATIVE_INFINITY;

  /** When one that joins now may be brought to the disk first: calls that begin at one moment do not go on in step. */
  join(member: SyncPace, now: number): number {
    this.members.add(member);
    const first = Math.max(now, this.#free);
    this.#free = first + SPACING_MS;
    return first;
  }
}

const PROCESS = new SyncGroup();

/** The pace of one recording. Times are milliseconds of one clock. */
export class SyncPace {
  readonly #syncMs: number;
  readonly #group: SyncGroup;
  #last = Number.NEGATIVE_INFINITY;
  /** When it may happen for the first time. */
  #first = 0;
  /** What of the recording has been brought to the disk. */
  #secured = '';

  constructor(syncMs = SYNC_MS, group: SyncGroup = PROCESS) {
    this.#syncMs = syncMs;
    this.#group = group;
  }

  /**
   * Whether it is time. The caller then does it, and says so with `begin`.
   * @param standing What should not be lost again once it is there; a change of it is brought to the disk at once.
   * @param heldBytes Of changes that wait for the disk.
   */
  isDue(now: number, standing: string, heldBytes: number): boolean {
    const { members } = this.#group;
    if (!members.has(this)) this.#first = this.#group.join(this, now);
    const pause = Math.max(this.#syncMs, SPACING_MS * (members.size - 1));
    const due =
      (this.#secured !== standing && now >= this.#first) ||
      now - Math.max(this.#last, this.#first) >= pause ||
      heldBytes > MAX_HELD_BYTES;
    if (due) this.#secured = standing;
    return due;
  }

  /** It begins now: how long it takes is no part of the pause between two of them. */
  begin(now: number): void {
    this.#last = now;
  }

  /** The recording has ended. */
  leave(): void {
    this.#group.members.delete(this);
  }
}
