// What the process ends with, decided in this one place.
//
//   0    done. What is merely a fact about the call (a gap, an overlap, repeated fragments, no contact id) is no
//        damage: everything the input holds was saved.
//   1    failed: an error, or a difference found by `verify`.
//   2    usage or settings.
//   3    done, but input was damaged or incomplete: what could be saved was saved, the warnings say what is missing.
//   130  after SIGINT, 143 after SIGTERM, files finalised first.

import type { Warning, WarningCode } from '../recording/types.ts';

export const DONE = 0;
export const FAILED = 1;
export const USAGE = 2;
export const DAMAGED = 3;

/** Whether a warning means that something of the call is missing from the output. */
const MEANS_LOSS: Record<WarningCode, boolean> = {
  truncated: true,
  corrupt: true,
  'service-error': true,
  'unsupported-codec': true,
  empty: true,
  gap: false,
  overlap: false,
  duplicate: false,
  'no-contact-id': false,
};

/** 3 if a warning means loss, else 0. */
export function statusOfWarnings(warnings: readonly Pick<Warning, 'code'>[]): number {
  return warnings.some(({ code }) => MEANS_LOSS[code]) ? DAMAGED : DONE;
}

/** The status of several pieces of work: failure outweighs damage, and damage success. */
export function worstStatus(statuses: readonly number[]): number {
  return [USAGE, FAILED, DAMAGED].find((status) => statuses.includes(status)) ?? DONE;
}

/** 128 and the signal's number, as shells have it. */
export function statusOfSignal(signal: 'SIGINT' | 'SIGTERM'): number {
  return signal === 'SIGINT' ? 130 : 143;
}
