// This program once more: as a process, or as a worker thread. The single binary has a file of its own in place of
// this one, `scripts/binary/this-program.mjs`.

import { Worker } from 'node:worker_threads';

/** The program with its first arguments, to be followed by a command's. */
export function ownCommand(): [string, ...string[]] {
  return [process.execPath, process.argv[1] ?? ''];
}

/** Starts the worker thread of `split --jobs`. */
export function startSplitWorker(): Worker {
  // From sources the worker is a TypeScript file, too, for whoever runs those (tsx).
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./split-worker.${extension}`, import.meta.url));
}
