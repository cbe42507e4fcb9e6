// Splits several inputs, some at the same time, and keeps them from writing over one another's files.

import { FileOwners } from '../../recording/file-owners.ts';
import { notDone, splitInput } from './split-input.ts';
import type { SplitOutcome, SplitTask } from './task.ts';
import type { Lane } from './worker-lane.ts';

export interface SplitAllRun {
  /** Inputs at the same time. */
  jobs: number;
  signal: AbortSignal;
  /** `bytes` of the input with this index have been read so far. */
  onProgress(index: number, bytes: number): void;
  /** The input with this index has that many bytes in all. */
  onSize(index: number, bytes: number): void;
}

/** Starts on all tasks; the outcomes come in the tasks' order, each as soon as it is there. None rejects. */
export function splitInputs(tasks: readonly SplitTask[], run: SplitAllRun): Promise<SplitOutcome>[] {
  const outcomes = tasks.map(() => deferred<SplitOutcome>());
  const owners = new FileOwners();

  const work = async (lane: Lane, queue: number[]) => {
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      const task = tasks[index]!;
      const onProgress = (bytes: number) => run.onProgress(index!, bytes);
      const ownerOf = (path: string) => owners.take(path, task.input);
      const onSize = (bytes: number) => run.onSize(index!, bytes);
      const outcome = run.signal.aborted
        ? notDone(task.input)
        : await lane.run(task, { signal: run.signal, onProgress, onSize, ownerOf });
      outcomes[index]!.resolve(outcome);
    }
    await lane.close();
  };

  const all = tasks.map((_, index) => index);
  if (run.jobs <= 1 || tasks.length === 1) {
    void work(HERE, all);
  } else {
    // Standard input belongs to the main thread.
    const shared = all.filter((index) => tasks[index]!.input !== '-');
    const lanes = Math.min(run.jobs, shared.length);
    void import('./worker-lane.ts').then(({ workerLane }) => {
      for (let lane = 0; lane < lanes; lane++) void work(workerLane(), shared);
    });
    void work(
      HERE,
      all.filter((index) => tasks[index]!.input === '-'),
    );
  }
  return outcomes.map(({ promise }) => promise);
}

const HERE: Lane = { run: splitInput, close: async () => {} };

function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
