// What the commands that serve have in common: where they listen, for how long, and how they wait for the end.

import { LONGEST_TIMER_MS } from '../duration.ts';
import type { CommandOption } from './command.ts';
import { duration, wholeNumber, wrongValue } from './option-value.ts';

const LOOPBACK = '127.0.0.1';

/** `--port` and `--host`; `byDefault` is the port where none is given. */
export function listenOptions(byDefault: string): CommandOption[] {
  return [
    {
      flags: '--port <number>',
      description: `port to listen on, 0 for any (default: ${byDefault})`,
      group: 'Server',
    },
    {
      flags: '--host <address>',
      description: `address to listen on (default: ${LOOPBACK})`,
      group: 'Server',
    },
  ];
}

export function durationOption(group: string): CommandOption {
  return { flags: '--duration <time>', description: 'end after so long, with status 0', group };
}

export interface Serving {
  host: string;
  port: number;
  /** Until it is interrupted if undefined. */
  durationMs: number | undefined;
}

/** @throws KvsrecError `bad-value` (exit 2). */
export function readServing(given: Readonly<Record<string, unknown>>, port: number): Serving {
  return {
    host: given.host === undefined ? LOOPBACK : host(String(given.host)),
    port: given.port === undefined ? port : wholeNumber(0, 65_535)('--port', String(given.port)),
    durationMs: given.duration === undefined ? undefined : duration('--duration', String(given.duration)),
  };
}

/** An empty one, as of a variable that is not set, would mean every address there is. */
function host(text: string): string {
  if (text.trim() === '') throw wrongValue('--host', text, 'an address to listen on, such as 127.0.0.1');
  return text;
}

/** Waits for the signal, or for so many milliseconds. */
export function untilOver(signal: AbortSignal, ms: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const wait = (left: number) => {
      const now = Math.min(left, LONGEST_TIMER_MS);
      timer = setTimeout(() => (left > now ? wait(left - now) : done()), now);
    };
    function done(): void {
      clearTimeout(timer);
      resolve();
    }
    if (ms !== undefined) wait(ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
