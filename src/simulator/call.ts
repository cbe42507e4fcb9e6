// One request on its way through the simulator: what operations get to work with.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestFaults } from './fault-board.ts';
import type { Operation } from './operations.ts';
import type { QuotaKeeper } from './quotas.ts';
import type { RequestRecord } from './request-log.ts';
import type { Streams } from './streams.ts';

/** The parts of a simulator that operations share. */
export interface Service {
  readonly streams: Streams;
  readonly quotas: QuotaKeeper;
  readonly sessionMs: number;
  /** Whether the fragment named in AfterFragmentNumber is sent again; asked once a request. */
  readonly afterFragmentInclusive: () => boolean;
  /** The order in which ListFragments tells fragments. */
  readonly listOrder: 'stream' | 'shuffled';
  readonly seed: number;
  /** Called for every fragment that was handed to a connection. */
  readonly onFragment: (sent: FragmentSent) => void;
}

/** A fragment whose last byte was handed to a connection. */
export interface FragmentSent {
  readonly stream: string;
  readonly number: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Bytes of the fragment. */
  readonly bytes: number;
  /** The request's id, as in the log. */
  readonly requestId: string;
}

export interface Call {
  readonly operation: Operation;
  readonly service: Service;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly record: RequestRecord;
  /** The faults of this request, asked for when its stream is known. */
  faults(stream: string | null): Promise<RequestFaults>;
  /** Answers with JSON. */
  answer(document: unknown): void;
}
