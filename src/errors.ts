// The one error type that reaches people: what went wrong, a stable code for scripts, and what to do about it.

export interface KvsrecErrorOptions {
  /** What the person can do about it, as a sentence. */
  hint?: string | undefined;
  /** Exit status of the command: 1 failed (default), 2 usage or settings. */
  exitCode?: 1 | 2;
  cause?: unknown;
}

/** Marks the errors of every copy of this module: the command line is bundled in two parts. */
const MARK = Symbol.for('kvsrec.error');

/** A failure with a stable `code` (kebab-case), a message for people and, where there is one, a hint. */
export class KvsrecError extends Error {
  override readonly name = 'KvsrecError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2;
  readonly [MARK] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && MARK in value;
  }

  constructor(code: string, message: string, options: KvsrecErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}
