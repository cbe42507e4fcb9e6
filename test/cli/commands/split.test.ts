import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { corpus, fixture } from '../../../fixtures/corpus.ts';
import { statusOfWarnings } from '../../../src/cli/exit-status.ts';
import type { InputReport, Warning } from '../../../src/recording/types.ts';
import { buildOnce, CLI, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

const dump = (name: string) => join(ROOT, 'fixtures', `${name}.mkv`);

interface SplitDocument {
  inputs: (InputReport & { error?: { code: string } })[];
  error?: { code: string };
}

async function splitJson(args: readonly string[], stdin?: Uint8Array) {
  const run = await runCli(['split', ...args, '--json'], stdin === undefined ? {} : { stdin });
  return {
    ...run,
    document: JSON.parse(run.stdout) as SplitDocument,
  };
}

describe('split --json', () => {
  test('reports files that are there, and the truth about the call', async () => {
    const out = scratchDirectory();
    const { truth } = fixture('plain-call').build();
    const { status, stderr, document } = await splitJson([
      dump('plain-call'),
      '-o',
      out,
      '--layout',
      'separate,stereo,mix',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [input] = document.inputs;
    expect(input).toMatchObject({
      input: dump('plain-call'),
      bytes: statSync(dump('plain-call')).size,
      warnings: [],
    });
    const [contact] = input!.contacts;
    expect(contact).toMatchObject({
      contactId: truth.contacts[0]!.contactId,
      start: new Date(truth.contacts[0]!.startMs).toISOString(),
      fragments: { count: truth.contacts[0]!.fragments, duplicates: 0 },
    });
    expect(contact!.tracks.map(({ pcmSha256 }) => pcmSha256)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(contact!.files.map(({ layout }) => layout).sort()).toEqual([
      'mix',
      'separate',
      'separate',
      'stereo',
    ]);
    for (const { path, bytes } of contact!.files) expect(statSync(path).size).toBe(bytes);
    expect(readdirSync(out)).toHaveLength(4);
  });

  test.each(corpus.map(({ name }) => name))('%s: the status follows from the warnings', async (name) => {
    const { truth } = fixture(name).build();
    const { status, document } = await splitJson([dump(name), '-o', scratchDirectory()]);
    if (document.error) {
      // An input without any audio has no report.
      expect({ status, contacts: truth.contacts }).toEqual({ status: 1, contacts: [] });
      return;
    }
    const codes = document.inputs[0]!.warnings.map(({ code }) => code);
    for (const code of truth.warningCodes) expect(codes).toContain(code);
    expect(status).toBe(statusOfWarnings(document.inputs[0]!.warnings));
    const mustWarn = statusOfWarnings(truth.warningCodes.map((code) => ({ code }) as Warning));
    if (mustWarn !== 0) expect(status).toBe(mustWarn);
  });

  test('standard input', async () => {
    const { status, document } = await splitJson(
      ['-', '-o', scratchDirectory()],
      readFileSync(dump('plain-call')),
    );
    expect(status).toBe(0);
    expect(document.inputs[0]).toMatchObject({ input: '-', bytes: statSync(dump('plain-call')).size });
    expect(document.inputs[0]!.contacts).toHaveLength(1);
  });

  test('settings reach the engine', async () => {
    const { document } = await splitJson([
      dump('two-contacts'),
      '-o',
      scratchDirectory(),
      '--track=to',
      '--contact-id',
      fixture('two-contacts').build().truth.contacts[1]!.contactId!,
    ]);
    const { contacts } = document.inputs[0]!;
    expect(contacts).toHaveLength(1);
    expect(contacts[0]!.files.map(({ direction }) => direction)).toEqual(['to']);
  });
});

describe('split for people', () => {
  test('contacts, files, then warnings on standard error', async () => {
    const out = scratchDirectory();
    const { status, stdout, stderr } = await runCli(['split', dump('truncated-in-block'), '-o', out]);
    expect(status).toBe(3);
    const { contactId } = fixture('truncated-in-block').build().truth.contacts[0]!;
    expect(stdout).toContain(dump('truncated-in-block'));
    expect(stdout).toContain(contactId);
    for (const file of readdirSync(out)) expect(stdout).toContain(join(out, file));
    expect(stderr).toMatch(/^warning: .*truncated-in-block\.mkv: .*\(at byte \d+\)$/m);
  });

  test('--quiet says nothing but the result', async () => {
    const { status, stdout, stderr } = await runCli([
      'split',
      dump('truncated-in-block'),
      '-o',
      scratchDirectory(),
      '-q',
    ]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(stdout).not.toBe('');
  });

  test.each([[], ['--json']])('text from the stream cannot steer the terminal %s', async (...flags) => {
    const { stdout, stderr } = await runCli([
      'split',
      dump('hostile-tags'),
      '-o',
      scratchDirectory(),
      ...flags,
    ]);
    expect(stdout + stderr).toMatch(
      /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]*$/,
    );
  });
});

describe('files that exist', () => {
  test('are left alone, and replaced with --overwrite', async () => {
    const out = scratchDirectory();
    await runCli(['split', dump('plain-call'), '-o', out]);
    const file = join(out, readdirSync(out)[0]!);
    writeFileSync(file, 'mine');
    const again = await runCli(['split', dump('plain-call'), '-o', out, '--json']);
    expect(again.status).toBe(1);
    expect(JSON.parse(again.stdout).error).toMatchObject({
      code: expect.any(String),
      hint: expect.stringContaining('--overwrite'),
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(readdirSync(out)).toHaveLength(2);

    const replaced = await runCli(['split', dump('plain-call'), '-o', out, '--overwrite']);
    expect(replaced.status).toBe(0);
    expect(readFileSync(file, 'latin1')).toMatch(/^RIFF/);
  });
});

describe('several inputs', () => {
  test.each(['1', '2', 'auto'])(
    '--jobs %s: in their order, and one that fails stops no other',
    async (jobs) => {
      const out = scratchDirectory();
      const inputs = [
        dump('plain-call'),
        join(out, 'none.mkv'),
        dump('voice-connector-caller'),
        dump('hostile-tags'),
      ];
      const { status, stderr, document } = await splitJson([...inputs, '-o', out, '--jobs', jobs]);
      expect(status).toBe(1);
      expect(document.inputs.map(({ input }) => input)).toEqual(inputs);
      expect(document.inputs[1]).toEqual({
        input: inputs[1],
        error: { code: 'not-found', message: expect.stringContaining('none.mkv'), hint: expect.anything() },
      });
      expect(document.inputs.map(({ contacts }) => contacts?.length)).toEqual([1, undefined, 1, 1]);
      expect(stderr).toMatch(/^error: .*none\.mkv/m);
    },
  );

  test('damage in one of them is status 3', async () => {
    const inputs = [dump('truncated-in-block'), dump('hostile-tags')];
    expect((await splitJson([...inputs, '-o', scratchDirectory(), '--jobs', '2'])).status).toBe(3);
  });

  test('one that cannot be an input is status 2, as it is alone', async () => {
    const args = ['ftp://a/b.mkv', dump('hostile-tags'), '-o', scratchDirectory()];
    expect((await splitJson(args)).status).toBe(2);
  });

  test('with standard input among them', async () => {
    const { status, document } = await splitJson(
      ['-', dump('hostile-tags'), '-o', scratchDirectory(), '-j2'],
      readFileSync(dump('plain-call')),
    );
    expect(status).toBe(0);
    expect(document.inputs.map(({ contacts }) => contacts.length)).toEqual([1, 1]);
  });

  test.each([
    ['1', []],
    ['2', []],
    ['1', ['--overwrite']],
    ['2', ['--overwrite']],
  ])('--jobs %s %j: of two that would write the same file, one does not begin', async (jobs, flags) => {
    const directory = scratchDirectory();
    const whole = readFileSync(dump('plain-call'));
    // The same contact and start, and other audio.
    const bytes = [whole, whole.subarray(0, whole.length * 0.7)];
    const inputs = ['a.mkv', 'b.mkv'].map((name) => join(directory, name));
    for (const [i, input] of inputs.entries()) writeFileSync(input, bytes[i]!);
    const out = join(directory, 'out');
    const args = [...inputs, '-o', out, '--jobs', jobs, ...flags];
    const { status, document } = await splitJson(args);
    expect(status).toBe(1);
    const [done, ...others] = document.inputs.filter(({ error }) => !error);
    expect(others).toEqual([]);
    if (jobs === '1') expect(done!.input).toBe(inputs[0]);
    const [refused] = document.inputs.filter(({ error }) => error);
    expect(refused!.error).toMatchObject({
      code: 'output-collision',
      message: expect.stringContaining(`is one of ${done!.input}'s, too`),
    });
    // What is there is whole, and of the one input.
    await runCli(['split', done!.input, '-o', join(directory, 'alone')]);
    for (const name of readdirSync(join(directory, 'alone'))) {
      expect(readFileSync(join(out, name)).equals(readFileSync(join(directory, 'alone', name)))).toBe(true);
    }
    expect(readdirSync(out)).toHaveLength(2);
  });

  test.each([
    ['both directions', 'plain-call', '{contactId}', []],
    [
      'both directions, beside another input',
      'plain-call',
      '{contactId}',
      [dump('voice-connector-caller'), '-j2'],
    ],
    ['two contacts', 'two-contacts', '{what}', []],
    ['two layouts', 'plain-call', '{direction}', ['--layout', 'stereo,mix']],
  ])('no file of an input takes the name of another one of it: %s', async (_, name, template, more) => {
    const out = scratchDirectory();
    const args = ['split', dump(name), ...more, '-o', out, '--name', template, '--overwrite', '--json'];
    const { status, stdout } = await runCli(args);
    expect(status).toBe(1);
    const document = JSON.parse(stdout);
    const { code, message, hint } = (document.inputs?.[0] ?? document).error;
    expect(code).toBe('output-collision');
    expect(message).toContain(`${dump(name)}: two of its files would be ${out}`);
    expect(hint).toContain('--name');
    // Nothing of it is left; the other input's file is there.
    expect(readdirSync(out)).toHaveLength(document.inputs ? 1 : 0);
  });
});

describe('signals', () => {
  /** Feeds half a dump to standard input, and sends a signal once it has been read. */
  async function interrupted(signals: readonly NodeJS.Signals[], args: readonly string[] = []) {
    const out = scratchDirectory();
    const child = spawn(process.execPath, [CLI, 'split', '-', '-o', out, ...args], { stdio: 'pipe' });
    const bytes = readFileSync(dump('demo-call'));
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stdin.write(bytes.subarray(0, bytes.length / 2));
    const writing = () => readdirSync(out).length > 0;
    for (let waited = 0; !writing() && waited < 10_000; waited += 50)
      await new Promise((resolve) => setTimeout(resolve, 50));
    for (const signal of signals) child.kill(signal);
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, stdout, out };
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s finalises the files and ends with %i', async (signal, expected) => {
    const { status, stdout, out } = await interrupted([signal], ['--json']);
    expect(status).toBe(expected);
    const [input] = (JSON.parse(stdout) as { inputs: (InputReport & { aborted?: boolean })[] }).inputs;
    expect(input!.aborted).toBe(true);
    const files = input!.contacts.flatMap((contact) => contact.files);
    expect(files).toHaveLength(2);
    expect(readdirSync(out)).toHaveLength(2);
    for (const { path, bytes } of files) {
      const content = readFileSync(path);
      expect(content.length).toBe(bytes);
      expect(content.readUInt32LE(4)).toBe(bytes - 8);
    }
  });
});
