// A program that is run against the simulator, with the environment set.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { KvsrecError } from '../../errors.ts';

/** Variables that would lead an SDK away from the simulator. */
export const MISLEADING = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
] as const;

/**
 * Runs a command line in the shell, with this process's terminal.
 * @param output Where its standard output goes: to this process's, or to standard error.
 * @returns Its exit status; 128 and the signal's number where a signal ended it.
 */
export function runProgram(
  line: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
  output: 'stdout' | 'stderr',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    for (const name of MISLEADING) delete env[name];
    const child = spawn(line, { shell: true, stdio: ['inherit', output === 'stdout' ? 1 : 2, 2], env });
    const stop = () => child.kill('SIGTERM');
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    child.once('error', (cause) => {
      reject(new KvsrecError('cannot-run', `cannot run "${line}": ${cause.message}`, { cause }));
    });
    child.once('exit', (status, by) => {
      signal.removeEventListener('abort', stop);
      resolve(status ?? 128 + (by === null ? 0 : constants.signals[by]));
    });
  });
}
