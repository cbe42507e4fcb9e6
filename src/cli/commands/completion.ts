// `kvsrec completion`: what a shell has to know to complete the command line.

import { KvsrecError } from '../../errors.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { reference } from '../reference.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export const completion: CommandDefinition = {
  description:
    'Prints a script that completes commands, options, their values and files: for bash in ~/.bashrc, ' +
    'source <(kvsrec completion bash); for zsh in ~/.zshrc after compinit, source <(kvsrec completion zsh), or as a ' +
    'file _kvsrec in a folder of $fpath; for fish as ~/.config/fish/completions/kvsrec.fish.',
  argumentDescriptions: ['bash, zsh or fish'],
  argumentChoices: Object.keys(SHELLS),
  examples: [
    { line: 'source <(kvsrec completion bash); complete -p kvsrec', does: 'completion in this bash' },
    { line: 'kvsrec completion zsh > _kvsrec; head -n 1 _kvsrec', does: 'a file for zsh' },
    { line: 'kvsrec completion fish > kvsrec.fish; head -n 1 kvsrec.fish', does: 'a file for fish' },
  ],
  run,
};

async function run({ arguments: [shell = ''], commands, terminal }: CommandContext): Promise<number> {
  if (!Object.hasOwn(SHELLS, shell)) {
    throw new KvsrecError('bad-value', `there is no completion for "${shell}"`, {
      exitCode: 2,
      hint: `Expected ${Object.keys(SHELLS).join(', ')}.`,
    });
  }
  const script = SHELLS[shell as keyof typeof SHELLS](await reference(commands));
  terminal.result(script.trimEnd());
  terminal.document({ shell, script });
  return 0;
}
