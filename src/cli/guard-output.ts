// A standard output that fails: nobody reads the pipe any more (`kvsrec … | head`), or the disk behind it is full.

import { writeSync } from 'node:fs';

let stopWork: ((status: number) => void) | null = null;

/**
 * While work is going on, has it stopped in place of the process, so that no file is left unfinished.
 * @param stop Called with the status that the output's failure means: 0 where nobody reads any more, 1 where results are
 *   lost. Called again where more is written.
 * @returns How to take that back.
 */
export function whenOutputFails(stop: (status: number) => void): () => void {
  stopWork = stop;
  return () => {
    if (stopWork === stop) stopWork = null;
  };
}

export type WhenOutputFails = typeof whenOutputFails;

/** Installs the handlers on standard output and standard error. */
export function guardOutput(): void {
  let told = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A command that writes a stream of its own ends it in its own way.
    if (process.stdout.listenerCount('error') > 1) return;
    const closed = error.code === 'EPIPE';
    if (!closed && !told) tell(error);
    told = true;
    if (stopWork !== null) stopWork(closed ? 0 : 1);
    else if (closed) process.exit();
    else process.exit(1);
  });
  process.stderr.on('error', () => {
    // Nobody is listening to warnings any more; the work goes on.
  });
}

/** A full disk behind a redirection, for example: results are lost, so the run has failed. */
function tell(error: NodeJS.ErrnoException): void {
  const reason = error.code === 'ENOSPC' ? 'no space is left on the disk' : error.message;
  try {
    // At once: the process may be on its way out.
    writeSync(2, `error: cannot write to standard output: ${reason}\n`);
  } catch {
    // Then there is nobody to tell.
  }
}
