// A producer's Matroska to fragments as the service hands them out: a document each, with the service's tags.
import { CONTINUATION_TOKEN, FRAGMENT_NUMBER, MILLIS_BEHIND_NOW } from '../kvs/tags.ts';
import { DumpIndexer } from './dump-index.ts';
import { tagsElement } from './ebml-writer.ts';
import { parseFragment } from './parsed-fragment.ts';
import { patchUnknownSize } from './patch-size.ts';
import { NUMBER_STEP, type UnnumberedPiece } from './piece.ts';
import { ReceivedBytes } from './received-bytes.ts';
import { stampFragment, tagSeconds } from './stamp.ts';

/** A fragment as acknowledgements name it. */
export interface Named {
  /** Milliseconds, as the producer counts. */
  readonly timecode: number;
  readonly number: string;
}

export interface ProducerHandler {
  /** Milliseconds added to the producer's timecodes to count from the epoch. */
  readonly shiftMs: number;
  /** Number of the newest fragment of the stream. */
  previousNumber(): bigint;
  /** The first bytes of a fragment are in. */
  begun(named: Named): void;
  /** A fragment is complete: its document. */
  fragment(bytes: Buffer, named: Named): void;
}

/** Errors of acknowledgements and their ids (PutMedia API reference). */
export const ACK_ERRORS = {
  FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS: 4004,
  INVALID_MKV_DATA: 4006,
} as const;

export interface ProducerError extends Named {
  readonly code: keyof typeof ACK_ERRORS;
}

export class ProducerReader {
  /** What is wrong with what the producer sent; nothing more is taken then. */
  error: ProducerError | null = null;
  readonly #handler: ProducerHandler;
  readonly #indexer: DumpIndexer;
  readonly #received = new ReceivedBytes();
  /** The newest document's head, and where that document starts. */
  #head: Buffer = Buffer.alloc(0);
  #headAt = -1;
  #named: Named | null = null;
  #previousTimecode = Number.NEGATIVE_INFINITY;

  constructor(handler: ProducerHandler) {
    this.#handler = handler;
    this.#indexer = new DumpIndexer({
      everyCluster: true,
      onBegun: (clusterMs) => this.#begun(Math.round(clusterMs)),
      onPiece: (piece) => this.#complete(piece),
    });
  }

  push(chunk: Uint8Array): void {
    if (this.error !== null) return;
    this.#received.add(chunk);
    this.#indexer.push(chunk);
    this.#keepHead();
  }

  /** Ends the input. */
  end(): void {
    if (this.error === null) this.#indexer.end();
  }

  #begun(timecode: number): void {
    if (this.error !== null) return;
    this.#named = { timecode, number: String(this.#handler.previousNumber() + NUMBER_STEP) };
    if (timecode < this.#previousTimecode) this.#fail('FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS');
    else this.#handler.begun(this.#named);
    this.#previousTimecode = timecode;
    this.#keepHead();
  }

  #complete(piece: UnnumberedPiece): void {
    if (this.error !== null) return;
    if (piece.damaged || piece.head === null || this.#named === null) {
      this.#fail('INVALID_MKV_DATA');
      return;
    }
    this.#handler.fragment(this.#document(piece, this.#named), this.#named);
    this.#named = null;
    this.#received.forget(piece.end);
  }

  #document(piece: UnnumberedPiece, { number }: Named): Buffer {
    const { shiftMs } = this.#handler;
    const start = piece.opens ? piece.head!.end : piece.start;
    const bytes = this.#received.slice(start, piece.end);
    const alone = { ...piece, number: 0n, opens: false, segmentSizeAt: null };
    const body = stampFragment(parseFragment(bytes, () => this.#head, alone).structure(), {
      dialect: 'PutMedia',
      shiftMs,
      number: null,
      behindMs: null,
    });
    return Buffer.concat([
      this.#head,
      tagsElement([
        [FRAGMENT_NUMBER, number],
        ['AWS_KINESISVIDEO_SERVER_TIMESTAMP', tagSeconds(Date.now())],
        ['AWS_KINESISVIDEO_PRODUCER_TIMESTAMP', tagSeconds(piece.startMs + shiftMs)],
      ]),
      body,
      tagsElement([
        [MILLIS_BEHIND_NOW, '0'],
        [CONTINUATION_TOKEN, number],
      ]),
    ]);
  }

  /** Copies the head of a document while its bytes are still there. */
  #keepHead(): void {
    const { head, segmentSizeAt } = this.#indexer;
    if (head === null || head.start === this.#headAt) return;
    this.#head = this.#received.slice(head.start, head.end);
    if (segmentSizeAt !== null) patchUnknownSize(this.#head, segmentSizeAt - head.start);
    this.#headAt = head.start;
  }

  #fail(code: ProducerError['code']): void {
    this.error ??= { code, ...(this.#named ?? { timecode: 0, number: '0' }) };
  }
}
