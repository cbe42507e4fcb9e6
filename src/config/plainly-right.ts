// Tells the values that need no validator, so that a plain call of a command does not load one.

import { describe, type SettingKey } from './settings.ts';

/** Whether `raw` is the value of `key` as it stands: a toggle that is a boolean, free text that is not empty. */
export function isPlainlyRight(key: SettingKey, raw: unknown): boolean {
  const { toggle, text } = describe(key);
  return (
    (toggle === true && typeof raw === 'boolean') || (text === true && typeof raw === 'string' && raw !== '')
  );
}
