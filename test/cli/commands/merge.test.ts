import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { wavBytes } from '../../audio/wav-bytes.ts';
import { buildOnce, CLI, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

function folder(files: Record<string, Buffer>): string {
  const cwd = scratchDirectory();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes);
  return cwd;
}

const from = wavBytes({ samples: [1, 2, 3] });
const to = wavBytes({ samples: [10, 20] });

const MEBIBYTE = 2 ** 20;

/** The start of a WAV file, up to a chunk of 2 MiB. */
function header(chunk: string): Buffer {
  const bytes = Buffer.from(`RIFF....WAVE${chunk}....`);
  bytes.writeUInt32LE(2 * MEBIBYTE, 16);
  return bytes;
}

describe('merge', () => {
  test('a mix, one of them through a pipe', async () => {
    const cwd = folder({ 'to.wav': to });
    const { status, stderr } = await runCli(['merge', '-', 'to.wav', 'out.wav'], { cwd, stdin: from });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(join(cwd, 'out.wav'))).toEqual(wavBytes({ samples: [11, 22, 3] }));
    expect(readdirSync(cwd).sort()).toEqual(['out.wav', 'to.wav']);
  });

  test('stereo, reported as JSON, with what is missing', async () => {
    const cwd = folder({ 'from.wav': from, 'to.wav': wavBytes({ samples: [10, 20], declared: 16_000 }) });
    const run = await runCli(['merge', 'from.wav', 'to.wav', 'out.wav', '--stereo', '--json'], { cwd });
    expect(run.status).toBe(3);
    expect(JSON.parse(run.stdout)).toEqual({
      inputs: ['from.wav', 'to.wav'],
      output: { path: 'out.wav', bytes: 56, durationMs: 0, sampleRate: 8000, channels: 2 },
      layout: 'stereo',
      warnings: [
        { code: 'truncated', message: 'to.wav ends 0:01.000 before its header says', durationMs: 1000 },
      ],
    });
    expect(readFileSync(join(cwd, 'out.wav'))).toEqual(
      wavBytes({ samples: [1, 10, 2, 20, 3, 0], channels: 2 }),
    );
  });

  test.each([
    ['different rates', ['from.wav', 'wide.wav', 'out.wav'], 'rates-differ', 1],
    ['an input as output', ['from.wav', 'to.wav', 'to.wav'], 'same-file', 2],
    ['an input as output, by a link', ['from.wav', 'to.wav', 'link.wav', '--overwrite'], 'same-file', 2],
    ['standard output', ['from.wav', 'to.wav', '-'], 'unsupported-output', 2],
    ['an address as output', ['from.wav', 'to.wav', 's3://bucket/out.wav'], 'unsupported-output', 2],
    ['standard input twice', ['-', '-', 'out.wav'], 'duplicate-input', 2],
    ['an existing output', ['from.wav', 'to.wav', 'wide.wav'], 'file-exists', 1],
    ['a missing input', ['from.wav', 'none.wav', 'out.wav'], 'not-found', 1],
    ['another file', ['from.wav', 'text.txt', 'out.wav'], 'not-wav', 1],
  ])('%s', async (_what, args, code, exit) => {
    const files = {
      'from.wav': from,
      'to.wav': to,
      'wide.wav': wavBytes({ samples: [1], rate: 16_000 }),
      'text.txt': Buffer.from('text'),
    };
    const cwd = folder(files);
    symlinkSync('to.wav', join(cwd, 'link.wav'));
    const { status, stdout } = await runCli(['merge', ...args, '--json'], { cwd });
    expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: exit, code });
    for (const [name, bytes] of Object.entries(files)) expect(readFileSync(join(cwd, name))).toEqual(bytes);
    expect(readdirSync(cwd)).toHaveLength(5);
  });
});

