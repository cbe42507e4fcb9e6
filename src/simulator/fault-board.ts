// The board of faults: hands each order to the requests it is for.
import { KvsrecError } from '../errors.ts';
import { parseFault } from './fault-grammar.ts';
import type { BreakFault, ErrorFault, Fault, FragmentFault, InBandFault } from './faults.ts';
import type { Operation } from './operations.ts';
import { randomFault } from './random-faults.ts';

/** What the orders come to for one request: at most one way to end, any number of the others. */
export interface RequestFaults {
  readonly refuse: boolean;
  readonly latencyMs: number;
  readonly error: ErrorFault | null;
  readonly ending: BreakFault | InBandFault | null;
  readonly rate: number | null;
  readonly fragments: readonly FragmentFault[];
}

/** A request as the board sees it. */
export interface FaultTarget {
  readonly operation: Operation;
  /** Name of the stream, where it is of one. */
  readonly stream: string | null;
  readonly key: string | null;
}

interface Order {
  readonly fault: Fault;
  readonly orderedAt: number;
  /** Requests that fitted so far. */
  seen: number;
  left: number;
}

const ARCHIVE: readonly Operation[] = ['ListFragments', 'GetMediaForFragmentList'];

/** The orders in force. */
export class FaultBoard {
  readonly #random: () => number;
  #orders: Order[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Orders a fault, as an object or in the grammar of the command line. Answers how to take it back.
   * @throws KvsrecError `bad-fault` (exit status 2).
   */
  order(fault: Fault | string): () => void {
    const parsed = typeof fault === 'string' ? parseFault(fault) : fault;
    if (parsed.times !== undefined && parsed.times !== 'all' && !(parsed.times >= 1)) {
      throw new KvsrecError('bad-fault', 'a fault is for at least one request', { exitCode: 2 });
    }
    const order: Order = { fault: parsed, orderedAt: Date.now(), seen: 0, left: timesOf(parsed) };
    this.#orders.push(order);
    return () => {
      this.#orders = this.#orders.filter((other) => other !== order);
    };
  }

  /** Takes all orders back. */
  clear(): void {
    this.#orders = [];
  }

  /** The orders that are still in force, oldest first. */
  get pending(): readonly Fault[] {
    return this.#orders.map(({ fault }) => fault);
  }

  /** The faults of one request; orders that are used up go. */
  take(target: FaultTarget, now = Date.now()): RequestFaults {
    const taken: Fault[] = [];
    let ending: BreakFault | InBandFault | null = null;
    let error: ErrorFault | null = null;
    for (const order of this.#orders) {
      const { fault } = order;
      if (!fits(fault, target) || now - order.orderedAt < (fault.since ?? 0)) continue;
      order.seen++;
      if (order.seen < (fault.nth ?? 1)) continue;
      if (isError(fault)) {
        if (error !== null) continue;
        error = fault;
      } else if (isEnding(fault) || fault.kind === 'random') {
        // Those of one kind queue: each is for a request of its own.
        if (ending !== null) continue;
        const drawn = fault.kind === 'random' ? randomFault(fault, this.#random) : fault;
        if (drawn !== null) ending = drawn;
      } else {
        taken.push(fault);
      }
      order.left--;
    }
    this.#orders = this.#orders.filter(({ left }) => left > 0);
    const rates = taken.filter((fault) => fault.kind === 'slow').map(({ rate }) => rate);
    return {
      refuse: taken.some(({ kind }) => kind === 'refuse'),
      latencyMs: taken.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), 0),
      error,
      ending,
      rate: rates.length === 0 ? null : Math.min(...rates),
      fragments: taken.filter(isFragmentFault),
    };
  }
}

function timesOf(fault: Fault): number {
  if (fault.times === 'all') return Number.POSITIVE_INFINITY;
  const always = isFragmentFault(fault) || fault.kind === 'random';
  return fault.times ?? (always ? Number.POSITIVE_INFINITY : 1);
}

function fits(fault: Fault, { operation, stream, key }: FaultTarget): boolean {
  if (fault.stream !== undefined && fault.stream !== stream) return false;
  if (fault.key !== undefined && fault.key !== key) return false;
  if (fault.operation === 'archive') return ARCHIVE.includes(operation);
  if (fault.operation !== undefined) return fault.operation === operation;
  // What happens inside a body happens to GetMedia where nothing else is said.
  const inBody =
    isEnding(fault) || fault.kind === 'slow' || fault.kind === 'random' || isFragmentFault(fault);
  return !inBody || operation === 'GetMedia';
}

function isEnding(fault: Fault): fault is BreakFault | InBandFault {
  return ['end', 'cut', 'reset', 'stall', 'in-band'].includes(fault.kind);
}

function isError(fault: Fault): fault is ErrorFault {
  return fault.kind === 'error';
}

function isFragmentFault(fault: Fault): fault is FragmentFault {
  return fault.kind === 'duplicate' || fault.kind === 'missing';
}
