// Where a live or past stream comes from, as the capture engine sees it: it knows no SDK.
import type { KvsrecError } from '../../errors.ts';

/** Which of a fragment's two timestamps counts: the service's, or that of the producer. */
export type Clock = 'server' | 'producer';

/** Where a stream is to begin: GetMedia's StartSelector. Milliseconds count from the epoch. */
export type MediaStart =
  | { at: 'now' }
  | { at: 'earliest' }
  /** After the fragment with that number, or with it: the service is read both ways. */
  | { at: 'fragment'; number: string }
  | { at: 'time'; clock: Clock; ms: number }
  | { at: 'token'; token: string };

/** One answer of the service, whose bytes come as the service sends them. */
export interface MediaConnection {
  /**
   * Hands every piece to `take`, which owns it until it returns, or until what it returns is settled: no more are read
   * meanwhile. Resolves when the answer ends as it should, and after `close`.
   * @throws SourceFault where it breaks off; what `take` throws.
   */
  read(take: (chunk: Uint8Array) => Promise<void> | undefined): Promise<void>;
  /** Stops reading and lets go of the connection. */
  close(): void;
}

/** A fragment that the archive has. */
export interface ListedFragment {
  number: string;
  /** Milliseconds since the epoch; null where the service does not say. */
  producerMs: number | null;
  serverMs: number | null;
  durationMs: number;
}

/** What a stream retains: ListFragments and GetMediaForFragmentList. Both throw SourceFault. */
export interface ArchiveSource {
  /**
   * Pages of the fragments whose timestamp lies between, both ends included, in no particular order. Each takes a request,
   * before which `turn` is awaited.
   */
  list(
    range: { clock: Clock; startMs: number; endMs: number },
    signal: AbortSignal,
    turn?: () => Promise<void>,
  ): AsyncIterable<ListedFragment[]>;
  /** The fragments with these numbers, at most `MAX_ARCHIVE_REQUEST`, in that order. */
  open(numbers: readonly string[], signal: AbortSignal): Promise<MediaConnection>;
}

/** Fragments of one request (GetMediaForFragmentList API reference: 1 to 1,000). */
export const MAX_ARCHIVE_REQUEST = 1000;

export interface MediaSource {
  /** The stream as people know it. */
  readonly name: string;
  /** @throws SourceFault */
  open(start: MediaStart, signal: AbortSignal): Promise<MediaConnection>;
  readonly archive?: ArchiveSource | undefined;
}

/**
 * What went wrong with a source. `transient`: the same request may well succeed a little later; `throttled`: it will when
 * fewer are made; `fatal`: it will not.
 */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';

  constructor(
    readonly kind: 'transient' | 'throttled' | 'fatal',
    /** For people. */
    readonly error: KvsrecError,
  ) {
    super(error.message, { cause: error });
  }
}
