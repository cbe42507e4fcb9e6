// One input to split, and what became of it: plain data, because it travels between threads.

import type { AwsSettings } from '../../aws/client-config.ts';
import type { InputReport, RecordingOptions } from '../../recording/types.ts';
import type { Failure } from '../report-error.ts';

export interface SplitTask {
  input: string;
  outDir: string;
  options: RecordingOptions;
  /** Where and as whom to read objects. */
  aws: AwsSettings;
  /** Write a report of each contact, too. */
  report: boolean;
}

/** What the engine reports; `aborted` where a signal ended the work early. */
export type SplitReport = InputReport & { aborted?: boolean };

/** An input that could not be done. */
export interface SplitFailure extends Failure {
  input: string;
}

export type SplitOutcome = SplitReport | SplitFailure;

export function isFailure(outcome: SplitOutcome): outcome is SplitFailure {
  return 'error' in outcome;
}
