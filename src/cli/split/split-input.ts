// Splits one input. The main thread and the workers run this same function.

import { collision } from '../../recording/file-owners.ts';
import { openInput } from '../open-input.ts';
import { failureOf } from '../report-error.ts';
import { unlessCutShort, untilAborted } from '../until-aborted.ts';
import type { SplitFailure, SplitOutcome, SplitTask } from './task.ts';

export interface SplitRun {
  signal: AbortSignal;
  /** Bytes of the input read so far. */
  onProgress(bytes: number): void;
  /** Bytes of the whole input, once that is known. */
  onSize(bytes: number): void;
  /** The input that has a file of this path already, which may be this one; if none has, it is this one's from now on. */
  ownerOf(path: string): string | undefined;
}

/** Does a task; whatever goes wrong becomes its outcome. */
export async function splitInput(
  { input, outDir, options, aws, report }: SplitTask,
  run: SplitRun,
): Promise<SplitOutcome> {
  try {
    const [{ splitSource }, source] = await Promise.all([
      import('../../recording/split.ts'),
      openInput(input, aws),
    ]);
    try {
      if (source.size !== undefined) run.onSize(source.size);
      const hooks = {
        ...run,
        claim: (path: string) => {
          const owner = run.ownerOf(path);
          if (owner !== undefined) throw collision(input, path, owner === input ? undefined : owner);
        },
      };
      if (report) {
        const [{ splitWithReport }, { noteReportError }] = await Promise.all([
          import('../../report/split-with-report.ts'),
          import('../report/report-errors.ts'),
        ]);
        const reportHooks = { ...hooks, onReportError: noteReportError };
        return await splitWithReport(untilAborted(source, run.signal), outDir, options, reportHooks);
      }
      return await splitSource(untilAborted(source, run.signal), outDir, options, hooks);
    } finally {
      await source.close();
    }
  } catch (error) {
    const thrown = unlessCutShort(error, run.signal);
    return run.signal.aborted && thrown instanceof Error && thrown.name === 'AbortError'
      ? notDone(input)
      : failure(input, thrown);
  }
}

/** The outcome of an input that failed. */
export function failure(input: string, thrown: unknown): SplitFailure {
  return { input, ...failureOf(thrown) };
}

/** The outcome of an input that a signal kept from being done. */
export function notDone(input: string): SplitFailure {
  const message = `${input}: interrupted before it was done`;
  return { input, error: { code: 'interrupted', message, hint: null }, exitCode: 1, stack: message };
}