describe('redact', () => {
  const call = wavBytes({ samples: Array(80).fill(9) });

  test('passages from standard input, with a byte order mark before them', async () => {
    const cwd = folder({ 'call.wav': call });
    const args = ['redact', 'call.wav', 'out.wav', '--ranges', '-', '--json'];
    const { status, stdout } = await runCli(args, { cwd, stdin: '\ufeff[{"begin": 1, "end": 2}]' });
    expect({ status, redacted: JSON.parse(stdout).redacted }).toEqual({
      status: 0,
      redacted: [{ begin: 1, end: 2 }],
    });
    const twice = await runCli(['redact', '-', 'other.wav', '--ranges', '-', '--json'], { cwd, stdin: call });
    expect(JSON.parse(twice.stdout).error.code).toBe('duplicate-input');
  });

  test('passages from a flag and a file', async () => {
    const cwd = folder({
      'call.wav': call,
      'passages.json': Buffer.from('{"timestamps": [{"begin": "8", "end": "9"}]}'),
    });
    const { status, stdout } = await runCli(
      ['redact', 'call.wav', 'out.wav', '--range', '1-2, 0.003s-5ms', '--ranges', 'passages.json', '--json'],
      { cwd },
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      inputs: ['call.wav'],
      redacted: [
        { begin: 1, end: 2 },
        { begin: 3, end: 5 },
        { begin: 8, end: 9 },
      ],
    });
    const silent = (i: number) => (i >= 8 && i < 16) || (i >= 24 && i < 40) || (i >= 64 && i < 72);
    const samples = Array.from({ length: 80 }, (_, i) => (silent(i) ? 0 : 9));
    expect(readFileSync(join(cwd, 'out.wav'))).toEqual(wavBytes({ samples }));
  });

  test.each([
    ['before the header is whole', header('JUNK')],
    ['among the samples', Buffer.concat([call.subarray(0, 36), header('data').subarray(12)])],
  ])('a signal ends it while standard input keeps silent, %s', async (_where, begun) => {
    const cwd = scratchDirectory();
    const child = spawn(process.execPath, [CLI, 'redact', '-', 'out.wav', '--range', '1-2'], { cwd });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // More than a pipe holds: when all of it is on its way, the program is reading.
    await new Promise((resolve) =>
      child.stdin.write(Buffer.concat([begun, Buffer.alloc(MEBIBYTE)]), resolve),
    );
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(130);
    expect(stderr).toContain('error: interrupted before the work was done\n');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('a passage behind the end is told of', async () => {
    const cwd = folder({ 'call.wav': call });
    const { status, stdout } = await runCli(
      ['redact', 'call.wav', 'out.wav', '--range', '1-2,10-11', '--json'],
      { cwd },
    );
    expect(status).toBe(3);
    expect(JSON.parse(stdout).warnings).toEqual([
      {
        code: 'range-behind-end',
        message:
          'the passage from 0:00.010 to 0:00.011 lies behind the end of the recording at 0:00.010; ' +
          'nothing was taken out there',
      },
    ]);
  });

  test.each([
    ['no passage', []],
    ['a passage of no length', ['--range', '1-1,2s-2s']],
    ['a passage backwards', ['--range', '2-1']],
    ['no number', ['--range', '1-x']],
    ['a list of something else', ['--ranges', 'other.json']],
    ['no JSON', ['--ranges', 'call.wav']],
  ])('%s writes nothing', async (_what, args) => {
    const cwd = folder({ 'call.wav': call, 'other.json': Buffer.from('[{"start": 1}]') });
    const { status, stdout } = await runCli(['redact', 'call.wav', 'out.wav', ...args, '--json'], { cwd });
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.code).toMatch(/^(bad|missing)-range$/);
    expect(readdirSync(cwd).sort()).toEqual(['call.wav', 'other.json']);
  });

  test('a folder in place of a list is named', async () => {
    const cwd = folder({ 'call.wav': call });
    const { status, stderr } = await runCli(['redact', 'call.wav', 'out.wav', '--ranges', '.'], { cwd });
    expect(status).toBe(1);
    expect(stderr).toContain('error: . is a directory\n');
  });
});
