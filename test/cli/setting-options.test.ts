import { expect, test } from 'vitest';
import { settingOptions } from '../../src/cli/setting-options.ts';

test('help tells the default, commander does not know it', () => {
  const [gapTolerance] = settingOptions('gapTolerance');
  expect(gapTolerance?.description).toMatch(/ \(default: 100ms\)$/);
  expect(gapTolerance?.defaultValue).toBeUndefined();
  expect(settingOptions('contactId')[0]?.description).not.toContain('default');
});

test('the flag of a list may be repeated', () => {
  const [layout] = settingOptions('layout');
  expect(layout?.parseArg?.('mix', layout.parseArg('stereo', undefined))).toBe('stereo,mix');
});

test('a toggle has an opposite, which help shows where it says something', () => {
  expect(settingOptions('overwrite').map(({ long, hidden }) => [long, hidden])).toEqual([
    ['--overwrite', false],
    ['--no-overwrite', true],
  ]);
  expect(settingOptions('color').map(({ long, hidden }) => [long, hidden])).toEqual([
    ['--color', false],
    ['--no-color', false],
  ]);
});
