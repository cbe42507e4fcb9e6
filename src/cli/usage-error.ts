// Commander's errors in the form of all others.

import type { CommanderError } from 'commander';
import { KvsrecError } from '../errors.ts';

const CODES: Record<string, string> = {
  'commander.unknownOption': 'unknown-option',
  'commander.unknownCommand': 'unknown-command',
  'commander.missingArgument': 'missing-argument',
  'commander.optionMissingArgument': 'missing-value',
  'commander.excessArguments': 'unexpected-argument',
  'commander.help': 'missing-command',
};

/** A usage error (exit 2); Commander's suggestion becomes the hint. */
export function usageError(error: CommanderError, command: string | undefined): KvsrecError {
  const help = `kvsrec ${command === undefined ? '' : `${command} `}--help`;
  const [first = '', ...rest] = error.message.split('\n');
  const meant = /Did you mean (?:one of )?(.+?)\?/.exec(rest.join(' '))?.[1];
  const code = CODES[error.code] ?? 'usage';
  return new KvsrecError(
    code,
    code === 'missing-command' ? 'no command was given' : first.replace(/^error: /, ''),
    {
      exitCode: 2,
      hint: meant === undefined ? `"${help}" shows what can be given.` : `Did you mean ${meant}?`,
    },
  );
}
