import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../../src/cli/paint.ts';
import { splitSummary, warningLine } from '../../../src/cli/split/summary.ts';
import type { SplitReport } from '../../../src/cli/split/task.ts';

const track = { name: 'x', encoding: 'L16', channels: 1, silenceMs: 0, pcmSha256: null, sampleRate: 8000 };

const report: SplitReport = {
  input: 'call\u001b.mkv',
  bytes: 119_051_634,
  contacts: [
    {
      contactId: 'b0\u009be1',
      instanceId: null,
      start: '2024-09-18T16:41:28.724Z',
      durationMs: 3_600_000,
      fragments: { count: 3309, first: null, last: null, duplicates: 2 },
      tracks: [
        { ...track, direction: 'from', samples: 28_800_000 },
        { ...track, direction: 'to', samples: 8000 },
      ],
      files: [
        { layout: 'separate', direction: 'from', path: 'out/from.wav', bytes: 57_600_044 },
        { layout: 'separate', direction: 'to', path: 'out/\u202eto.wav', bytes: 16_044 },
        { layout: 'mix', direction: 'both', path: 'out/mix.wav', bytes: 57_600_044 },
      ],
    },
    {
      contactId: null,
      instanceId: null,
      start: '2024-09-20T16:41:28.724Z',
      durationMs: 1000,
      fragments: { count: 1, first: null, last: null, duplicates: 0 },
      tracks: [{ ...track, direction: 'from', encoding: 'AAC', samples: 0 }],
      files: [{ layout: 'separate', direction: 'from', path: 'out/from.aac', bytes: 100 }],
    },
  ],
  warnings: [],
};

describe('the summary of split', () => {
  test('a block per contact, a row per file', () => {
    expect(splitSummary(report, PLAIN)).toBe(
      [
        'call\\x1b.mkv (119 MB)',
        '  b0\\x9be1  2024-09-18T16:41:28.724Z  1:00:00.000  3309 fragments (2 repeated)',
        '    out/from.wav      58 MB  1:00:00.000',
        '    out/\\u202eto.wav  16 kB  0:01.000',
        '    out/mix.wav       58 MB  1:00:00.000',
        '  unknown contact  2024-09-20T16:41:28.724Z  0:01.000  1 fragment',
        '    out/from.aac  100 B',
      ].join('\n'),
    );
  });

  test('nothing saved, interrupted', () => {
    expect(splitSummary({ ...report, contacts: [], aborted: true }, PLAIN)).toBe(
      'call\\x1b.mkv (119 MB, interrupted)\n  no audio',
    );
  });

  test('a contact without files', () => {
    const contacts = [{ ...report.contacts[1]!, files: [] }];
    expect(splitSummary({ ...report, contacts }, PLAIN)).toMatch(/ 1 fragment$/);
  });

  test('a warning with and without its place', () => {
    expect(warningLine('a.mkv', { code: 'gap', message: 'm' })).toBe('a.mkv: m');
    expect(warningLine('a.mkv', { code: 'corrupt', message: 'm', offset: 0 })).toBe('a.mkv: m (at byte 0)');
  });
});
