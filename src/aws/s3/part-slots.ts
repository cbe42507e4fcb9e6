// A bound on the parts that are in memory at the same time, however many uploads go on, and the memory for them: used
// again for part after part, since what is left to the garbage collector stays for long.

/** Memory of `length` bytes to read a part into, until the work for which it was given is done. */
export type Room = (length: number) => Buffer;

export class PartSlots {
  readonly #free: Room[];
  readonly #waiting: ((room: Room) => void)[] = [];

  /** @param count Parts at the same time, from 1. */
  constructor(count: number) {
    this.#free = Array.from({ length: count }, newRoom);
  }

  /** Does the work when a slot is free, first come, first served. */
  async use<Value>(work: (room: Room) => Promise<Value>): Promise<Value> {
    const room = this.#free.pop() ?? (await new Promise<Room>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(room);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(room);
      else this.#free.push(room);
    }
  }
}

function newRoom(): Room {
  let memory = Buffer.alloc(0);
  return (length) => {
    if (memory.length < length) memory = Buffer.allocUnsafeSlow(length);
    return memory.subarray(0, length);
  };
}
