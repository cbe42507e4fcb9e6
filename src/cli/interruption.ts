// SIGINT and SIGTERM: the first asks the work to finalise its files and stop, the second ends the process at once.

import { statusOfSignal } from './exit-status.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Exit status the first signal asks for, or null while there was none. */
  status(): number | null;
  /** Aborts the work as a signal would, without a status of its own. */
  stop(): void;
  /** Takes the handlers away. */
  dispose(): void;
}

/**
 * Listens for signals.
 * @param onFirst Called once, to tell people that the work is being finished.
 */
export function listenForInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let first: (typeof SIGNALS)[number] | null = null;
  const listener = (name: NodeJS.Signals) => {
    const signal = name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
    if (first !== null) process.exit(statusOfSignal(signal));
    first = signal;
    onFirst();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, listener);
  return {
    signal: controller.signal,
    status: () => (first === null ? null : statusOfSignal(first)),
    stop: () => controller.abort(),
    dispose: () => {
      for (const name of SIGNALS) process.off(name, listener);
    },
  };
}
