// `kvsrec config`: the effective settings and their origins.

import { SETTING_KEYS, type SettingKey } from '../../config/settings.ts';
import { columns } from '../columns.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { printable } from '../printable.ts';

export const config: CommandDefinition = {
  description:
    'Shows every setting with its value and where that came from: a flag, an environment variable, the config file ' +
    '(.kvsrecrc, .kvsrecrc.json, .yaml, .yml, .js, .cjs, .mjs, or "kvsrec" in package.json, in the current directory) ' +
    'or the default, in that order of precedence.',
  takesAllSettings: true,
  examples: [
    { line: 'kvsrec config', does: 'what is in effect here' },
    { line: 'kvsrec config --config .kvsrecrc.example --json', does: 'what a file would set, as JSON' },
    { line: 'KVSREC_LAYOUT=stereo kvsrec config', does: 'a setting from the environment' },
  ],
  run,
};

async function run({ settings, origins, configFile, terminal }: CommandContext): Promise<number> {
  const rows = SETTING_KEYS.map((key) => [
    key,
    printable(valueText(settings[key])),
    printable(originText(origins[key])),
  ]);
  terminal.result(
    columns([['setting', 'value', 'from'], ...rows], (cell, row, column) =>
      row === 0 ? terminal.paint.bold(cell) : column === 2 ? terminal.paint.dim(cell) : cell,
    ),
  );
  terminal.document({
    file: configFile,
    settings: Object.fromEntries(
      SETTING_KEYS.map((key: SettingKey) => [key, { value: settings[key] ?? null, ...origins[key] }]),
    ),
  });
  return 0;
}

function valueText(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.map(valueText).join(',');
  if (typeof value === 'object' && value !== null) return Object.values(value).join('=');
  return String(value);
}

function originText({ source, place }: CommandContext['origins'][SettingKey]): string {
  return place === null ? source : `${source} ${place}`;
}
