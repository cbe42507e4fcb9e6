import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { wavBytes } from '../../audio/wav-bytes.ts';
import { buildOnce, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

function folder(files: Record<string, Buffer>): string {
  const cwd = scratchDirectory();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes);
  return cwd;
}

const from = wavBytes({ samples: [1, 2, 3] });
const to = wavBytes({ samples: [10, 20] });

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
    const { status, stdout } = await runCli(['merge', ...args, '--json'], { cwd });
    expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: exit, code });
    for (const [name, bytes] of Object.entries(files)) expect(readFileSync(join(cwd, name))).toEqual(bytes);
    expect(readdirSync(cwd)).toHaveLength(4);
  });
});

describe('redact', () => {
  const call = wavBytes({ samples: Array(80).fill(9) });

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
    ['no passage', []],
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
});
