// The calls of kvsrec in a shell's text, and whether the command line would take them.

import { type Command, CommanderError } from 'commander';
import { COMMANDS } from '../../src/cli/commands.ts';
import { type Call, createProgram } from '../../src/cli/program.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';

/** The arguments of every `kvsrec` in a script. Variables and patterns stay as they are written. */
export function kvsrecCalls(script: string): string[][] {
  const calls: string[][] = [];
  for (const words of commands(script)) {
    const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
    const [first, second] = [words[start], words[start + 1]];
    if (first === 'kvsrec') calls.push(words.slice(start + 1));
    else if (first === 'npx' && second === 'kvsrec') calls.push(words.slice(start + 2));
  }
  return calls;
}

/** Simple commands as words: quotes, comments, line continuations, redirections; no more of the shell than that. */
export function commands(script: string): string[][] {
  const found: string[][] = [[]];
  const token =
    /\\\n|#[^\n]*|(\n|&&|\|\||[;|&()])|\d?[<>]+&?\s*[^\s;|&]+|((?:'[^']*'|"(?:\\.|[^"])*"|\\[^\n]|[^\s;|&()<>'"\\#])(?:'[^']*'|"(?:\\.|[^"])*"|\\[^\n]|[^\s;|&()<>'"\\])*)/g;
  for (const [, separator, word] of script.matchAll(token)) {
    if (separator !== undefined) found.push([]);
    else if (word !== undefined) found.at(-1)!.push(unquoted(word));
  }
  return found.filter((words) => words.length > 0);
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\.|[^"])*)"|\\(.)/g,
    (_, single, double, escaped) => single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped,
  );
}

/** Throws what the command line would say of the arguments' names and of the settings' values. */
export async function checkArguments(args: readonly string[]): Promise<void> {
  const calls: Call[] = [];
  const program = createProgram(COMMANDS, {
    colorHelp: false,
    writeErr: () => {},
    onCall: async (call) => void calls.push(call),
  });
  silence(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    throw error;
  }
  const [call] = calls;
  if (call === undefined) throw new Error(`nothing is called by ${args.join(' ')}`);
  await resolveSettings({ flags: { ...call.flags, config: undefined }, env: {}, directory: '/' });
}

/** Names of all long options, `--no-…` included. */
export async function knownFlags(): Promise<Set<string>> {
  const flags = new Set<string>(['--version', '--help']);
  const program = createProgram(COMMANDS, { colorHelp: false, writeErr: () => {}, onCall: async () => {} });
  silence(program);
  for (const { name } of COMMANDS) {
    await program.parseAsync([name, '--help'], { from: 'user' }).catch(() => {});
  }
  for (const command of [program, ...program.commands]) {
    for (const { long } of command.options) if (long != null) flags.add(long);
  }
  return flags;
}

function silence(program: Command): void {
  for (const command of [program, ...program.commands]) command.configureOutput({ writeOut: () => {} });
}
