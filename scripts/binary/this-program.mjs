// `src/cli/this-program.ts` as the single binary has it: the executable is the program, and its files are assets.

import { getAsset } from 'node:sea';
import { Worker } from 'node:worker_threads';

/** The program, to be followed by a command's arguments. */
export function ownCommand() {
  return [process.execPath];
}

/** Starts the worker thread of `split --jobs`: the loader once more, with another file. */
export function startSplitWorker() {
  return new Worker(getAsset('loader.cjs', 'utf8'), { eval: true, workerData: 'split-worker.js' });
}
