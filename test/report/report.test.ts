import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpus, fixture } from '../../fixtures/corpus.ts';
import { parseWavHeader } from '../../src/audio/wav.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { findRecordings } from '../../src/report/recordings.ts';
import { reportFound } from '../../src/report/report-found.ts';
import { reportRecording } from '../../src/report/report-recording.ts';
import { splitWithReport } from '../../src/report/split-with-report.ts';
import { scratchDirectory } from '../cli/run-cli.ts';
import { memorySource } from '../recording/memory-source.ts';
import { decodePng } from './decode-png.ts';
import { makeReport, TRANSCRIPT } from './make-report.ts';

/** The page's text between two marks. */
function between(text: string, before: string, after: string): string {
  const start = text.indexOf(before) + before.length;
  return text.slice(start, text.indexOf(after, start));
}

const policyOf = (text: string) =>
  between(text, 'http-equiv="Content-Security-Policy" content="', '"').replaceAll('&#39;', "'");

describe('the page', () => {
  test('allows nothing but its own script and style, by their digests', async () => {
    const { text } = await makeReport(scratchDirectory(), 'demo-call', { transcript: TRANSCRIPT });
    const digest = (part: string) => `'sha256-${createHash('sha256').update(part).digest('base64')}'`;
    expect(policyOf(text).split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${digest(between(text, '<script>', '</script>'))}`,
      `style-src ${digest(between(text, '<style>', '</style>'))}`,
      'media-src data:',
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    const body = text.slice(text.indexOf('<body>'), text.indexOf('<script type="application/json"'));
    expect(body).not.toMatch(/ style=| on[a-z]+=|javascript:/);
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });

  test('says in text what the waveform shows', async () => {
    const { text } = await makeReport(scratchDirectory(), 'lost-fragment');
    expect(text).toContain('<b>Gap</b> <span class="length">320 ms</span>');
    expect(text).toContain('href="#e1">0:00.6</a>');
    expect(text).not.toContain('id="transcript"');
    const fragments = JSON.parse(between(text, 'id="data">', '</script>')).fragments;
    expect(fragments.starts).toEqual([0, 320, 960, 1280]);
    const [contact] = fixture('lost-fragment').build().truth.contacts;
    const first = fragments.prefix + fragments.numbers[0];
    expect(text).toContain(`<dd><code>${first}</code></dd>`);
    expect(contact!.fragments).toBe(4);
  });

  test('what comes from the stream or a transcript stays text', async () => {
    const hostile = `</script><img src=x onerror=alert(1)>"'\u202egnp.exe`;
    const transcript = {
      contactId: null,
      segments: [
        { direction: 'from' as const, startMs: 0, endMs: 500, text: hostile, partial: true, words: [] },
      ],
    };
    const { text, page } = await makeReport(scratchDirectory(), 'hostile-tags', { transcript });
    expect(text).toContain(`&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;\\u202egnp.exe`);
    expect(text).not.toContain('<img');
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
    expect(page.slice(page.lastIndexOf('/') + 1)).toMatch(/^[\w.-]+_REPORT\.html$/);
  });

  test.each(corpus.map(({ name }) => name))(
    '%s: a page for every contact, whatever the dump',
    async (name) => {
      const { truth, bytes } = fixture(name).build();
      if (truth.contacts.length === 0) return;
      const folder = scratchDirectory();
      const { result } = await makeReport(folder, bytes);
      const pages = readdirSync(folder);
      expect(pages.sort()).toEqual(
        result.contacts
          .flatMap(({ report }) => report!.map(({ path }) => path.slice(folder.length + 1)))
          .sort(),
      );
      expect(pages).toHaveLength(result.contacts.length);
      expect(result.contacts.length).toBeGreaterThan(0);
    },
  );
});

describe('the audio', () => {
  test('is in the page, whole', async () => {
    const { text } = await makeReport(scratchDirectory(), 'demo-call');
    const bytes = Buffer.from(between(text, 'src="data:audio/wav;base64,', '"'), 'base64');
    expect(parseWavHeader(bytes)).toMatchObject({ channels: 2, sampleRate: 8000, dataBytes: 2 * 121_856 });
    expect(bytes.length).toBe(58 + 2 * 121_856);
  });

  test('is a file beside the page, or nowhere, as asked', async () => {
    const beside = await makeReport(scratchDirectory(), 'demo-call', { audio: 'beside' });
    expect(beside.files.map(({ kind }) => kind)).toEqual(['page', 'audio']);
    const name = beside.files[1]!.path.split('/').at(-1);
    expect(beside.text).toContain(`<audio controls preload="metadata" src="${name}">`);
    expect(policyOf(beside.text)).toContain("media-src 'self' file:;");
    expect(parseWavHeader(readFileSync(beside.files[1]!.path))).toMatchObject({ formatTag: 7, channels: 2 });
    const none = await makeReport(scratchDirectory(), 'demo-call', { audio: 'none' });
    expect(none.text).not.toContain('<audio');
    expect(policyOf(none.text)).toContain("media-src 'none'");
  });
});

describe('the picture', () => {
  test('shows both sides where they speak, on one axis', async () => {
    const { files } = await makeReport(scratchDirectory(), 'demo-call', { png: true });
    const { width, height, rgb } = decodePng(
      readFileSync(files.find(({ kind }) => kind === 'picture')!.path),
    );
    expect([width, height]).toEqual([1600, 40 + 2 * 150 + 44]);
    const painted = (ms: number, lane: 0 | 1) => {
      const x = Math.round(32 + (ms / 15_232) * (1600 - 64));
      let count = 0;
      for (let y = 40 + lane * 150; y < 40 + (lane + 1) * 150; y++) {
        if (rgb[3 * (y * 1600 + x)]! < 200) count++;
      }
      return count;
    };
    // The agent speaks first, then the customer.
    expect(painted(1250, 1)).toBeGreaterThan(20);
    expect(painted(1250, 0)).toBeLessThan(3);
    expect(painted(4960, 0)).toBeGreaterThan(20);
    expect(painted(4960, 1)).toBeLessThan(3);
  });
});

describe('writing', () => {
  test('replaces nothing without being told, and leaves nothing unfinished', async () => {
    const folder = scratchDirectory();
    const { page } = await makeReport(folder, 'demo-call');
    writeFileSync(page, 'mine');
    await expect(makeReport(folder, 'demo-call')).rejects.toMatchObject({ code: 'file-exists' });
    expect(readFileSync(page, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toHaveLength(1);
    const recording = { ...DEFAULT_RECORDING_OPTIONS, overwrite: true };
    expect((await makeReport(folder, 'demo-call', { recording })).text).toContain('<!DOCTYPE html>');
  });

  test('the copy to listen to never takes the name of the recording', async () => {
    const options = {
      ...DEFAULT_RECORDING_OPTIONS,
      layouts: ['stereo'] as const,
      nameTemplate: '{contactId}',
      overwrite: true,
    };
    const source = memorySource(fixture('demo-call').build().bytes);
    const { contacts } = await splitSource(source, scratchDirectory(), options);
    const [contact] = contacts;
    const [file] = contact!.files;
    const recording = readFileSync(file!.path);
    const base = file!.path.replace(/\.wav$/, '');
    const facts = { marks: null, warnings: [], source: 'call.mkv', transcript: null };
    const how = { base, audio: 'beside', png: false, overwrite: true } as const;
    const report = await reportRecording(contact!, facts, how);
    expect(report.map(({ path }) => path)).toEqual([`${base}.html`, `${base}_REPORT.wav`]);
    expect(readFileSync(file!.path).equals(recording)).toBe(true);
    // Nor where the recording has the name of a copy.
    copyFileSync(file!.path, report[1]!.path);
    const odd = { ...contact!, files: [{ ...file!, path: report[1]!.path }] };
    await expect(reportRecording(odd, facts, how)).rejects.toMatchObject({ code: 'output-collision' });
  });

  test('a report that fails leaves the other contacts theirs, and the result', async () => {
    const folder = scratchDirectory();
    const source = () => memorySource(fixture('two-contacts').build().bytes);
    const first = await splitWithReport(source(), folder, DEFAULT_RECORDING_OPTIONS);
    const [one, two] = first.contacts.map(({ report }) => report![0]!.path);
    for (const { path } of first.contacts.flatMap(({ files }) => files)) rmSync(path);
    rmSync(two!);
    const failed: unknown[] = [];
    const again = await splitWithReport(source(), folder, DEFAULT_RECORDING_OPTIONS, {
      onReportError: (error, { contactId }) => failed.push([contactId, error]),
    });
    expect(failed).toEqual([
      [first.contacts[0]!.contactId, expect.objectContaining({ message: `${one} exists already` })],
    ]);
    expect(again.contacts.map(({ report }) => report?.[0]?.path)).toEqual([undefined, two]);
  });

  test('a transcript goes to the contact it names, or to the only one there is', async () => {
    const other = { ...TRANSCRIPT, contactId: fixture('two-contacts').build().truth.contacts[1]!.contactId };
    const { files } = await makeReport(scratchDirectory(), 'two-contacts', { transcript: other });
    const has = files.map(({ path }) => readFileSync(path, 'utf8').includes('Parcel service'));
    expect(has).toEqual([false, true]);
    const named = await makeReport(scratchDirectory(), 'two-contacts', {
      transcript: { ...TRANSCRIPT, contactId: null },
    });
    expect(named.text).not.toContain('Parcel service');
    const alone = await makeReport(scratchDirectory(), 'plain-call', {
      transcript: { ...TRANSCRIPT, contactId: null },
    });
    expect(alone.text).toContain('Parcel service');
  });

  test('a transcript of somebody else is on no page', async () => {
    const other = { ...TRANSCRIPT, contactId: 'somebody-else' };
    const { text } = await makeReport(scratchDirectory(), 'demo-call', { transcript: other });
    expect(text).not.toContain('id="transcript"');
  });

  test('packed audio has no marks, which would lie elsewhere', async () => {
    const options = { ...DEFAULT_RECORDING_OPTIONS, timeline: 'packed' as const };
    const source = memorySource(fixture('lost-fragment').build().bytes);
    const { contacts } = await splitWithReport(source, scratchDirectory(), options);
    const text = readFileSync(contacts[0]!.report![0]!.path, 'utf8');
    expect(JSON.parse(between(text, 'id="data">', '</script>')).fragments.starts).toEqual([]);
    expect(text).toContain('A recording does not tell of gaps');
  });

  test.each([
    [['separate'], 2],
    [['stereo'], 2],
    [['mix'], 1],
  ] as const)('beside a split with the layout %s', async (layouts, lanes) => {
    const folder = scratchDirectory();
    const options = { ...DEFAULT_RECORDING_OPTIONS, layouts };
    const { contacts } = await splitWithReport(
      memorySource(fixture('demo-call').build().bytes),
      folder,
      options,
    );
    const { files, report } = contacts[0]!;
    const text = readFileSync(report![0]!.path, 'utf8');
    expect(JSON.parse(between(text, 'id="data">', '</script>')).lanes).toHaveLength(lanes);
    expect(readdirSync(folder)).toHaveLength(files.length + 1);
    if (layouts[0] !== 'separate') return;
    const [found] = findRecordings(files.map(({ path }) => path));
    const again = await reportFound(found!, join(folder, 'again'), {
      audio: 'auto',
      png: false,
      overwrite: false,
      transcript: TRANSCRIPT,
    });
    expect(again.contacts[0]).toMatchObject({
      contactId: contacts[0]!.contactId,
      start: contacts[0]!.start,
      durationMs: 15_232,
    });
    expect(readFileSync(again.contacts[0]!.report[0]!.path, 'utf8')).toContain(
      'A recording does not tell of gaps',
    );
  });
});
