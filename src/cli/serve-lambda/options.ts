// The options of `serve-lambda`, and what they come to.

import { parseDuration } from '../../duration.ts';
import { KvsrecError } from '../../errors.ts';
import { HANDLER_NAMES, type HandlerName } from '../../lambda/handler.ts';
import type { CommandOption } from '../command.ts';
import { duration, wholeNumber, wrongValue } from '../option-value.ts';
import { durationOption, listenOptions, readServing, type Serving } from '../serving.ts';

/** Where `aws lambda invoke --endpoint-url` is told to look, unless another is named. */
const PORT = 9001;

export const SERVE_OPTIONS: readonly CommandOption[] = [
  {
    flags: '--handler <names>',
    description:
      'record, trigger, overlay, redact or backfill; several, comma-separated, are functions of these names',
    choices: HANDLER_NAMES,
    list: true,
    group: 'Functions',
  },
  {
    flags: '--timeout <time>',
    description: 'of an invocation, as 900, 900s or 15m (default: 15m)',
    group: 'Functions',
  },
  {
    flags: '--event-retries <count>',
    description: 'of an asynchronous event that fails (default: 2)',
    group: 'Functions',
  },
  {
    flags: '--retry-delay <time>',
    description: 'before the first retry, twice that before the second (default: 60s)',
    group: 'Functions',
  },
  {
    flags: '--on-failure <file>',
    description: 'append asynchronous events that failed for good, a line of JSON each',
    group: 'Functions',
  },
  ...listenOptions(`${PORT}, any with --invoke`),
  {
    flags: '--invoke <file>',
    description:
      'invoke the function with this event (- for standard input), print the answer, and end when all that it has invoked is done',
    group: 'Server',
  },
  durationOption('Server'),
];

export interface ServeOptions extends Serving {
  handlers: readonly HandlerName[];
  timeoutMs: number;
  concurrency: number;
  retries: number;
  retryDelayMs: number;
  onFailure: string | undefined;
  invoke: string | undefined;
}

/** @throws KvsrecError with exit status 2. */
export function serveOptions(given: Readonly<Record<string, unknown>>, concurrency: number): ServeOptions {
  const text = (name: string) => given[name] as string | undefined;
  const read = <T>(
    name: string,
    flag: string,
    reader: (flag: string, text: string) => T,
    byDefault: T,
  ): T => {
    const value = text(name);
    return value === undefined ? byDefault : reader(flag, value);
  };
  const invoke = text('invoke');
  return {
    handlers: handlers(text('handler')),
    timeoutMs: read('timeout', '--timeout', seconds, 900_000),
    concurrency,
    retries: read('eventRetries', '--event-retries', wholeNumber(0, 100), 2),
    retryDelayMs: read('retryDelay', '--retry-delay', duration, 60_000),
    onFailure: text('onFailure'),
    invoke,
    // Whoever invokes once needs no address to know.
    ...readServing(given, invoke === undefined ? PORT : 0),
  };
}

function handlers(value: string | undefined): HandlerName[] {
  const expected = `any of ${HANDLER_NAMES.join(', ')}, comma-separated`;
  if (value === undefined) {
    throw new KvsrecError('no-handler', 'no --handler was given', {
      exitCode: 2,
      hint: `It is ${expected}.`,
    });
  }
  const names = value.split(',').map((name) => name.trim());
  const known = names.filter((name): name is HandlerName =>
    (HANDLER_NAMES as readonly string[]).includes(name),
  );
  if (known.length === names.length) return [...new Set(known)];
  throw wrongValue('--handler', value, expected);
}

/** Reads a length of time, seconds where no unit stands, as Lambda counts. */
function seconds(flag: string, text: string): number {
  const ms = parseDuration(/^[\d.]+$/.test(text) ? `${text}s` : text);
  if (ms === undefined || ms === 0) throw wrongValue(flag, text, 'a length of time such as 900, 900s or 15m');
  return ms;
}
