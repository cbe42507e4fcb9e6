// A worker thread as something that does tasks.

import type { Worker } from 'node:worker_threads';
import { startSplitWorker } from '../this-program.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { putText } from './shared-text.ts';
import { failure, type SplitRun } from './split-input.ts';
import type { SplitOutcome, SplitTask } from './task.ts';

export interface Lane {
  run(task: SplitTask, run: SplitRun): Promise<SplitOutcome>;
  close(): Promise<void>;
}

/** Starts a worker on its first task, and a new one if that has died. */
export function workerLane(): Lane {
  let worker: Worker | undefined;

  const run = (task: SplitTask, { signal, onProgress, onSize, ownerOf }: SplitRun): Promise<SplitOutcome> =>
    new Promise((resolve) => {
      worker ??= startSplitWorker();
      const current = worker;
      const tell = (message: ToWorker) => current.postMessage(message);
      const abort = () => tell({ kind: 'abort' });
      const finish = (outcome: SplitOutcome) => {
        signal.removeEventListener('abort', abort);
        current.off('message', onMessage).off('error', onDeath).off('exit', onDeath);
        resolve(outcome);
      };
      const onMessage = (message: FromWorker) => {
        if (message.kind === 'progress') onProgress(message.bytes);
        else if (message.kind === 'size') onSize(message.bytes);
        else if (message.kind === 'owner') putText(message.answer, ownerOf(message.path) ?? '');
        else finish(message.outcome);
      };
      const onDeath = (reason: unknown) => {
        worker = undefined;
        finish(
          failure(task.input, reason instanceof Error ? reason : new Error(`a worker ended with ${reason}`)),
        );
      };
      current.on('message', onMessage).once('error', onDeath).once('exit', onDeath);
      signal.addEventListener('abort', abort);
      tell({ kind: 'split', task });
      if (signal.aborted) abort();
    });

  const close = async () => {
    await worker?.terminate();
  };

  return { run, close };
}
