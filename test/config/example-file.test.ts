import { readFileSync } from 'node:fs';
import { defaultLoaders } from 'cosmiconfig';
import { expect, describe as suite, test } from 'vitest';
import { checkValue } from '../../src/config/check-value.ts';
import { describe, SETTING_KEYS, SETTINGS, type SettingKey } from '../../src/config/settings.ts';

const load = (yaml: string): unknown => defaultLoaders['.yaml']('.kvsrecrc', yaml);

const text = readFileSync(new URL('../../.kvsrecrc.example', import.meta.url), 'utf8');
const settingLines = text
  .split('\n')
  .filter((line) => /^# [a-z][a-zA-Z]*: /.test(line) && !/\w\.$/.test(line));
const content = load(settingLines.map((line) => line.slice(2)).join('\n')) as Record<string, unknown>;

suite('.kvsrecrc.example', () => {
  test('is a config file as it stands, one that sets nothing', () => {
    expect(load(text)).toBeFalsy();
  });

  test('has every key that a config file can hold, in the order of the table, and no other', () => {
    expect(Object.keys(content)).toEqual(SETTING_KEYS.filter((key) => !describe(key).notInFile));
  });

  test.each(Object.keys(content) as SettingKey[])(
    '%s: its default, or an example where there is none',
    (key) => {
      const line = settingLines.find((candidate) => candidate.startsWith(`# ${key}:`))!;
      const value = checkValue(key, content[key], key);
      const standard = SETTINGS[key].default;
      if (standard === undefined) {
        expect(line).toMatch(/# example$/);
        expect(content[key]).toBe(describe(key).example);
      } else {
        expect(value).toEqual(standard);
      }
    },
  );
});
