// What the demonstration holds a call against: each check lets the right thing through, and nothing else.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CUT_AT_BYTE, SAID } from '../../demo/call.ts';
import {
  checkConnections,
  checkContact,
  checkRecordings,
  checkReport,
  checkWords,
} from '../../demo/checks.ts';
import type { Said } from '../../demo/live-words.ts';
import { CUT_TEXT } from '../../demo/report.ts';
import type { RequestRecord } from '../../src/simulator/index.ts';
import { scratchDirectory } from '../cli/run-cli.ts';

const FAILED = expect.objectContaining({ code: 'demo-check-failed' });

describe('connections', () => {
  const request = (ended: string, bytes: number) => ({ ended, bytes }) as RequestRecord;
  const cut = request('cut', CUT_AT_BYTE);
  const client = request('client', 300_000);

  test('a cut, and another connection', () => {
    expect(checkConnections([cut, client])).toContain('2 connections');
  });
  test.each([
    ['none', []],
    ['no cut', [client]],
    ['a cut alone', [cut]],
    ['two cuts', [cut, cut]],
    ['a cut elsewhere', [request('cut', 17), client]],
  ])('%s', (_, requests) => {
    expect(() => checkConnections(requests)).toThrow(FAILED);
  });
});

describe('recordings', () => {
  const file = (name: string, text: string) => {
    const path = join(scratchDirectory(), name);
    writeFileSync(path, text);
    return path;
  };
  test('the same bytes under the same name', () => {
    expect(checkRecordings([file('a.wav', 'x')], [file('a.wav', 'x')])).toContain('1 recording');
  });
  test('one byte, one name, one file more or fewer', () => {
    expect(() => checkRecordings([file('a.wav', 'y')], [file('a.wav', 'x')])).toThrow(FAILED);
    expect(() => checkRecordings([file('b.wav', 'x')], [file('a.wav', 'x')])).toThrow(FAILED);
    expect(() => checkRecordings([], [file('a.wav', 'x')])).toThrow(FAILED);
    expect(() => checkRecordings([file('a.wav', 'x'), file('b.wav', 'x')], [file('a.wav', 'x')])).toThrow(
      FAILED,
    );
  });
});

describe('words', () => {
  const said = SAID.map(
    ({ direction, text }) => ({ direction, Transcript: text, IsPartial: false }) as Partial<Said> as Said,
  );
  test('all of them', () => {
    expect(checkWords(said)).toContain(`${SAID.length} segments`);
  });
  test('one missing, changed, unfinished or in the other mouth', () => {
    const last = said.at(-1)!;
    const others = said.slice(0, -1);
    expect(() => checkWords(others)).toThrow(FAILED);
    expect(() => checkWords([...others, { ...last, Transcript: 'Hm.' }])).toThrow(FAILED);
    expect(() => checkWords([...others, { ...last, IsPartial: true }])).toThrow(FAILED);
    expect(() => checkWords([...others, { ...last, direction: 'to' }])).toThrow(FAILED);
  });
});

test('the contact: nothing of its item may be missing', () => {
  const spoken = (direction: string) =>
    SAID.filter((each) => each.direction === direction)
      .map(({ text }) => text)
      .join(' ');
  const item = {
    customerPhoneNumber: '+12065550147',
    audioFromCustomer: 'https://recordings.s3.amazonaws.com/calls/a.wav',
    audioToCustomer: 'https://recordings.s3.amazonaws.com/calls/b.wav',
    combinedAudio: 'recordings/calls/c.wav',
    contactTranscriptFromCustomer: spoken('from'),
    contactTranscriptToCustomer: spoken('to'),
  };
  expect(checkContact(item)).toContain('who called');
  for (const name of Object.keys(item)) {
    expect(() => checkContact({ ...item, [name]: undefined })).toThrow(FAILED);
  }
  expect(() => checkContact(undefined)).toThrow(FAILED);
});

test('the report: page, picture, every word and the cut', () => {
  const folder = scratchDirectory();
  const [page, picture] = [join(folder, 'report.html'), join(folder, 'report.png')];
  const texts = [CUT_TEXT, ...SAID.map(({ text }) => text)];
  writeFileSync(page, texts.join('\n'));
  expect(checkReport([page, picture])).toContain('reconnection');
  expect(() => checkReport([page])).toThrow(FAILED);
  expect(() => checkReport([picture])).toThrow(FAILED);
  for (const text of texts) {
    writeFileSync(page, texts.filter((each) => each !== text).join('\n'));
    expect(() => checkReport([page, picture])).toThrow(FAILED);
  }
});
