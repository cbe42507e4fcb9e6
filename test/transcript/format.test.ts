import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockText } from '../../src/transcript/clock-text.ts';
import { formatOfFile, formatTranscript } from '../../src/transcript/format.ts';
import { segment, transcript } from './segments.ts';

const HOSTILE = [
  'one\n\n2\n00:00:09,000 --> 00:00:10,000\nforged',
  '--> --> <b>loud</b> & {\\an8}',
  '\u001b[2J\u001b]0;title\u0007 bell',
  'a\u2028b\u2029c\u202ed\u200be',
  '\ud800 lone',
  'WEBVTT',
  'NOTE comment',
];

const SRT_TIME = /^(\d\d+):(\d\d):(\d\d),(\d{3}) --> (\d\d+):(\d\d):(\d\d),(\d{3})$/;

/** The cues of an SRT file, read as players do: blocks apart by an empty line, number, times, text. */
function readSrt(text: string): { startMs: number; endMs: number; lines: string[] }[] {
  return text
    .trimEnd()
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block, index) => {
      const [number, times, ...lines] = block.trimEnd().split('\n');
      expect(number).toBe(String(index + 1));
      const parts = SRT_TIME.exec(times!);
      expect(parts, times).not.toBeNull();
      const at = (from: number) =>
        ((Number(parts![from]) * 60 + Number(parts![from + 1])) * 60 + Number(parts![from + 2])) * 1000 +
        Number(parts![from + 3]);
      return { startMs: at(1), endMs: at(5), lines };
    });
}

describe('clockText', () => {
  test.each([
    [0, '00:00:00.000'],
    [1, '00:00:00.001'],
    [3_599_999, '00:59:59.999'],
    [3_600_000, '01:00:00.000'],
    [6 * 3_600_000 + 61_002, '06:01:01.002'],
    [100 * 3_600_000, '100:00:00.000'],
    [-5, '00:00:00.000'],
    [999.6, '00:00:01.000'],
  ])('%d ms is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });
});

describe('srt', () => {
  test('speakers over each other, in the order in which they began', () => {
    const text = formatTranscript(
      transcript([
        segment('to', 2000, 3000, 'Second.'),
        segment('from', 1000, 4000, 'First.'),
        segment('to', 2500, 2600, 'partial', { partial: true }),
      ]),
      'srt',
    );
    expect(text).toBe(
      '1\n00:00:01,000 --> 00:00:04,000\nCustomer: First.\n\n2\n00:00:02,000 --> 00:00:03,000\nAgent: Second.\n',
    );
  });

  test('a call of hours', () => {
    const [cue] = readSrt(
      formatTranscript(transcript([segment('from', 25_200_123, 25_201_000, 'Late.')]), 'srt'),
    );
    expect(cue).toMatchObject({ startMs: 25_200_123, endMs: 25_201_000 });
  });

  test('nothing that was said can be taken for a cue', () => {
    for (const text of HOSTILE) {
      const cues = readSrt(
        formatTranscript(transcript([segment('from', 0, 1000, text, { words: [] })]), 'srt'),
      );
      expect(cues).toHaveLength(1);
      expect(cues[0]!.lines.join('\n')).not.toMatch(/-->|[\u0000-\u0009\u000b-\u001f\u2028\u2029]/);
    }
  });

  test('any text, any times: cues that are in order, not empty, and hold every word', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter((text) => /^[\p{L}\p{N}]+$/u.test(text));
    const one = fc.record({
      direction: fc.constantFrom('from' as const, 'to' as const),
      startMs: fc.integer({ min: 0, max: 10_000_000 }),
      lengthMs: fc.integer({ min: 0, max: 60_000 }),
      words: fc.array(word, { minLength: 1, maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (list) => {
        const segments = list.map(({ direction, startMs, lengthMs, words }) =>
          segment(direction, startMs, startMs + lengthMs, words.join(' ')),
        );
        const cues = readSrt(formatTranscript(transcript(segments), 'srt'));
        for (const [index, cue] of cues.entries()) {
          expect(cue.endMs).toBeGreaterThan(cue.startMs);
          if (index > 0) expect(cue.startMs).toBeGreaterThanOrEqual(cues[index - 1]!.startMs);
        }
        const said = cues.flatMap(({ lines }) =>
          lines
            .join(' ')
            .replace(/^(Customer|Agent): /, '')
            .split(' '),
        );
        expect(said.sort()).toEqual(list.flatMap(({ words }) => words).sort());
      }),
      { numRuns: 150 },
    );
  });

  test('what is long is several cues, each at the time of its words', () => {
    const words = Array.from({ length: 40 }, (_, index) => `word${index}`);
    const cues = readSrt(
      formatTranscript(transcript([segment('to', 10_000, 50_000, words.join(' '))]), 'srt'),
    );
    expect(cues.length).toBeGreaterThan(3);
    expect(cues[0]!.startMs).toBe(10_000);
    expect(cues.at(-1)!.endMs).toBe(50_000);
    for (const { startMs, lines } of cues) {
      const first = Number(/word(\d+)/.exec(lines[0]!)![1]);
      expect(startMs).toBe(10_000 + first * 1000);
      for (const line of lines) expect(line.replace(/^Agent: /, '').length).toBeLessThanOrEqual(42);
    }
  });
});

describe('vtt', () => {
  test('escapes what WebVTT would read as markup', () => {
    const text = formatTranscript(transcript([segment('from', 0, 1000, '<i>a</i> & --> b')]), 'vtt');
    expect(text).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v Customer>&lt;i&gt;a&lt;/i&gt; &amp; --&gt; b</v>\n',
    );
  });

  test.each(HOSTILE)('%j stays one cue', (said) => {
    const text = formatTranscript(transcript([segment('to', 0, 1000, said, { words: [] })]), 'vtt');
    expect(text.match(/-->/g)).toHaveLength(1);
    expect(text.split('\n\n')).toHaveLength(2);
  });
});

describe('text, json, ndjson', () => {
  test('a line per segment, with the categories behind them', () => {
    const text = formatTranscript(
      {
        ...transcript([
          segment('from', 3_600_000, 3_601_000, 'Not good.', { sentiment: 'NEGATIVE' }),
          segment('unknown', 500, 900, 'Hm.'),
        ]),
        categories: [{ name: 'late\ndelivery', ranges: [{ startMs: 3_600_000, endMs: 3_601_000 }] }],
      },
      'text',
    );
    expect(text).toBe(
      '[00:00:00.500] Speaker: Hm.\n[01:00:00.000] Customer: Not good. (negative)\nCategory: late delivery (01:00:00.000)\n',
    );
  });

  test('json reads back as it was, and is safe to print', () => {
    for (const said of HOSTILE) {
      const whole = transcript([segment('from', 0, 1000, said)]);
      const text = formatTranscript(whole, 'json');
      expect(JSON.parse(text)).toEqual(whole);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u200b]/);
    }
  });

  test('ndjson is a segment a line', () => {
    const lines = formatTranscript(
      transcript([segment('to', 2000, 3000, 'b\nc'), segment('from', 0, 1000, 'a')]),
      'ndjson',
    )
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).text)).toEqual(['a', 'b\nc']);
  });
});

test.each([
  ['call.srt', 'srt'],
  ['a.b/call.VTT', 'vtt'],
  ['call.txt', 'text'],
  ['call.jsonl', 'ndjson'],
  ['call.json', 'json'],
  ['call', undefined],
  ['call.wav', undefined],
] as const)('%s is %s', (path, format) => {
  expect(formatOfFile(path)).toBe(format);
});
