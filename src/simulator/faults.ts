// What can be ordered to go wrong.
import type { Operation } from './operations.ts';

/** Which requests an order is for; all of them where nothing is said. */
export interface FaultAim {
  /** Name of the stream. */
  readonly stream?: string;
  /** `archive` for both ListFragments and GetMediaForFragmentList. */
  readonly operation?: Operation | 'archive';
  /** Access key id that the request is signed with. */
  readonly key?: string;
  /** The first request it is for: the nth of those that fit, from 1. */
  readonly nth?: number;
  /** How many requests it is for; 1 where not given, except where a kind says otherwise. */
  readonly times?: number | 'all';
  /** Only for requests that come so many milliseconds after it was ordered. */
  readonly since?: number;
}

/** Where in an answer's body something happens: the first of those that are given; at once where none is. */
export interface FaultPlace {
  /** Bytes of the body sent before. */
  readonly bytes?: number;
  /** Fragments sent before. */
  readonly fragments?: number;
  /** Milliseconds since the answer began. */
  readonly after?: number;
}

/** The body ends: `end` cleanly, `cut` without HTTP's end, `reset` with a TCP reset, `stall` not at all but in silence. */
export type BreakFault = FaultAim &
  FaultPlace & {
    readonly kind: 'end' | 'cut' | 'reset' | 'stall';
    /** Of a stall: milliseconds after which it goes on; for good where not given. */
    readonly for?: number;
  };

/** The body ends with the tags of an error. At fragment boundaries only. */
export type InBandFault = FaultAim &
  Omit<FaultPlace, 'bytes'> & {
    readonly kind: 'in-band';
    /** 3002, 4000, 4500 to 4506 or 5000. */
    readonly id: number;
  };

/** The body comes at so many bytes a second. */
export type SlowFault = FaultAim & { readonly kind: 'slow'; readonly rate: number };

/** The request is answered with an error. */
export type ErrorFault = FaultAim & {
  readonly kind: 'error';
  /** For example `ResourceNotFoundException`. */
  readonly type: string;
  readonly status?: number;
  readonly message?: string;
};

/** The answer comes late by so many milliseconds. */
export type LatencyFault = FaultAim & { readonly kind: 'latency'; readonly ms: number };

/** The connection is reset before there is any answer. */
export type RefuseFault = FaultAim & { readonly kind: 'refuse' };

/** A fragment is sent twice, or not at all. For all requests where `times` is not given. */
export type FragmentFault = FaultAim & {
  readonly kind: 'duplicate' | 'missing';
  /** Position in the stream, from 1. */
  readonly fragment?: number;
  /** Or its number. */
  readonly number?: string;
};

/** With a probability of `rate`, a request for media gets one of `kinds` at a random byte below `bytes`. */
export type RandomFault = FaultAim & {
  readonly kind: 'random';
  /** Probability, 0 to 1. */
  readonly rate: number;
  /** Ways to end, each as likely as the others; all four where not given. */
  readonly kinds?: readonly BreakFault['kind'][];
  /** The byte of the body lies below this; 200,000 where not given. */
  readonly bytes?: number;
  /** Of stalls: milliseconds after which they go on. */
  readonly for?: number;
};

export type Fault =
  | BreakFault
  | InBandFault
  | SlowFault
  | ErrorFault
  | LatencyFault
  | RefuseFault
  | FragmentFault
  | RandomFault;
