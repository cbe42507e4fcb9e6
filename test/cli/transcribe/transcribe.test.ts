// `transcribe` as a whole process, with every kind of input, against the stand-in and an S3 server on loopback.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { wavHeader } from '../../../src/audio/wav.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { parseScript } from '../../../src/simulator/transcribe/script.ts';
import { type S3Server, startS3Server } from '../../aws/s3/s3-server.ts';
import { DEMO_DUMP, samplesOf, startDemo } from '../../simulator/transcribe/demo.ts';
import { bytesOf, interleaved } from '../../transcription/call.ts';
import { ROOT, type RunOptions, runCli, scratchDirectory } from '../run-cli.ts';

const SCRIPT = parseScript(readFileSync(join(ROOT, 'fixtures/demo-call.script.json'), 'utf8'));
const LANGUAGE = ['--language', 'en-US', '--pace', '20'];

let demo: Awaited<ReturnType<typeof startDemo>>;
let s3: S3Server;

beforeAll(async () => {
  [demo, s3] = await Promise.all([
    startDemo({ rules: { maxPace: 1000, burstMs: 60_000 } }),
    startS3Server(['calls']),
  ]);
});
afterAll(async () => {
  await Promise.all([demo.close(), s3.close()]);
});

const texts = (segments: readonly { startMs: number; text: string }[]) =>
  [...segments].sort((a, b) => a.startMs - b.startMs).map(({ text }) => text);

test('an object, by the region and endpoint of the flags', async () => {
  const cwd = scratchDirectory();
  const env = { ...demo.env, ...s3.env };
  const put = await runCli(['upload', DEMO_DUMP, 's3://calls/demo/'], { cwd, env });
  expect(put.status).toBe(0);
  const run = await runCli(
    ['transcribe', 's3://calls/demo/demo-call.mkv', ...LANGUAGE, '--json', '-o', 'words.vtt'],
    { cwd, env },
  );
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const document = JSON.parse(run.stdout);
  expect(document).toMatchObject({
    input: 's3://calls/demo/demo-call.mkv',
    transcription: { complete: true },
  });
  expect(texts(document.segments)).toEqual(texts(SCRIPT.segments));
  expect(readFileSync(join(cwd, 'words.vtt'), 'utf8')).toMatch(/^WEBVTT/);
  const gone = await runCli(['transcribe', 's3://calls/gone.wav', ...LANGUAGE], { cwd, env });
  expect(gone.status).toBe(1);
  expect(gone.stderr).toContain('s3://calls/gone.wav');
});

test('an input that cannot be read to its end, a file that cannot be written: the words so far are kept', async () => {
  const cwd = scratchDirectory();
  const env = { ...demo.env, ...s3.env };
  // The call, and behind it more than is asked for at once.
  const once = readFileSync(DEMO_DUMP);
  const copies = Math.ceil((9 * 1024 * 1024) / once.length);
  writeFileSync(join(cwd, 'long.mkv'), Buffer.concat(Array<Buffer>(copies).fill(once)));
  expect((await runCli(['upload', 'long.mkv', 's3://calls/cut/'], { cwd, env })).status).toBe(0);
  s3.fault = ({ operation, headers }) =>
    operation === 'GetObject' && !headers.range?.startsWith('bytes=0-')
      ? { status: 403, code: 'AccessDenied' }
      : undefined;
  const outputs = ['-o', 'no/words.vtt', '-o', 'words.json'];
  writeFileSync(join(cwd, 'no'), 'a file where a folder is needed');
  const run = await runCli(['transcribe', 's3://calls/cut/long.mkv', ...LANGUAGE, ...outputs], {
    cwd,
    env,
  });
  s3.fault = () => undefined;
  expect(run.status).toBe(1);
  expect(run.stdout).toContain('words.json: ');
  expect(run.stderr).toMatch(/^warning: .*\bno\b.*\nerror: cannot read s3:/);
  const { segments, durationMs } = JSON.parse(readFileSync(join(cwd, 'words.json'), 'utf8'));
  expect(segments.length).toBeGreaterThan(0);
  expect(durationMs).toBeGreaterThanOrEqual(segments.at(-1).endMs);
});

test('a stereo file from standard input', async () => {
  const { from, to } = samplesOf(DEMO_DUMP);
  const pcm = interleaved(from!, to!, 0, from!.length);
  const header = wavHeader({ sampleRate: 8000, channels: 2, dataBytes: pcm.length });
  const run = await runCli(['transcribe', '-', ...LANGUAGE, '--format', 'ndjson'], {
    env: demo.env,
    stdin: Buffer.concat([header, pcm]),
  });
  expect(run.status).toBe(0);
  const segments = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(texts(segments)).toEqual(texts(SCRIPT.segments));
});

