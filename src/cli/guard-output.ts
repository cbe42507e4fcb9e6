// Writing to a closed pipe (`kvsrec … | head`) ends the process without a word.

import { writeSync } from 'node:fs';

/** Installs the handlers on standard output and standard error. */
export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A command that writes a stream of its own ends it in its own way.
    if (process.stdout.listenerCount('error') > 1) return;
    if (error.code === 'EPIPE') process.exit();
    // A full disk behind a redirection, for example: results are lost, so the run has failed.
    const reason = error.code === 'ENOSPC' ? 'no space is left on the disk' : error.message;
    try {
      // At once: the process may be on its way out.
      writeSync(2, `error: cannot write to standard output: ${reason}\n`);
    } catch {
      // Then there is nobody to tell.
    }
    process.exit(1);
  });
  process.stderr.on('error', () => {
    // Nobody is listening to warnings any more; the work goes on.
  });
}
