// Settings from a config file: finds it cheaply, and loads cosmiconfig only when there is one to read.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KvsrecError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { describe, SETTING_KEYS, type SettingKey } from './settings.ts';

/**
 * Where a config file may be, in order of preference. Only the current directory is searched (cosmiconfig's
 * default, too): a config file can be a program, and parent directories may belong to somebody else.
 */
export const SEARCH_PLACES = [
  'package.json',
  '.kvsrecrc',
  '.kvsrecrc.json',
  '.kvsrecrc.yaml',
  '.kvsrecrc.yml',
  '.kvsrecrc.js',
  '.kvsrecrc.cjs',
  '.kvsrecrc.mjs',
] as const;

export interface ConfigFile {
  /** Absolute path. */
  path: string;
  /** Raw values by key; every key is a known one. */
  values: Map<SettingKey, unknown>;
}

/**
 * The config file in `directory`, or the one at `chosen`; null where there is none.
 * @throws KvsrecError (exit 2) `config-not-found`, `bad-config-file`, `unknown-setting`.
 */
export async function readConfigFile(directory: string, chosen?: string): Promise<ConfigFile | null> {
  const path = chosen === undefined ? findConfigFile(directory) : resolve(directory, chosen);
  if (path === null) return null;
  if (chosen !== undefined && !existsSync(path)) {
    throw new KvsrecError('config-not-found', `the config file ${path} does not exist`, {
      exitCode: 2,
      hint: 'Check the path given with --config or KVSREC_CONFIG.',
    });
  }
  const content = await loadFile(path);
  if (content === undefined || content === null) return { path, values: new Map() };
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new KvsrecError('bad-config-file', `${path} holds no settings: expected keys with values`, {
      exitCode: 2,
      hint: 'Write one "key: value" a line, for example "layout: stereo".',
    });
  }
  return { path, values: knownKeys(content as Record<string, unknown>, path) };
}

function findConfigFile(directory: string): string | null {
  for (const place of SEARCH_PLACES) {
    const path = join(directory, place);
    if (place === 'package.json' ? mentionsKvsrec(path) : existsSync(path)) return path;
  }
  return null;
}

/** Whether a package.json has settings for this tool. One that cannot be parsed is none of our business. */
function mentionsKvsrec(path: string): boolean {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof content === 'object' && content !== null && Object.hasOwn(content, 'kvsrec');
  } catch {
    return false;
  }
}

async function loadFile(path: string): Promise<unknown> {
  const { cosmiconfig, defaultLoaders } = await import('cosmiconfig');
  try {
    // A chosen file may be called anything; what no loader claims is read as YAML, as .kvsrecrc is.
    const loaders = {
      ...defaultLoaders,
      default: defaultLoaders.noExt,
      // Some editors put a byte order mark first, which YAML allows and JSON does not.
      '.json': (file: string, text: string) => defaultLoaders['.json'](file, text.replace(/^\ufeff/, '')),
    };
    const result = await cosmiconfig('kvsrec', { searchPlaces: [...SEARCH_PLACES], loaders }).load(path);
    return result?.isEmpty ? undefined : result?.config;
  } catch (cause) {
    const lines = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    // cosmiconfig heads what a parser says with a line that has no reason in it, and a piece of the file may follow.
    const headed = /^(JSON|YAML) Error in .*:\s*$/.test(lines[0] ?? '');
    const reason = (headed ? lines.slice(1).find((line) => /^\w/.test(line)) : undefined) ?? lines[0] ?? '';
    throw new KvsrecError('bad-config-file', `cannot read the config file ${path}: ${reason}`, {
      exitCode: 2,
      hint: 'Correct the file, or name another one with --config.',
      cause,
    });
  }
}

function knownKeys(content: Record<string, unknown>, path: string): Map<SettingKey, unknown> {
  const values = new Map<SettingKey, unknown>();
  for (const [key, value] of Object.entries(content)) {
    const known = SETTING_KEYS.find((candidate) => candidate === key);
    if (known === undefined || describe(known).notInFile) throw unknownKey(key, path);
    // A key without a value (`layout:` in YAML) is a key that is not set.
    if (value !== undefined && value !== null) values.set(known, value);
  }
  return values;
}

function unknownKey(key: string, path: string): KvsrecError {
  const keys = SETTING_KEYS.filter((candidate) => !describe(candidate).notInFile);
  const meant = nearest(key, keys);
  return new KvsrecError('unknown-setting', `unknown setting "${key}" in ${path}`, {
    exitCode: 2,
    hint: meant ? `Did you mean "${meant}"?` : `Known settings: ${keys.join(', ')}.`,
  });
}
