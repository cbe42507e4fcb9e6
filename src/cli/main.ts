// The way in from `bin`: answers `--version` at once, loads the rest only for what needs it, and ends the
// process with the right status once everything is written.

import { version } from '../version.ts';
import { guardOutput, whenOutputFails } from './guard-output.ts';
import { loadRun } from './load-run.ts';

/**
 * Runs the command line.
 * @param argv Arguments without the interpreter and the script.
 */
export async function main(argv: readonly string[]): Promise<void> {
  guardOutput();
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version()}\n`);
    return;
  }
  const { run } = await loadRun();
  process.exitCode = await run(argv, whenOutputFails);
  // What a command has left open (standard input, say) must not keep the process alive after its results.
  process.stdout.write('', (error) => {
    // An output that failed ends the process by itself.
    if (!error) process.stderr.write('', () => process.exit());
  });
}
