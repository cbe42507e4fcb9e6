// The effective settings: flags before environment before config file before defaults, each with its origin.

import { readConfigFile } from './config-file.ts';
import { readEnvironment } from './environment.ts';
import { isPlainlyRight } from './plainly-right.ts';
import type { Settings } from './schema.ts';
import { flagName, SETTING_KEYS, SETTINGS, type SettingKey } from './settings.ts';

export type { Settings } from './schema.ts';

export interface SettingSources {
  /** Raw values of the flags that were given, by key. */
  flags: Partial<Record<SettingKey, unknown>>;
  env: NodeJS.ProcessEnv;
  /** Directory that is searched for a config file and that relative paths start from. */
  directory: string;
}

/** Where a value came from; `place` is a flag, a variable or a file's path, null for a default. */
export interface SettingOrigin {
  source: 'flag' | 'env' | 'file' | 'default';
  place: string | null;
}

export interface ResolvedSettings {
  values: Settings;
  origins: Record<SettingKey, SettingOrigin>;
  /** Absolute path of the config file that was read. */
  file: string | null;
}

interface Candidate extends SettingOrigin {
  key: SettingKey;
  raw: unknown;
  /** How an error names the place. */
  named: string;
}

/**
 * Reads all sources. A value that another source overrides is checked all the same.
 * @throws KvsrecError (exit 2) `bad-setting`, `unknown-setting`, `config-not-found`, `bad-config-file`.
 */
export async function resolveSettings(sources: SettingSources): Promise<ResolvedSettings> {
  const env = readEnvironment(sources.env);
  const chosen = sources.flags.config ?? env.get('config');
  const file = await readConfigFile(sources.directory, typeof chosen === 'string' ? chosen : undefined);

  // Strongest source last, so that it has the last word below.
  const candidates: Candidate[] = [];
  for (const [key, raw] of file?.values ?? []) {
    candidates.push({ key, raw, source: 'file', place: file!.path, named: `"${key}" in ${file!.path}` });
  }
  for (const [key, raw] of env) {
    candidates.push({ key, raw, source: 'env', place: SETTINGS[key].env, named: SETTINGS[key].env });
  }
  for (const key of SETTING_KEYS) {
    const raw = sources.flags[key];
    if (raw !== undefined)
      candidates.push({ key, raw, source: 'flag', place: flagName(key), named: flagName(key) });
  }

  const values: Record<string, unknown> = {};
  const origins = {} as Record<SettingKey, SettingOrigin>;
  for (const key of SETTING_KEYS) {
    values[key] = SETTINGS[key].default;
    origins[key] = { source: 'default', place: null };
  }
  for (const { key, raw, source, place, named } of candidates) {
    values[key] = isPlainlyRight(key, raw)
      ? raw
      : (await import('./check-value.ts')).checkValue(key, raw, named);
    origins[key] = { source, place };
  }
  // Every value is a default or has passed its check.
  return { values: values as Settings, origins, file: file?.path ?? null };
}
