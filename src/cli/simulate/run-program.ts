// A program that is run against the simulator, with the environment set.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { KvsrecError } from '../../errors.ts';

/**
 * Runs a command line in the shell, with this process's terminal.
 * @returns Its exit status; 128 and the signal's number where a signal ended it.
 */
export function runProgram(
  line: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(line, { shell: true, stdio: 'inherit', env: { ...process.env, ...environment } });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (cause) => {
      reject(new KvsrecError('cannot-run', `cannot run "${line}": ${cause.message}`, { cause }));
    });
    child.once('exit', (status, by) => {
      signal.removeEventListener('abort', stop);
      resolve(status ?? 128 + (by === null ? 0 : constants.signals[by]));
    });
  });
}
