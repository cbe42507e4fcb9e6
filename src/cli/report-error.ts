// The one place where everything thrown ends.

import { KvsrecError } from '../errors.ts';
import { explainNodeError } from './node-error.ts';
import type { OutputModes } from './output-modes.ts';
import { paintFor } from './paint.ts';
import { printable, printableJson } from './printable.ts';

/** The error that people and scripts get for whatever was thrown. */
export function asKvsrecError(thrown: unknown): KvsrecError {
  if (thrown instanceof KvsrecError) return thrown;
  const explained = explainNodeError(thrown);
  if (explained) return explained;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new KvsrecError('internal', `this is a bug in kvsrec: ${message}`, {
    hint: 'Please report it with what the same command prints with --verbose.',
    cause: thrown,
  });
}

/** What `--json` says of an error. */
export interface ErrorDocument {
  code: string;
  message: string;
  hint: string | null;
}

export function errorDocument({ code, message, hint }: KvsrecError): ErrorDocument {
  return { code, message, hint: hint ?? null };
}

/** A failed piece of work as plain data, which can travel between threads; `stack` is for `--verbose`. */
export interface Failure {
  error: ErrorDocument;
  exitCode: 1 | 2;
  stack: string;
}

export function failureOf(thrown: unknown): Failure {
  const error = asKvsrecError(thrown);
  const origin = error.cause instanceof Error ? error.cause : error;
  return { error: errorDocument(error), exitCode: error.exitCode, stack: origin.stack ?? String(origin) };
}

/** The error behind a failure, with the stack it had where it was thrown. */
export function errorOf({ error, exitCode, stack }: Failure): KvsrecError {
  const again = new KvsrecError(error.code, error.message, { hint: error.hint ?? undefined, exitCode });
  again.stack = stack;
  return again;
}

/**
 * Prints an error: `error: …` and `hint: …` on standard error and, with `--json`, the document on standard output.
 * @returns The exit status.
 */
export async function reportError(thrown: unknown, modes: OutputModes): Promise<number> {
  const error = asKvsrecError(thrown);
  await printError(error, modes);
  if (modes.json) process.stdout.write(`${printableJson({ error: errorDocument(error) })}\n`);
  return error.exitCode;
}

/** Prints an error on standard error, with its stack where `--verbose` asks for it. */
export async function printError(error: KvsrecError, modes: OutputModes): Promise<void> {
  const paint = await paintFor(process.stderr, modes.color);
  const lines = [`${paint.bad('error:')} ${printable(error.message)}`];
  if (error.hint !== undefined) lines.push(`${paint.bold('hint:')} ${printable(error.hint)}`);
  if (modes.verbose) lines.push(paint.dim(stackOf(error)));
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** The stack and those of the causes, each line made printable. */
function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    stacks.push(current.stack ?? String(current));
  }
  return stacks.join('\ncaused by: ').split('\n').map(printable).join('\n');
}
