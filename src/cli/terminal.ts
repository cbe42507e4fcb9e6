// Where everything a command says goes: results to standard output, the rest to standard error.

import type { OutputModes } from './output-modes.ts';
import { type Paint, paintFor } from './paint.ts';
import { printable, printableJson } from './printable.ts';

/** The two streams, as a command writes to them. Texts are expected to be printable already. */
export interface Terminal {
  readonly modes: OutputModes;
  /** For results. */
  readonly paint: Paint;
  /** A line or lines of the readable result; says nothing with `--json`. */
  result(text: string): void;
  /** The JSON document; says nothing without `--json`. */
  document(value: unknown): void;
  /** Part of a result that is too long to be kept, as it stands; resolves when more can be taken. */
  write(text: string): Promise<void>;
  /** Something about the input that a person should know. The message may hold text from the stream. */
  warning(message: string): void;
  /** What is being done, for `--verbose`. */
  log(message: string): void;
  /** A remark that `--quiet` suppresses. */
  note(message: string): void;
  /** Called before anything is printed, so that a progress line can make room. */
  clearProgress: (() => void) | undefined;
}

export async function openTerminal(modes: OutputModes): Promise<Terminal> {
  const [paint, errPaint] = await Promise.all([
    paintFor(process.stdout, modes.color),
    paintFor(process.stderr, modes.color),
  ]);
  const toErr = (text: string) => {
    terminal.clearProgress?.();
    process.stderr.write(`${text}\n`);
  };
  const toOut = (text: string) => {
    terminal.clearProgress?.();
    process.stdout.write(text);
  };
  const terminal: Terminal = {
    modes,
    paint,
    clearProgress: undefined,
    result: (text) => {
      if (!modes.json) toOut(`${text}\n`);
    },
    document: (value) => {
      if (modes.json) toOut(`${printableJson(value)}\n`);
    },
    write: async (text) => {
      terminal.clearProgress?.();
      await new Promise<void>((resolve) => {
        // Called where the output fails, too, which no "drain" would follow.
        if (process.stdout.write(text, () => resolve())) resolve();
      });
    },
    warning: (message) => {
      if (!modes.quiet) toErr(`${errPaint.warning('warning:')} ${printable(message)}`);
    },
    log: (message) => {
      if (modes.verbose && !modes.quiet) toErr(errPaint.dim(printable(message)));
    },
    note: (message) => {
      if (!modes.quiet) toErr(printable(message));
    },
  };
  return terminal;
}
