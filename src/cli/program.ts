// The command line as commander sees it. A command's options are added when the command is called, so that the
// overview loads none of the commands.

import { Command, Help, Option } from 'commander';
import { belongsTo, describe, SETTING_KEYS, type SettingKey } from '../config/settings.ts';
import { version } from '../version.ts';
import type { CommandDefinition, CommandRow } from './command.ts';
import { GLOBAL_OPTIONS, settingOptions } from './setting-options.ts';

/** What commander found on the command line. */
export interface Call {
  rows: readonly CommandRow[];
  row: CommandRow;
  definition: CommandDefinition;
  arguments: string[];
  flags: Partial<Record<SettingKey, unknown>>;
  options: Record<string, unknown>;
}

export interface ProgramHost {
  colorHelp: boolean;
  /** Help that is an answer goes to standard output; help that goes with an error goes here. */
  writeErr(text: string): void;
  /** Called with the command that was asked for. */
  onCall(call: Call): Promise<void>;
}

/** Builds the program. Parsing throws commander's errors; nothing exits the process. */
export function createProgram(rows: readonly CommandRow[], host: ProgramHost): Command {
  const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
  const program = new Command('kvsrec')
    .description('Gets the audio of Amazon Connect calls out of Kinesis Video Streams, exact to the sample.')
    .usage('<command> [options]')
    .optionsGroup(GLOBAL_OPTIONS)
    .version(version(), '-V, --version', 'print the version')
    .addHelpOption(new Option('-h, --help', 'show help').helpGroup(GLOBAL_OPTIONS))
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ visibleOptions: optionsWithGlobals, styleTitle: bold })
    .configureOutput({
      writeErr: (text) => host.writeErr(text),
      outputError: () => {},
      getOutHasColors: () => host.colorHelp,
      getErrHasColors: () => false,
    });
  for (const key of SETTING_KEYS) {
    if (describe(key).commands === 'all') for (const option of settingOptions(key)) program.addOption(option);
  }
  program.addHelpText('after', HELP_AFTER);
  for (const row of rows) {
    program.command(`${row.name} ${row.arguments}`).description(row.summary).helpGroup(`${row.group}:`);
  }
  program.hook('preSubcommand', async (_program, command) => {
    const row = rows.find(({ name }) => name === command.name());
    if (row) equip(command, row, await row.load(), (call) => host.onCall({ rows, ...call }));
  });
  return program;
}

/** A command's options, then those of the program. */
function optionsWithGlobals(this: Help, command: Command): Option[] {
  const own = Help.prototype.visibleOptions.call(this, command);
  const program = command.parent;
  if (!program) return own;
  const shared = program.options.filter(({ hidden, long }) => !hidden && long !== '--version');
  const help = own.filter(({ long }) => long === '--help');
  return [...own.filter((option) => !help.includes(option)), ...shared, ...help];
}

const HELP_AFTER = `
Examples:
  kvsrec split fixtures/demo-call.mkv -o calls
  kvsrec inspect fixtures/demo-call.mkv

"kvsrec <command> --help" tells more of a command.`;

/** Gives a command what its file says. */
export function equip(
  command: Command,
  row: CommandRow,
  definition: CommandDefinition,
  onCall: (call: Omit<Call, 'rows'>) => Promise<void>,
): void {
  command.description(definition.description);
  definition.argumentDescriptions?.forEach((description, index) => {
    const argument = command.registeredArguments[index];
    if (argument) argument.description = description;
  });
  const own = definition.options ?? [];
  for (const { flags, description, group, several } of own) {
    const option = new Option(flags, description).helpGroup(`${group ?? 'Output'}:`);
    if (several) option.argParser<string[]>((value, previous = []) => [...previous, value]);
    command.addOption(option);
  }
  for (const key of SETTING_KEYS) {
    if (describe(key).commands === 'all') continue;
    if (!definition.takesAllSettings && !belongsTo(key, row.name)) continue;
    for (const option of settingOptions(key)) command.addOption(option);
  }
  command.addHelpText('after', `\nExamples:\n${examples(definition)}`);
  command.action(async () => {
    const given = command.optsWithGlobals<Record<string, unknown>>();
    const flags: Partial<Record<SettingKey, unknown>> = {};
    for (const key of SETTING_KEYS) if (given[key] !== undefined) flags[key] = given[key];
    const options = Object.fromEntries(Object.entries(given).filter(([name]) => !(name in flags)));
    await onCall({ row, definition, arguments: command.args, flags, options });
  });
}

function examples({ examples }: CommandDefinition): string {
  return examples.map(({ line, does }) => `  # ${does}\n  ${line}`).join('\n');
}