test('SIGINT while standard input keeps silent: what was said by then is written', async () => {
  const cwd = scratchDirectory();
  const before = demo.sessions.length;
  let heard = { frames: 0, at: Date.now() };
  // All that was written is read and sent.
  const silent = () => {
    const { frames = 0, finals = 0 } = demo.sessions[before] ?? {};
    if (frames !== heard.frames) heard = { frames, at: Date.now() };
    return finals > 0 && Date.now() - heard.at > 500;
  };
  const run = await runCli(['transcribe', '-', ...LANGUAGE, '-o', 'words.json'], {
    cwd,
    env: demo.env,
    stdin: readFileSync(DEMO_DUMP),
    signal: { name: 'SIGINT', when: silent },
  });
  expect(run.status).toBe(130);
  expect(JSON.parse(readFileSync(join(cwd, 'words.json'), 'utf8')).segments.length).toBeGreaterThan(0);
});

describe('transcription is given up: that is told at once', () => {
  const expectTold = async (args: string[], options: RunOptions = {}) => {
    const refusing = await startDemo({
      script: { ...SCRIPT, faults: [{ kind: 'exception', exception: 'BadRequestException' }] },
    });
    onTestFinished(() => refusing.close());
    const run = await runCli(['transcribe', ...args, '--language', 'en-US'], {
      ...options,
      env: { ...options.env, ...refusing.env },
    });
    expect(run.stderr).toContain('transcription was given up');
    expect(run.stderr).toContain('Check language, vocabularies');
    expect(run.status).toBe(1);
  };

  test('not when a call of half an hour is over', async () => {
    await expectTold([DEMO_DUMP, '--pace', '0.01']);
    const { from } = samplesOf(DEMO_DUMP);
    const wav = join(scratchDirectory(), 'call.wav');
    const header = wavHeader({ sampleRate: 8000, channels: 1, dataBytes: 2 * from!.length });
    writeFileSync(wav, Buffer.concat([header, bytesOf(from!)]));
    await expectTold([wav, '--pace', '0.01']);
  });

  test('not when standard input ends, which stays open', async () => {
    await expectTold(['-'], {
      stdin: readFileSync(DEMO_DUMP),
      signal: { name: 'SIGTERM', when: () => false },
    });
  });

  test('not when a live call is over', async () => {
    const streams = { 'demo-call': { dump: DEMO_DUMP, begin: 'request' as const } };
    const simulator = await startSimulator({ streams });
    onTestFinished(() => simulator.close());
    await expectTold(['--stream-name', 'demo-call', '--start', 'earliest'], { env: simulator.environment });
  });
});

test('what the flags have wrong is told before the input is looked at', async () => {
  const garbage = join(scratchDirectory(), 'garbage');
  writeFileSync(garbage, 'neither sound nor stream');
  const wrong = await runCli(['transcribe', garbage, '--language', 'xx-YY']);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('"xx-YY" is no language of Amazon Transcribe streaming');
  const right = await runCli(['transcribe', garbage, '--language', 'en-US'], { env: demo.env });
  expect(right.status).toBe(1);
  expect(right.stderr).toContain('neither a WAV file nor a dump');
});

test('--json is alone on standard output', async () => {
  const env = { ...demo.env, KVSREC_JSON: '1' };
  const both = await runCli(['transcribe', DEMO_DUMP, ...LANGUAGE, '--format', 'srt'], { env });
  expect(both.status).toBe(2);
  expect(JSON.parse(both.stdout).error.message).toBe('--json and --format srt both want standard output');
  const same = await runCli(['transcribe', DEMO_DUMP, ...LANGUAGE, '--format', 'json'], { env });
  expect(same.status).toBe(0);
  expect(texts(JSON.parse(same.stdout).segments)).toEqual(texts(SCRIPT.segments));
});

test.each([['--start', 'earliest'], ['--no-archive'], ['--max-duration', '1m']])(
  'a file is no stream: %s',
  async (...flags) => {
    const run = await runCli(['transcribe', DEMO_DUMP, ...LANGUAGE, ...flags], { env: demo.env });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(`a file and ${flags[0]} do not go together`);
    expect(run.stdout).toBe('');
  },
);
