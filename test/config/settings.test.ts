import { expect, describe as suite, test } from 'vitest';
import { checkValue } from '../../src/config/check-value.ts';
import { isPlainlyRight } from '../../src/config/plainly-right.ts';
import { belongsTo, describe, flagName, SETTING_KEYS, SETTINGS } from '../../src/config/settings.ts';
import { DEFAULT_NAME } from '../../src/recording/file-name.ts';
import { DEFAULT_RECORDING_OPTIONS, LAYOUTS, TIMELINES, TRACK_CHOICES } from '../../src/recording/types.ts';

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

suite('the table of settings', () => {
  test.each(SETTING_KEYS)('%s: flag and variable follow from the key', (key) => {
    expect(flagName(key)).toBe(`--${kebab(key)}`);
    expect(SETTINGS[key].env).toBe(`KVSREC_${kebab(key).replace(/-/g, '_').toUpperCase()}`);
    expect(describe(key).flag.includes('<')).toBe(!describe(key).toggle);
  });

  test.each(SETTING_KEYS)('%s: the default passes the check', (key) => {
    const standard = SETTINGS[key].default;
    expect(checkValue(key, standard, 'default')).toEqual(standard);
  });

  test.each([
    ['a toggle', 'json', true],
    ['a text', 'out', 'x'],
  ] as const)('what needs no check passes it unchanged: %s', (_name, key, value) => {
    expect(isPlainlyRight(key, value)).toBe(true);
    expect(checkValue(key, value, key)).toBe(value);
  });

  test.each([
    ['idleTimeout', '0', 0],
    ['idleTimeout', '100ms', 100],
    ['idleTimeout', '50', /at least 100 ms, or 0/],
    ['stallTimeout', '0', /at least 100 ms/],
    ['maxDuration', '0', /at least 100 ms/],
  ] as const)('a wait: %s of %s', (key, raw, expected) => {
    if (typeof expected === 'number') expect(checkValue(key, raw, key)).toBe(expected);
    else expect(() => checkValue(key, raw, key)).toThrow(expected);
  });

  test('the words and defaults are those of the engine', () => {
    expect(SETTINGS.layout.choices).toEqual(LAYOUTS);
    expect(SETTINGS.track.choices).toEqual(TRACK_CHOICES);
    expect(SETTINGS.timeline.choices).toEqual(TIMELINES);
    expect(SETTINGS.name.default).toBe(DEFAULT_NAME);
    expect(SETTINGS.layout.default).toEqual(DEFAULT_RECORDING_OPTIONS.layouts);
    expect(SETTINGS.track.default).toBe(DEFAULT_RECORDING_OPTIONS.track);
    expect(SETTINGS.timeline.default).toBe(DEFAULT_RECORDING_OPTIONS.timeline);
    expect(SETTINGS.gapTolerance.default).toBe(DEFAULT_RECORDING_OPTIONS.gapToleranceMs);
  });

  test('belongs to the commands of its row', () => {
    expect(belongsTo('layout', 'split')).toBe(true);
    expect(belongsTo('layout', 'verify')).toBe(false);
    expect(belongsTo('json', 'verify')).toBe(true);
  });
});
