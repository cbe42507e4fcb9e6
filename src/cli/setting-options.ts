// Settings as commander options.

import { Option } from 'commander';
import { describe, flagName, type SettingKey } from '../config/settings.ts';

/** Heading of the options that every command takes. */
export const GLOBAL_OPTIONS = 'Global options:';

/** The option of a setting, with its default in the description; a toggle brings its hidden opposite. */
export function settingOptions(key: SettingKey): Option[] {
  const row = describe(key);
  // Commander is told no default: an option that was not given must leave the word to the other sources.
  const option = new Option(row.flag, row.description + defaultText(key)).helpGroup(
    row.group === 'Global' ? GLOBAL_OPTIONS : `${row.group}:`,
  );
  if (row.list) {
    option.argParser<string>((value, previous) => (previous === undefined ? value : `${previous},${value}`));
  }
  if (!row.toggle) return [option];
  const opposite = new Option(flagName(key).replace('--', '--no-'), row.opposite ?? '');
  return [option, opposite.helpGroup(option.helpGroupHeading ?? '').hideHelp(row.opposite === undefined)];
}

function defaultText(key: SettingKey): string {
  const value = describe(key).default;
  if (value === undefined || value === false || String(value) === '') return '';
  return ` (default: ${Array.isArray(value) ? value.join(',') : describe(key).flag.includes('<time>') ? timeText(Number(value)) : String(value)})`;
}

function timeText(ms: number): string {
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
