// What GetMedia and GetMediaForFragmentList have in common: a body of fragments with its stamps, pace and faults.
import { BodyWriter } from './body-writer.ts';
import type { Call } from './call.ts';
import type { RequestFaults } from './fault-board.ts';
import type { FragmentFault } from './faults.ts';
import { Gate } from './gate.ts';
import { fragmentException, inBandError } from './in-band.ts';
import { type Dialect, stampFragment } from './stamp.ts';
import type { StoredFragment } from './stream.ts';

export class MediaBody {
  readonly writer: BodyWriter;
  /** Number of the fragment that is to be sent next, where it is known. */
  upcoming = '0';
  readonly #call: Call;
  readonly #dialect: Dialect;
  readonly #stream: string;
  readonly #oddities: readonly FragmentFault[];
  /** The fragment sent last, to know whether the next one goes on in its document. */
  #last: StoredFragment | null = null;

  constructor(call: Call, stream: string, dialect: Dialect, faults: RequestFaults, sessionMs: number) {
    const { response, service, record } = call;
    this.#call = call;
    this.#dialect = dialect;
    this.#stream = stream;
    this.#oddities = faults.fragments;
    response.writeHead(200, { 'Content-Type': 'video/webm' });
    // Whoever asked learns at once that the session stands, though nothing may come for a while.
    response.flushHeaders();
    record.status = 200;
    this.writer = new BodyWriter(response, {
      bytesPerSecond: Math.min(faults.rate ?? Number.POSITIVE_INFINITY, service.quotas.limits.bytesPerSecond),
      fault: faults.ending,
      sessionMs,
      inBandError: (id) => (dialect === 'GetMedia' ? inBandError(id) : fragmentException(this.upcoming, id)),
      gate: new Gate(),
    });
  }

  get over(): boolean {
    return this.writer.ended !== null;
  }

  /**
   * Sends a fragment, unless it was ordered missing; twice where that was ordered.
   * @param newestServerMs Server timestamp of the newest fragment of the stream.
   */
  async send(fragment: StoredFragment, newestServerMs: number): Promise<void> {
    const times = this.#oddities.reduce(
      (n, fault) => (!isOf(fault, fragment) ? n : fault.kind === 'missing' ? 0 : n * 2),
      1,
    );
    for (let i = 0; i < times && !this.over; i++) {
      const bytes = this.#render(fragment, Math.max(0, newestServerMs - fragment.serverMs));
      await this.writer.write(bytes);
      this.#last = fragment;
      if (this.writer.ended === null) this.writer.fragments++;
      this.#count();
      if (this.over) return;
      this.#call.service.onFragment({
        stream: this.#stream,
        number: fragment.number,
        at: Date.now(),
        bytes: bytes.length,
        requestId: this.#call.record.id,
      });
    }
  }

  /** To be called when it is over. */
  finish(): void {
    this.#count();
    this.#call.record.ended = this.writer.ended;
  }

  #count(): void {
    this.#call.record.bytes = this.writer.sent;
    this.#call.record.fragments = this.writer.fragments;
  }

  #render(fragment: StoredFragment, behindMs: number): Buffer {
    const { dump, piece } = fragment;
    const follows =
      this.#last !== null && this.#last.dump === dump && this.#last.piece === piece - 1 && piece > 0;
    const head = follows ? null : dump.head(piece);
    const asTheyStand = !fragment.restamped && this.#dialect === 'GetMedia';
    const bytes = asTheyStand
      ? dump.raw(piece)
      : stampFragment(dump.parsed(piece).structure(), {
          dialect: this.#dialect,
          shiftMs: fragment.shiftMs,
          number: fragment.numbered && fragment.restamped ? fragment.number : null,
          behindMs: fragment.restamped ? behindMs : null,
        });
    return head === null || head.length === 0 ? bytes : Buffer.concat([head, bytes]);
  }
}

function isOf(fault: FragmentFault, fragment: StoredFragment): boolean {
  return fault.number === fragment.number || fault.fragment === fragment.index + 1;
}
