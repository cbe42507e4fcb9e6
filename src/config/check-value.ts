// Turns a raw value from one place into a setting's value, or says what is wrong with it there.

import { KvsrecError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { SCHEMA } from './schema.ts';
import { describe, type SettingKey } from './settings.ts';

/**
 * The value of `key` as given by `raw`.
 * @param place How people find it: `--layout`, `KVSREC_LAYOUT`, `"layout" in /home/me/.kvsrecrc`.
 * @throws KvsrecError `bad-setting` (exit 2) that names the place.
 */
export function checkValue(key: SettingKey, raw: unknown, place: string): unknown {
  const result = SCHEMA[key].safeParse(raw);
  if (result.success) return result.data;
  const expected = result.error.issues[0]?.message ?? 'expected something else';
  const meant = suggestion(key, raw);
  throw new KvsrecError('bad-setting', `bad value ${shown(raw)} for ${place}: ${expected}`, {
    exitCode: 2,
    hint: meant === undefined ? undefined : `Did you mean "${meant}"?`,
  });
}

/** The raw value with its wrong words replaced by the nearest right ones, where that makes it right. */
function suggestion(key: SettingKey, raw: unknown): string | undefined {
  const { choices, list } = describe(key);
  if (!choices || !(typeof raw === 'string' || Array.isArray(raw))) return undefined;
  const words = list ? (typeof raw === 'string' ? raw.split(',') : raw) : [raw];
  const meant = words.map((word) => nearest(String(word).trim(), choices));
  return meant.length > 0 && meant.every((word) => word !== undefined) ? meant.join(',') : undefined;
}

function shown(raw: unknown): string {
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
