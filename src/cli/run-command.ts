// One call of a command: settings, terminal and signals around its work.

import { resolveSettings } from '../config/resolve-settings.ts';
import { KvsrecError } from '../errors.ts';
import type { WhenOutputFails } from './guard-output.ts';
import { listenForInterruption } from './interruption.ts';
import type { OutputModes } from './output-modes.ts';
import type { Call } from './program.ts';
import { reportError } from './report-error.ts';
import { openTerminal } from './terminal.ts';

/**
 * Runs the command that was called.
 * @param modes Set to what the settings say as soon as they are known.
 * @returns The exit status.
 * @throws What the command throws, unless a signal interrupted it.
 */
export async function runCommand(
  call: Call,
  modes: OutputModes,
  whenOutputFails: WhenOutputFails,
): Promise<number> {
  const { values, origins, file } = await resolveSettings({
    flags: call.flags,
    env: process.env,
    directory: process.cwd(),
  });
  modes.json = values.json;
  modes.quiet = values.quiet;
  modes.verbose = values.verbose;
  modes.color = values.color;
  const terminal = await openTerminal(modes);
  if (file !== null) terminal.log(`settings from ${file}`);

  const interruption = listenForInterruption(() =>
    terminal.note('interrupted: finishing the files (once more to stop at once)'),
  );
  // Null while standard output is sound; else what its failure makes of a run that has done its work.
  let ofOutput: number | null = null;
  const release = whenOutputFails((status) => {
    ofOutput ??= status;
    interruption.stop();
  });
  try {
    const status = await call.definition.run({
      arguments: call.arguments,
      options: call.options,
      settings: values,
      origins,
      configFile: file,
      terminal,
      commands: call.rows,
      signal: interruption.signal,
    });
    return interruption.status() ?? (ofOutput || status);
  } catch (error) {
    const status = interruption.status();
    if (status === null && ofOutput === null) throw error;
    const failed = await reportError(interrupted(error), modes);
    return status ?? failed;
  } finally {
    release();
    interruption.dispose();
  }
}

/** What an interrupted command threw: its own error if it has something to say, else the interruption itself. */
function interrupted(error: unknown): unknown {
  return error instanceof Error && error.name === 'AbortError'
    ? new KvsrecError('interrupted', 'interrupted before the work was done', { cause: error })
    : error;
}
