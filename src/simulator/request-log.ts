// The requests that came in, for tests and for people who look on.
import type { BodyEnd } from './body-writer.ts';
import type { Operation } from './operations.ts';

export interface RequestRecord {
  /** As in the answer's x-amzn-RequestId. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null for a path that is no operation's. */
  readonly operation: Operation | null;
  /** Name of the stream, once it is known. */
  stream: string | null;
  /** The body, where it is JSON; PutMedia's headers. */
  parameters: unknown;
  readonly accessKeyId: string | null;
  /** Null until it is answered. */
  status: number | null;
  /** Error type it was answered with. */
  error: string | null;
  /** Of an answer with media: what was sent, and how it ended; null while it goes on. */
  fragments: number;
  bytes: number;
  ended: BodyEnd | null;
}

/** Most records that are kept. */
const KEPT = 10_000;

export class RequestLog {
  readonly #records: RequestRecord[] = [];

  add(record: RequestRecord): void {
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.splice(0, KEPT / 2);
  }

  /** The requests, oldest first; of one operation, if named. */
  list(operation?: Operation): readonly RequestRecord[] {
    return operation === undefined
      ? [...this.#records]
      : this.#records.filter((record) => record.operation === operation);
  }

  clear(): void {
    this.#records.length = 0;
  }
}
