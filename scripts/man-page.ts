// The man page, in the macros of man(7), from the tables that the help is made of.

import { COMMANDS } from '../src/cli/commands.ts';
import { type CommandReference, type OptionReference, reference } from '../src/cli/reference.ts';
import { SEARCH_PLACES } from '../src/config/config-file.ts';
import { describe, SETTING_KEYS } from '../src/config/settings.ts';
import { version } from '../src/version.ts';

/** The day of the page's last change that a reader would notice. */
const DATE = '2026-11-23';

const EXIT_STATUS: readonly [status: string, meaning: string][] = [
  ['0', 'Done.'],
  ['1', 'Failed, or a difference was found.'],
  ['2', 'Wrong usage or settings.'],
  ['3', 'Done, but input was damaged or incomplete: what could be saved was saved.'],
  ['130, 143', 'Ended by SIGINT or SIGTERM; the files were finished first.'],
];

/** The page as roff. */
export async function manPage(): Promise<string> {
  const { description, options, commands } = await reference(COMMANDS);
  const shared = new Set(options.map(({ long }) => long));
  const lines = [
    `.TH KVSREC 1 "${DATE}" "kvsrec ${version()}" "User Commands"`,
    '.SH NAME',
    'kvsrec \\- get the audio of Amazon Connect calls out of Kinesis Video Streams',
    '.SH SYNOPSIS',
    '.B kvsrec',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(description),
    '.SH COMMANDS',
    ...commands.flatMap((command) => commandSection(command, shared)),
    '.SH "GLOBAL OPTIONS"',
    ...options.flatMap(optionItem),
    '.SH "LENGTHS OF TIME"',
    text(
      'Written in one way wherever one is asked for: 500 or 500ms, 30s, 1.5m, 2h, or as a clock has it, 1:30 (minutes ' +
        'and seconds) or 1:02:03.5. Milliseconds where no unit stands, seconds with serve-lambda --timeout.',
    ),
    '.SH "EXIT STATUS"',
    ...EXIT_STATUS.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, text(meaning)]),
    '.SH ENVIRONMENT',
    text('A flag wins over its variable, that over the config file, that over the default.'),
    ...SETTING_KEYS.flatMap((key) => {
      const { env, flag } = describe(key);
      return ['.TP', `.B ${word(env)}`, text(`As ${/--[a-z-]+/.exec(flag)?.[0]}.`)];
    }),
    '.TP',
    '.B AWS_*',
    text('Credentials, regions and endpoints, as for every tool that uses an AWS SDK.'),
    '.TP',
    '.B NO_COLOR',
    'No colours, where it is set.',
    '.SH FILES',
    ...SEARCH_PLACES.flatMap((place) => [
      '.TP',
      `.I ${word(place)}`,
      text(place === 'package.json' ? 'Settings, under its key "kvsrec".' : 'Settings.'),
    ]),
    text('The first of these in the current directory is read.'),
  ];
  return `${lines.join('\n')}\n`;
}

function commandSection(command: CommandReference, shared: ReadonlySet<string>): string[] {
  const own = command.options.filter(({ long }) => !shared.has(long));
  const lines = [
    `.SS "${word(`kvsrec ${command.name} ${command.usage}`.trim())}"`,
    text(command.description),
    ...command.arguments.flatMap(({ name, description }) => ['.TP', `.I ${word(name)}`, text(description)]),
  ];
  let group: string | undefined;
  for (const option of own) {
    if (option.group !== group) lines.push('.PP', `${text(option.group)}:`);
    group = option.group;
    lines.push(...optionItem(option));
  }
  lines.push('.PP', command.examples.length === 1 ? 'Example:' : 'Examples:');
  for (const { line, does } of command.examples) {
    lines.push('.PP', `${text(does)}:`, '.PP', '.RS', '.nf', text(line).replaceAll('-', '\\-'), '.fi', '.RE');
  }
  return lines;
}

function optionItem({ short, long, value, description }: OptionReference): string[] {
  const names = [short, long].filter((name) => name !== undefined).map((name) => `\\fB${word(name)}\\fR`);
  const suffix = value === undefined ? '' : ` \\fI${word(value)}\\fR`;
  return ['.TP', names.join(', ') + suffix, text(description)];
}

/** A word that is typed: its hyphens are minus signs. */
function word(content: string): string {
  return text(content).replaceAll('-', '\\-');
}

const CHARACTERS: Record<string, string> = {
  '’': '\\(cq',
  '“': '\\(lq',
  '”': '\\(rq',
  '–': '\\(en',
  '…': '...',
};

/** Running text as one line of roff. */
function text(content: string): string {
  return content
    .replaceAll('\\', '\\e')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replace(/[^\u0000-\u007f]/gu, (character) => CHARACTERS[character] ?? `\\[u${hex(character)}]`)
    .replace(/^[.']/, '\\&$&');
}

function hex(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
}
