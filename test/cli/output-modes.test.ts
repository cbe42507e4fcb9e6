import { describe, expect, test } from 'vitest';
import { earlyModes } from '../../src/cli/output-modes.ts';
import { PLAIN, paintFor, wantsColor } from '../../src/cli/paint.ts';

describe('modes before settings are read', () => {
  const silent = { json: false, quiet: false, verbose: false, color: 'auto' };

  test.each([
    [[], {}, silent],
    [['split', '--json', '-q'], {}, { ...silent, json: true, quiet: true }],
    [['-v', '--no-color'], {}, { ...silent, verbose: true, color: false }],
    [['--color'], {}, { ...silent, color: true }],
    [['--', '--json'], {}, silent],
    [['--json', '--no-json'], {}, silent],
    [[], { KVSREC_JSON: 'yes' }, { ...silent, json: true }],
    [[], { KVSREC_JSON: '0' }, silent],
    [['--no-json'], { KVSREC_JSON: '1' }, silent],
  ])('%j %j', (argv, env, modes) => expect(earlyModes(argv, env)).toEqual(modes));
});

describe('colours', () => {
  const terminal = { isTTY: true };

  test.each([
    [terminal, 'auto', {}, true],
    [{}, 'auto', {}, false],
    [terminal, 'auto', { NO_COLOR: '1' }, false],
    [terminal, 'auto', { NO_COLOR: '' }, true],
    [terminal, 'auto', { TERM: 'dumb' }, false],
    [terminal, false, {}, false],
    [{}, true, { NO_COLOR: '1' }, true],
  ] as const)('%j %s %j', (stream, color, env, wanted) =>
    expect(wantsColor(stream, color, env)).toBe(wanted),
  );

  test('the paint that was asked for', async () => {
    expect(await paintFor({}, 'auto')).toBe(PLAIN);
    expect((await paintFor({}, true)).bad('x')).toBe('\u001b[31mx\u001b[39m');
  });
});
