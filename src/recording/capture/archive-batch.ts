// One request to the archive that runs ahead of its turn, a few megabytes at most.
import type { MediaConnection } from './media-source.ts';
import { readWatched } from './watched-read.ts';

/** Bytes that are kept until it is this request's turn. */
const AHEAD_BYTES = 8 * 1024 * 1024;

type Take = (chunk: Uint8Array) => Promise<void> | undefined;

export class ArchiveBatch {
  /** The fragments that have not come yet. */
  readonly left: string[];
  readonly #sentinel: string | undefined;
  readonly #open: (numbers: readonly string[]) => Promise<MediaConnection>;
  #connection: MediaConnection | undefined;
  #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #take: Take | undefined;
  #turn: (() => void) | undefined;
  #done: Promise<{ error?: unknown }> | undefined;
  #closed = false;
  readonly #stallMs: number;

  /** @param stallMs Silence after which an answer counts as broken off, milliseconds. */
  constructor(
    numbers: readonly string[],
    sentinel: string | undefined,
    stallMs: number,
    open: (numbers: readonly string[]) => Promise<MediaConnection>,
  ) {
    this.left = [...numbers];
    this.#sentinel = sentinel;
    this.#stallMs = stallMs;
    this.#open = open;
  }

  /** Asks for what is left. */
  start(): void {
    this.#done = this.#run().then(
      () => ({}),
      (error: unknown) => ({ error }),
    );
  }

  /** Asks once more. */
  again(): void {
    if (this.left.length > 0 && !this.#closed) this.start();
  }

  /** Hands over what has come and what comes until the answer ends. True, unless it was closed. @throws SourceFault */
  async read(take: Take): Promise<boolean> {
    // One piece after the other, while those that come meanwhile wait their turn.
    while (this.#ahead.length > 0 && !this.#closed) {
      const chunk = this.#ahead.shift()!;
      this.#aheadBytes -= chunk.length;
      await take(chunk);
    }
    this.#take = take;
    this.#turn?.();
    const { error } = await this.#done!;
    this.#take = undefined;
    if (error !== undefined && !this.#closed) throw error;
    return !this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#turn?.();
  }

  async #run(): Promise<void> {
    this.#connection?.close();
    const connection = await this.#open(
      this.#sentinel === undefined ? this.left : [...this.left, this.#sentinel],
    );
    this.#connection = connection;
    if (this.#closed) {
      connection.close();
      return;
    }
    await readWatched(connection, this.#stallMs, (chunk) => {
      if (this.#take !== undefined) return this.#take(chunk);
      this.#ahead.push(new Uint8Array(chunk));
      this.#aheadBytes += chunk.length;
      if (this.#aheadBytes < AHEAD_BYTES) return undefined;
      return new Promise((resolve) => {
        this.#turn = resolve;
      });
    });
  }
}
