import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText, html, scriptJson } from '../../src/report/html.ts';
import { findRecordings } from '../../src/report/recordings.ts';
import { axisStep, dateText, lengthText, timeText } from '../../src/report/time-text.ts';
import { parseTranscript } from '../../src/report/transcript-file.ts';

describe('html', () => {
  test('whatever is put in stays text', () => {
    const plain = (text: string) =>
      text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => {
        return { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }[name]!;
      });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        const { markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(plain(markup)).toBe(text);
      }),
    );
  });

  test('no control, lone surrogate or turning mark gets into a document', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).not.toMatch(
          /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
        expect(() => encodeURIComponent(escapeText(text))).not.toThrow();
      }),
    );
  });

  test('JSON in a script element cannot end it, and reads the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { markup } = scriptJson({ value, hostile: '</script><!--<script>' });
        expect(markup).not.toContain('<');
        expect(JSON.parse(markup).value).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('times', () => {
  test.each([
    [0, '0:00.0'],
    [59_960, '1:00.0'],
    [61_249, '1:01.2'],
    [3_661_000, '1:01:01.0'],
  ])('%d ms is %s', (ms, text) => expect(timeText(ms)).toBe(text));

  test.each([
    [320, '320 ms'],
    [1088, '1.1 s'],
    [15_232, '15 s'],
    [725_000, '12 min 5 s'],
    [10_800_000, '3 h 0 min'],
  ])('%d ms are %s long', (ms, text) => expect(lengthText(ms)).toBe(text));

  test('a date for people', () => {
    expect(dateText('2024-09-18T16:41:28.724Z')).toBe('18 September 2024, 16:41:28 UTC');
  });

  test('an axis has no more labels than asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400_000_000 }), fc.integer({ min: 2, max: 12 }), (ms, labels) => {
        expect(ms / axisStep(ms, labels)).toBeLessThanOrEqual(labels);
      }),
    );
  });
});

describe('parseTranscript', () => {
  const segment = { direction: 'from', startMs: 10, endMs: 90, text: 'Yes, yes.', partial: false };

  test('brings segments into order and finds each word where it stands', () => {
    const words = [
      { text: 'Yes', startMs: 10, kind: 'word' },
      { text: ',', startMs: 20, kind: 'punctuation' },
      { text: 'yes', startMs: 50, kind: 'word' },
      { text: 'never said', startMs: 60, kind: 'word' },
      { text: '.', startMs: 80, kind: 'punctuation' },
    ];
    const early = { ...segment, startMs: 0, endMs: 5, direction: 'to' };
    const { segments } = parseTranscript({ segments: [{ ...segment, words }, early] }, 'x.json');
    expect(segments.map(({ startMs }) => startMs)).toEqual([0, 10]);
    expect(segments[1]!.words).toEqual([
      { begin: 0, end: 3, startMs: 10 },
      { begin: 5, end: 8, startMs: 50 },
    ]);
  });

  test.each([
    ['no list', {}, /no list of "segments"/],
    ['no object', null, /no list of "segments"/],
    ['no times', { segments: [{ ...segment, startMs: 'soon' }] }, /segments\[0\]/],
    ['no text', { segments: [segment, { ...segment, text: 7 }] }, /"text" at segments\[1\]/],
  ])('says what is wrong: %s', (_name, document, message) => {
    expect(() => parseTranscript(document, 'x.json')).toThrow(
      expect.objectContaining({
        code: 'bad-transcript',
        exitCode: 2,
        message: expect.stringMatching(message),
      }),
    );
  });
});

describe('findRecordings', () => {
  const base = 'out/b0e1c5c2_20240918T164128724Z';
  const start = '2024-09-18T16:41:28.724Z';

  test('all files of a call are one recording, every other file is one of its own', () => {
    const found = findRecordings([
      `${base}_AUDIO_TO_CUSTOMER.wav`,
      `${base}_STEREO.wav`,
      `${base}_AUDIO_FROM_CUSTOMER.wav`,
      'other/voicemail.WAV',
      'other/b0e1c5c2_20240918T164128724Z_COMBINED_AUDIO.wav',
    ]);
    expect(found).toEqual([
      {
        name: `${base}_AUDIO_TO_CUSTOMER.wav`,
        base: 'b0e1c5c2_20240918T164128724Z',
        contactId: 'b0e1c5c2',
        start,
        files: [
          { path: `${base}_AUDIO_FROM_CUSTOMER.wav`, direction: 'from' },
          { path: `${base}_AUDIO_TO_CUSTOMER.wav`, direction: 'to' },
        ],
      },
      expect.objectContaining({ contactId: null, start: null, base: 'voicemail' }),
      expect.objectContaining({ contactId: 'b0e1c5c2', start }),
    ]);
  });

  test.each([
    [['REPORT', 'COMBINED_AUDIO', 'STEREO', 'AUDIO_TO_CUSTOMER'], 'AUDIO_TO_CUSTOMER'],
    [['COMBINED_AUDIO', 'STEREO', 'REPORT'], 'STEREO'],
    [['REPORT', 'COMBINED_AUDIO'], 'COMBINED_AUDIO'],
  ])('of %j, %s is shown', (kinds, shown) => {
    for (const order of [kinds, [...kinds].reverse()]) {
      const found = findRecordings(order.map((kind) => `${base}_${kind}.wav`));
      expect(found.map(({ files }) => files.map(({ path }) => path))).toEqual([[`${base}_${shown}.wav`]]);
    }
  });
});
