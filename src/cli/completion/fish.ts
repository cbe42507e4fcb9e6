// Completion for fish.

import type { OptionReference, Reference, Values } from '../reference.ts';

/** The script: ~/.config/fish/completions/kvsrec.fish, or piped into source. */
export function fishCompletion({ options, commands }: Reference): string {
  const names = commands.map(({ name }) => name);
  const noCommand = `not __fish_seen_subcommand_from ${[...names, 'help'].join(' ')}`;
  const lines = [
    '# fish completion for kvsrec: kvsrec completion fish | source',
    'complete -c kvsrec -e',
    'complete -c kvsrec -f',
    ...options.map((option) => optionLine(option, noCommand)),
    ...commands.map(({ name, summary }) => line(noCommand, `-a ${name}`, summary)),
    line('__fish_seen_subcommand_from help', `-a ${quote(names.join(' '))}`, ''),
  ];
  for (const { name, options: own, values } of commands) {
    const condition = `__fish_seen_subcommand_from ${name}`;
    if (values !== null) lines.push(line(condition, argumentFlags(values), ''));
    lines.push(...own.map((option) => optionLine(option, condition)));
  }
  return `${lines.join('\n')}\n`;
}

function optionLine(option: OptionReference, condition: string): string {
  const { short, long, value, optional, values, description } = option;
  const name = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  if (value === undefined || optional) return line(condition, name, description);
  return line(condition, `${name} ${values === null ? '-x' : `-r ${argumentFlags(values)}`}`, description);
}

function argumentFlags(values: NonNullable<Values>): string {
  if (values.kind === 'files') return '-F';
  if (values.kind === 'folders') return `-f -a '(__fish_complete_directories)'`;
  if (!values.list) return `-f -a ${quote(values.words.join(' '))}`;
  return `-f -a ${quote(`(__fish_complete_list , 'string split " " "${values.words.join(' ')}"')`)}`;
}

function line(condition: string, what: string, description: string): string {
  const text = description === '' ? '' : ` -d ${quote(description)}`;
  return `complete -c kvsrec -n ${quote(condition)} ${what}${text}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
