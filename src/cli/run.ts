// One run of the command line, from arguments to exit status.

import { CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import type { WhenOutputFails } from './guard-output.ts';
import { earlyModes } from './output-modes.ts';
import { wantsColor } from './paint.ts';
import { type Call, createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { runCommand } from './run-command.ts';
import { usageError } from './usage-error.ts';

/**
 * Does what the arguments ask for.
 * @param whenOutputFails See `guard-output.ts`.
 * @returns The exit status; never throws.
 */
export async function run(argv: readonly string[], whenOutputFails: WhenOutputFails): Promise<number> {
  const modes = earlyModes(argv, process.env);
  const failHard = async (thrown: unknown) => process.exit(await reportError(thrown, modes));
  process.on('uncaughtException', failHard);
  let status = 0;
  let helpOfError = '';
  const program = createProgram(COMMANDS, {
    colorHelp: wantsColor(process.stdout, modes.color, process.env),
    writeErr: (text) => {
      helpOfError += text;
    },
    onCall: async (call: Call) => {
      status = await runCommand(call, modes, whenOutputFails);
    },
  });
  try {
    await program.parseAsync(withoutDetours(argv), { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) return await reportError(error, modes);
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') process.stderr.write(`${helpOfError}\n`);
    // The first of them: a file may be called like another command.
    const command = argv.find((word) => COMMANDS.some(({ name }) => name === word));
    return await reportError(usageError(error, command), modes);
  } finally {
    process.off('uncaughtException', failHard);
  }
}

/** `help` and `help split` as `--help` and `split --help`; help for no command without the flag, which would hide that. */
function withoutDetours(argv: readonly string[]): string[] {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
  const [first] = words;
  const known = first === undefined || first.startsWith('-') || COMMANDS.some(({ name }) => name === first);
  return known ? words : words.filter((word) => word !== '--help' && word !== '-h');
}
