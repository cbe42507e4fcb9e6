// The options of `serve-lambda`, checked.

import { KvsrecError } from '../../errors.ts';
import { HANDLER_NAMES, type HandlerName } from '../../lambda/handler.ts';

export interface ServeOptions {
  handlers: readonly HandlerName[];
  timeoutMs: number;
  concurrency: number;
  retries: number;
  retryDelayMs: number;
  onFailure: string | undefined;
  host: string;
  port: number;
  invoke: string | undefined;
  durationMs: number | undefined;
}

/** @throws KvsrecError `bad-option` (exit 2). */
export function serveOptions(given: Readonly<Record<string, unknown>>, concurrency: number): ServeOptions {
  const text = (name: string) => given[name] as string | undefined;
  return {
    handlers: handlers(text('handler')),
    timeoutMs: time('--timeout', text('timeout'), 900_000),
    concurrency,
    retries: whole('--event-retries', text('eventRetries'), 2, 0, 100),
    retryDelayMs: time('--retry-delay', text('retryDelay'), 60_000),
    onFailure: text('onFailure'),
    host: text('host') ?? '127.0.0.1',
    port: whole('--port', text('port'), 9001, 0, 65_535),
    invoke: text('invoke'),
    durationMs: text('duration') === undefined ? undefined : time('--duration', text('duration'), 0),
  };
}

function handlers(value: string | undefined): HandlerName[] {
  const names = (value ?? '').split(',').map((name) => name.trim());
  const known = names.filter((name): name is HandlerName =>
    (HANDLER_NAMES as readonly string[]).includes(name),
  );
  if (known.length === names.length) return [...new Set(known)];
  const wrong = names.find((name) => !(known as string[]).includes(name));
  throw bad(
    wrong === '' ? 'no --handler was given' : `--handler ${wrong} is none`,
    `It is any of ${HANDLER_NAMES.join(', ')}.`,
  );
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Seconds where no unit stands, as Lambda counts. */
function time(flag: string, value: string | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  const parts = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(value.trim());
  if (parts) return Number(parts[1]) * UNIT_MS[(parts[2] ?? 's') as keyof typeof UNIT_MS];
  throw bad(`${flag} ${value} is no length of time`, 'Give it as 900, 900s, 1500ms or 15m.');
}

function whole(
  flag: string,
  value: string | undefined,
  byDefault: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return byDefault;
  const number = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw bad(`${flag} ${value} is no whole number from ${least} to ${most}`, 'Give such a number.');
}

function bad(message: string, hint: string): KvsrecError {
  return new KvsrecError('bad-option', message, { exitCode: 2, hint });
}
