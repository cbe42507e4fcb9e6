import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildOnce, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

const dump = (name: string) => join(ROOT, 'fixtures', `${name}.mkv`);
const DEMO = 'b0e1c5c2-7d1c-4b7e-9f0a-3c5d2e1f4a6b_20240918T164128724Z_REPORT';

describe('report', () => {
  test.each([['report'], ['split']])('%s: an address is no folder', async (command) => {
    const cwd = scratchDirectory();
    const run = await runCli([command, dump('plain-call'), '-o', 's3://bucket/calls', '--json'], { cwd });
    expect({ status: run.status, code: JSON.parse(run.stdout).error.code }).toEqual({
      status: 2,
      code: 'unsupported-output',
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('a folder that is called like a WAV file is named in the error', async () => {
    const cwd = scratchDirectory();
    mkdirSync(join(cwd, 'calls.wav'));
    const { status, stderr } = await runCli(['report', 'calls.wav'], { cwd });
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('calls.wav is not a file'),
    });
  });

  test('writes a page and a picture, and says where', async () => {
    const out = scratchDirectory();
    const transcript = join(ROOT, 'fixtures', 'demo-call.json');
    const run = await runCli(['report', dump('demo-call'), '-o', out, '--png', '--transcript', transcript]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain(join(out, `${DEMO}.html`));
    expect(readdirSync(out).sort()).toEqual([`${DEMO}.html`, `${DEMO}.png`]);
    const page = readFileSync(join(out, `${DEMO}.html`), 'utf8');
    expect(page).toContain('<p dir="auto">Hello. My parcel was due on Monday.</p>');
    // The bundle carries script and style.
    expect(page).toContain('startKeyboard();');
    expect(page).toContain('--surface:');
  });

  test('--json tells of every contact and file; damage is 3', async () => {
    const out = scratchDirectory();
    const args = [
      'report',
      dump('truncated-in-block'),
      dump('voice-connector-caller'),
      '-o',
      out,
      '--audio',
      'beside',
    ];
    const { status, stdout } = await runCli([
      ...args,
      '--name',
      '{contactId}_{start}_{what}_{layout}',
      '--json',
    ]);
    expect(status).toBe(3);
    const { inputs } = JSON.parse(stdout);
    expect(inputs.map(({ contacts }: { contacts: unknown[] }) => contacts.length)).toEqual([1, 1]);
    const files = inputs.flatMap(
      ({ contacts }: { contacts: { report: { kind: string; path: string; bytes: number }[] }[] }) =>
        contacts.flatMap(({ report }) => report),
    );
    expect(files.map(({ kind }: { kind: string }) => kind)).toEqual(['page', 'audio', 'page', 'audio']);
    for (const { path, bytes } of files) expect(readFileSync(path).length).toBe(bytes);
    expect(readdirSync(out)).toHaveLength(files.length);
  });

  test('takes standard input, one contact of several, and the files of a split', async () => {
    const out = scratchDirectory();
    const contact = '7f3d9a52-1c84-4e0b-b6d2-90e8a1c4f7d3';
    const one = await runCli(['report', '-', '-o', out, '--contact-id', contact], {
      stdin: readFileSync(dump('two-contacts')),
    });
    expect(one.status).toBe(0);
    expect(readdirSync(out)).toEqual([expect.stringMatching(new RegExp(`^${contact}_.*_REPORT\\.html$`))]);
    const split = await runCli(['split', dump('demo-call'), '-o', out, '--report', '--json']);
    expect(split.status).toBe(0);
    const [{ contacts }] = JSON.parse(split.stdout).inputs;
    expect(contacts[0].report).toEqual([
      {
        kind: 'page',
        path: join(out, `${DEMO}.html`),
        bytes: readFileSync(join(out, `${DEMO}.html`)).length,
      },
    ]);
    const waves = contacts[0].files.map(({ path }: { path: string }) => path);
    const again = await runCli(['report', ...waves, '-o', join(out, 'again'), '--json']);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout).inputs[0].contacts).toEqual([
      expect.objectContaining({
        contactId: contacts[0].contactId,
        start: contacts[0].start,
        durationMs: 15_232,
      }),
    ]);
  });

  test.each([
    ['an unknown place for the audio', ['--audio', 'above'], 'bad-option', 2],
    ['a transcript that is none', ['--transcript', 'x.json'], 'bad-transcript', 2],
    ['a transcript that is not there', ['--transcript', 'y.json'], 'not-found', 1],
    ['a WAV file that is none', ['x.wav'], 'not-wav', 1],
  ])('refuses %s', async (_name, args, code, status) => {
    const cwd = scratchDirectory();
    writeFileSync(join(cwd, 'x.json'), '{"segments": 1}');
    writeFileSync(join(cwd, 'x.wav'), 'RIFF');
    const run = await runCli(['report', dump('demo-call'), ...args, '--json'], { cwd });
    const document = JSON.parse(run.stdout);
    expect({ status: run.status, code: (document.error ?? document.inputs.at(-1).error).code }).toEqual({
      status,
      code,
    });
  });

  test('says that a transcript is on no page, and keeps to the time axis whatever a config file says', async () => {
    const cwd = scratchDirectory();
    writeFileSync(join(cwd, 'other.json'), '{"contactId": "somebody-else", "segments": []}');
    const args = ['report', dump('lost-fragment'), '--transcript', 'other.json'];
    const { status, stderr } = await runCli(args, { cwd, env: { KVSREC_TIMELINE: 'packed' } });
    expect(status).toBe(0);
    expect(stderr).toContain(
      'warning: other.json: the transcript is of contact somebody-else, so that it is on none of the pages\n',
    );
    const [page] = readdirSync(cwd).filter((name) => name.endsWith('.html'));
    expect(readFileSync(join(cwd, page!), 'utf8')).toContain('<b>Gap</b>');
  });

  test('a transcript that names nobody is on the page of the only call alone', async () => {
    const cwd = scratchDirectory();
    const segment = { direction: 'from', startMs: 0, endMs: 500, text: 'Whose words are these?' };
    const stdin = `\ufeff${JSON.stringify({ segments: [segment] })}`;
    const pages = () =>
      readdirSync(cwd).filter(
        (name) => name.endsWith('.html') && readFileSync(join(cwd, name), 'utf8').includes(segment.text),
      );
    const dumps = [dump('plain-call'), dump('voice-connector-caller')];
    const both = await runCli(['report', ...dumps, '--transcript', '-'], { cwd, stdin });
    expect(both.status).toBe(0);
    expect(both.stderr).toContain('the transcript names no contact, so that it is on none of the pages');
    expect(pages()).toEqual([]);
    expect((await runCli(['split', dump('plain-call')], { cwd })).status).toBe(0);
    const waves = readdirSync(cwd).filter((name) => name.endsWith('.wav'));
    const args = ['report', ...waves, '--transcript', '-', '--name', 'page-of-{contactId}'];
    expect((await runCli(args, { cwd, stdin })).status).toBe(0);
    expect(pages()).toEqual(['page-of-b0e1c5c2-7d1c-4b7e-9f0a-3c5d2e1f4a6b.html']);
  });

  test('goes on after an input that fails, and says where one’s page is another’s', async () => {
    const out = scratchDirectory();
    const inputs = [dump('empty-file'), dump('plain-call'), dump('lost-fragment')];
    const { status, stdout, stderr } = await runCli([
      'report',
      ...inputs,
      '-o',
      out,
      '--overwrite',
      '--json',
    ]);
    expect(status).toBe(1);
    const codes = JSON.parse(stdout).inputs.map((one: { error?: { code: string } }) => one.error?.code);
    expect(codes).toEqual(['not-found', undefined, 'output-collision']);
    expect(stderr).toContain('error: ');
    // What the first of them has written is still there.
    const [page] = readdirSync(out);
    expect(readFileSync(join(out, page!), 'utf8')).toContain('plain-call.mkv');
  });

  test.each(['1', '2'])('a page that cannot be written costs no recording: --jobs %s', async (jobs) => {
    const out = scratchDirectory();
    writeFileSync(join(out, `${DEMO}.html`), 'mine');
    const inputs = [dump('demo-call'), dump('voice-connector-caller')];
    const args = ['split', ...inputs, '-o', out, '--report', '--jobs', jobs, '--json'];
    const { status, stdout, stderr } = await runCli(args);
    expect(status).toBe(1);
    const [[contact], [other]] = JSON.parse(stdout).inputs.map(
      ({ contacts }: { contacts: unknown[] }) => contacts,
    );
    expect(contact.files).toHaveLength(2);
    expect(contact.report).toBeUndefined();
    expect(contact.reportError).toMatchObject({ code: 'file-exists' });
    expect(other.report).toHaveLength(1);
    expect(stderr).toContain(`error: the report of ${contact.contactId} was not written: `);
    expect(readFileSync(join(out, `${DEMO}.html`), 'utf8')).toBe('mine');
  });

  test('several splits at once have their reports, too', async () => {
    const out = scratchDirectory();
    const args = [
      'split',
      dump('demo-call'),
      dump('voice-connector-caller'),
      '-o',
      out,
      '--report',
      '--jobs',
      '2',
    ];
    expect((await runCli(args)).status).toBe(0);
    expect(readdirSync(out).filter((name) => name.endsWith('.html'))).toHaveLength(2);
  });
});
