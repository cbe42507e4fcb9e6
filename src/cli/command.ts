// What a command is: a row in the list of commands, and a file that is loaded when the command is called.

import type { SettingOrigin, Settings } from '../config/resolve-settings.ts';
import type { SettingKey } from '../config/settings.ts';
import type { Terminal } from './terminal.ts';

/** A row of the list: all that the overview in `kvsrec --help` needs. */
export interface CommandRow {
  readonly name: string;
  /** The arguments in commander's notation, `<needed>`, `[optional]`, `<several...>`. */
  readonly arguments: string;
  readonly summary: string;
  /** Heading in the overview. */
  readonly group: string;
  load(): Promise<CommandDefinition>;
}

/** What a command's file exports. Its settings are those that name it in the table of settings. */
export interface CommandDefinition {
  /** A paragraph at the top of the command's help. */
  readonly description: string;
  /** A description per argument, in their order. */
  readonly argumentDescriptions?: readonly string[];
  /** The words that an argument can be; without them it is a file. */
  readonly argumentChoices?: readonly string[];
  /** Options of this command alone, which are no settings. */
  readonly options?: readonly CommandOption[];
  /** True for a command that takes the flags of all settings, whichever command they are for. */
  readonly takesAllSettings?: true;
  /** Command lines that work as printed, from the root of the package. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Does the work; resolves to the exit status, throws a KvsrecError for what is wrong. */
  run(context: CommandContext): Promise<number>;
}

export interface CommandOption {
  /** In commander's notation. */
  readonly flags: string;
  readonly description: string;
  /** Heading in the help; `Output` if not given. */
  readonly group?: string;
  /** Words that the value, or an item of it where it is a list, can be; for completion in the shell. */
  readonly choices?: readonly string[];
  /** True for a comma-separated list. */
  readonly list?: true;
  /** True for an option that may be repeated; its value is a list. */
  readonly several?: true;
}

/** What a command gets to work with. */
export interface CommandContext {
  /** The arguments in order, those of a variadic argument included. */
  readonly arguments: readonly string[];
  /** Values of the command's own options, by camel-cased name. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingKey, SettingOrigin>>;
  /** Absolute path of the config file that was read. */
  readonly configFile: string | null;
  readonly terminal: Terminal;
  /** All commands, for what tells of them. */
  readonly commands: readonly CommandRow[];
  /** Aborted by the first SIGINT or SIGTERM: finalise files and return. */
  readonly signal: AbortSignal;
}
