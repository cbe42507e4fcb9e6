import { describe, expect, test } from 'vitest';
import { printable, printableJson } from '../../src/cli/printable.ts';

describe('printable', () => {
  test.each([
    ['plain text, Grüße, 日本語, 🎧', 'plain text, Grüße, 日本語, 🎧'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\nb\r\tc\0', 'a\\x0ab\\x0d\\x09c\\x00'],
    ['\u007f\u009b31m', '\\x7f\\x9b31m'],
    ['abc\u202ecba\u2066\u200b\ufeff', 'abc\\u202ecba\\u2066\\u200b\\ufeff'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\ud800x\udc00', '\\ud800x\\udc00'],
  ])('%j', (text, expected) => expect(printable(text)).toBe(expected));
});

describe('printableJson', () => {
  const value = { 'a\u009b': '\u001b[31m \u007f \u202e \ud800 é\n', list: [1, null, {}] };

  test('is the same value to a parser', () => expect(JSON.parse(printableJson(value))).toEqual(value));

  test('holds nothing that steers a terminal, and is indented', () => {
    expect(printableJson(value)).toMatch(/^[\x20-\x7e\né]+$/);
    expect(printableJson(value)).toContain('\n  "list": [\n');
  });
});
