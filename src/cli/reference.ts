// All commands with all options as plain data, from the same tables as the help: for completion and the man page.

import type { Argument, Option } from 'commander';
import { describe, SETTING_KEYS } from '../config/settings.ts';
import type { CommandDefinition, CommandRow } from './command.ts';
import { createProgram, equip } from './program.ts';

/** What a shell offers for a value; null for what it cannot know. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly list: boolean }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  | null;

export interface OptionReference {
  /** `-o` */
  readonly short: string | undefined;
  /** `--out` */
  readonly long: string;
  /** The value as help shows it, `<dir>`; undefined for an option without one. */
  readonly value: string | undefined;
  /** True where the value can be left out. */
  readonly optional: boolean;
  readonly repeatable: boolean;
  readonly values: Values;
  readonly description: string;
  /** Heading in the help, without a colon. */
  readonly group: string;
}

export interface CommandReference extends Pick<CommandRow, 'name' | 'summary' | 'group'> {
  /** As in `<input...>`. */
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly description: string }[];
  /** What every argument can be; null for a command without arguments. */
  readonly values: Values;
  /** In the order of the help, those of every command last. */
  readonly options: readonly OptionReference[];
  readonly examples: CommandDefinition['examples'];
}

export interface Reference {
  readonly description: string;
  /** What `kvsrec` takes without a command. */
  readonly options: readonly OptionReference[];
  readonly commands: readonly CommandReference[];
}

/** Loads every command and tells of it. */
export async function reference(rows: readonly CommandRow[]): Promise<Reference> {
  const program = createProgram(rows, { colorHelp: false, writeErr: () => {}, onCall: async () => {} });
  const help = program.createHelp();
  const commands = rows.map(async (row): Promise<CommandReference> => {
    const definition = await row.load();
    const command = program.commands.find((candidate) => candidate.name() === row.name)!;
    equip(command, row, definition, async () => {});
    return {
      name: row.name,
      summary: row.summary,
      group: row.group,
      usage: row.arguments,
      description: definition.description,
      arguments: command.registeredArguments.map((argument: Argument) => ({
        name: argument.name(),
        description: argument.description,
      })),
      values: argumentValues(row, definition),
      options: help.visibleOptions(command).map((option) => optionReference(option, definition)),
      examples: definition.examples,
    };
  });
  return {
    description: program.description(),
    options: help.visibleOptions(program).map((option) => optionReference(option)),
    commands: await Promise.all(commands),
  };
}

function argumentValues(row: CommandRow, { argumentChoices }: CommandDefinition): Values {
  if (row.arguments === '') return null;
  return argumentChoices === undefined
    ? { kind: 'files' }
    : { kind: 'words', words: argumentChoices, list: false };
}

function optionReference(option: Option, definition?: CommandDefinition): OptionReference {
  const value = /[<[].*$/.exec(option.flags)?.[0];
  const key = SETTING_KEYS.find((candidate) => candidate === option.attributeName());
  const table =
    key === undefined ? definition?.options?.find(({ flags }) => flags === option.flags) : describe(key);
  const list = table?.list ?? false;
  const several = table !== undefined && 'several' in table;
  return {
    short: option.short,
    long: option.long ?? option.flags,
    value,
    optional: option.optional,
    repeatable: list || several || option.variadic,
    values: value === undefined ? null : optionValues(value, table?.choices, list),
    description: option.description,
    group: (option.helpGroupHeading ?? '').replace(/:$/, ''),
  };
}

function optionValues(value: string, choices: readonly string[] | undefined, list: boolean): Values {
  if (choices !== undefined) return { kind: 'words', words: choices, list };
  if (/^[<[](file|place)\b/.test(value)) return { kind: 'files' };
  return /^[<[]dir\b/.test(value) ? { kind: 'folders' } : null;
}
