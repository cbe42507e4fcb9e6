// Options as completion sees them.

import type { OptionReference } from '../reference.ts';

/** Both spellings of an option. */
export function spellings({ short, long }: OptionReference): string[] {
  return short === undefined ? [long] : [short, long];
}

/** Whether the word after the option is its value. */
export function takesWord({ value, optional }: OptionReference): boolean {
  return value !== undefined && !optional;
}

/** Text between single quotes, for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
