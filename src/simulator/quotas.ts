// The service's quotas per stream ("Amazon Kinesis Video Streams service quotas"), each of which can be lifted.
import type { Operation } from './operations.ts';
import { ServiceError } from './service-error.ts';

export interface Quotas {
  /** Requests a second, per stream; ListStreams per account. */
  readonly requestsPerSecond: Readonly<Record<Operation, number>>;
  /** Connections of one stream at the same time. */
  readonly connections: Readonly<Record<'GetMedia' | 'GetMediaForFragmentList' | 'PutMedia', number>>;
  /** Bytes a second on one connection. */
  readonly bytesPerSecond: number;
}

/** What may be given in place of some of them. */
export interface QuotaOptions {
  readonly requestsPerSecond?: Partial<Quotas['requestsPerSecond']>;
  readonly connections?: Partial<Quotas['connections']>;
  readonly bytesPerSecond?: number;
}

/** Control plane: 5 a second for a stream, 50 for ListStreams; media and archived media: 5 a second and 25 MB/s. */
const SERVICE: Quotas = {
  requestsPerSecond: {
    DescribeStream: 5,
    GetDataEndpoint: 5,
    GetMedia: 5,
    GetMediaForFragmentList: 5,
    ListFragments: 5,
    ListStreams: 50,
    PutMedia: 5,
  },
  connections: { GetMedia: 3, GetMediaForFragmentList: 5, PutMedia: 1 },
  bytesPerSecond: 25_000_000,
};

const WINDOW_MS = 1000;

/** The quotas to hold a client to; `false` lifts all of them, numbers replace some. */
export function quotas(options: boolean | QuotaOptions): Quotas {
  if (options === true) return SERVICE;
  if (options === false) return { ...lifted, bytesPerSecond: Number.POSITIVE_INFINITY };
  return {
    requestsPerSecond: { ...SERVICE.requestsPerSecond, ...options.requestsPerSecond },
    connections: { ...SERVICE.connections, ...options.connections },
    bytesPerSecond: options.bytesPerSecond ?? SERVICE.bytesPerSecond,
  };
}

const unlimited = <K extends string>(of: Readonly<Record<K, number>>) =>
  Object.fromEntries(Object.keys(of).map((key) => [key, Number.POSITIVE_INFINITY])) as Record<K, number>;

const lifted = {
  requestsPerSecond: unlimited(SERVICE.requestsPerSecond),
  connections: unlimited(SERVICE.connections),
};

/** Counts requests and connections, and refuses what is too much. */
export class QuotaKeeper {
  readonly limits: Quotas;
  /** Times of the newest requests, per operation and stream. */
  readonly #recent = new Map<string, number[]>();
  readonly #open = new Map<string, number>();

  constructor(limits: Quotas) {
    this.limits = limits;
  }

  /** @throws ServiceError ClientLimitExceededException. */
  request(operation: Operation, stream: string, now = Date.now()): void {
    const limit = this.limits.requestsPerSecond[operation];
    if (limit === Number.POSITIVE_INFINITY) return;
    const key = `${operation} ${stream}`;
    const recent = (this.#recent.get(key) ?? []).filter((at) => at > now - WINDOW_MS);
    this.#recent.set(key, recent);
    if (recent.length >= limit) {
      throw new ServiceError(
        'ClientLimitExceededException',
        `Limit exceeded on number of requests for ${operation} API for resource '${stream}'`,
      );
    }
    recent.push(now);
  }

  /**
   * Counts a connection until the function it answers is called.
   * @throws ServiceError as the service's table has it: ConnectionLimitExceededException where the operation knows it.
   */
  connection(operation: keyof Quotas['connections'], stream: string): () => void {
    const key = `${operation} ${stream}`;
    const open = this.#open.get(key) ?? 0;
    if (open >= this.limits.connections[operation]) {
      throw new ServiceError(
        // The archive's model has no ConnectionLimitExceededException.
        operation === 'GetMediaForFragmentList'
          ? 'ClientLimitExceededException'
          : 'ConnectionLimitExceededException',
        `Limit exceeded on number of connections for ${operation} API for resource '${stream}'`,
      );
    }
    this.#open.set(key, open + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }
}
