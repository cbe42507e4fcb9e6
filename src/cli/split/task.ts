// One input to split, and what became of it: plain data, because it travels between threads.

import type { InputReport, RecordingOptions } from '../../recording/types.ts';
import type { ErrorDocument } from '../report-error.ts';

export interface SplitTask {
  input: string;
  outDir: string;
  options: RecordingOptions;
}

/** What the engine reports; `aborted` where a signal ended the work early. */
export type SplitReport = InputReport & { aborted?: boolean };

/** An input that could not be done. `stack` is for `--verbose` and not part of the document. */
export interface SplitFailure {
  input: string;
  error: ErrorDocument;
  exitCode: 1 | 2;
  stack: string;
}

export type SplitOutcome = SplitReport | SplitFailure;

export function isFailure(outcome: SplitOutcome): outcome is SplitFailure {
  return 'error' in outcome;
}
