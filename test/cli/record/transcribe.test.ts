// `record --transcribe` with everything that `record` can do beside: several calls, a recording that was killed and goes
// on, and audio to a pipe.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { parseScript } from '../../../src/simulator/transcribe/script.ts';
import { DOCUMENTS } from '../../docs/schemas/documents.ts';
import { startDemo } from '../../simulator/transcribe/demo.ts';
import { buildOnce, CLI, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

const DEMO = join(ROOT, 'fixtures/demo-call.mkv');
const SCRIPT = parseScript(readFileSync(join(ROOT, 'fixtures/demo-call.script.json'), 'utf8'));
const SOURCE = ['--stream-name', 'demo-call', '--start', 'earliest', '--idle-timeout', '1s'];
const LANGUAGE = ['--language', 'en-US', '--pace', '20'];

let simulator: Simulator;
let demo: Awaited<ReturnType<typeof startDemo>>;

afterEach(async () => {
  await Promise.all([simulator.close(), demo.close()]);
});

/** The services, and the environment that leads to them. */
async function services(speed: number | 'max' = 'max'): Promise<Record<string, string>> {
  [simulator, demo] = await Promise.all([
    startSimulator({
      streams: {
        'demo-call': { dump: DEMO, speed, begin: 'request' },
      },
    }),
    startDemo({ rules: { maxPace: 1000, burstMs: 60_000 } }),
  ]);
  return { ...simulator.environment, ...demo.env };
}

interface Segment {
  direction: string;
  text: string;
  startMs: number;
}

const said = (segments: readonly { direction?: string | undefined; text: string }[], direction: string) =>
  segments
    .filter((one) => one.direction === direction)
    .map(({ text }) => text)
    .join(' ');

/** Every word of the demo call once, in its place. */
function expectDemo(segments: readonly Segment[], directions = ['from', 'to']): void {
  for (const direction of directions)
    expect(said(segments, direction)).toBe(said(SCRIPT.segments, direction));
  for (const { direction, startMs } of SCRIPT.segments) {
    if (!directions.includes(direction!)) continue;
    expect(segments.some((one) => one.direction === direction && Math.abs(one.startMs - startMs) <= 20)).toBe(
      true,
    );
  }
}

const transcriptIn = (folder: string, ending: string) =>
  readFileSync(
    join(folder, readdirSync(folder).find((name) => name.endsWith(`TRANSCRIPT.${ending}`))!),
    'utf8',
  );

test('--contacts: each call has a transcript of its own', async () => {
  const env = await services();
  const out = scratchDirectory();
  const flow = JSON.parse(readFileSync(join(ROOT, 'fixtures/events/flow.json'), 'utf8'));
  const run = await runCli(
    ['record', '--contacts', '-', '--idle-timeout', '1s', '-o', out, '--transcribe', 'json,srt', ...LANGUAGE],
    { env, stdin: `${JSON.stringify(flow)}\nno json\n` },
  );
  expect(run.status).toBe(2);
  const lines = run.stdout.trim().split('\n');
  const outcomes = lines.map((line) => JSON.parse(line));
  for (const outcome of outcomes) {
    expect(DOCUMENTS['record-line'].schema.safeParse(outcome).error?.issues).toBeUndefined();
  }
  const first = outcomes.find(({ line }) => line === 1);
  expect(first.transcript).toMatchObject({
    summary: { complete: true },
    files: [{ format: 'json' }, { format: 'srt' }],
  });
  expectDemo(JSON.parse(transcriptIn(out, 'json')).segments);
  expect(transcriptIn(out, 'srt')).toContain('Agent: Parcel service, good morning.');
  expect(outcomes.find(({ line }) => line === 2).error.code).toBe('bad-event');
  expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
});

describe('--resume', () => {
  test.each([
    ['soon after the first words', 1, 'separate'],
    ['in the middle, with stereo files alone', 4, 'stereo'],
  ])('killed %s: every word once, on the same clock', async (_, segments, layout) => {
    const env = await services(8);
    const out = scratchDirectory();
    await killedAfter(
      segments,
      ['record', ...SOURCE, '-o', out, '--layout', layout, '--transcribe', 'json,vtt', ...LANGUAGE],
      { out, env },
    );
    expect(readdirSync(out).some((name) => /TRANSCRIPT/.test(name))).toBe(false);
    // What was wanted, and the language, are known still.
    const run = await runCli(['record', '--resume', out, '--json'], { env });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const { inputs } = JSON.parse(run.stdout);
    expect(inputs[0].transcript.summary).toMatchObject({ complete: true, failure: null });
    expect(inputs[0].transcript.files).toMatchObject([{ format: 'json' }, { format: 'vtt' }]);
    expectDemo(JSON.parse(transcriptIn(out, 'json')).segments);
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('files of given names, the sessions and the region are those it was begun with; a flag outweighs them', async () => {
    const env = await services(8);
    const [out, cwd] = [scratchDirectory(), scratchDirectory()];
    const words = join(cwd, 'words.json');
    const args = ['record', ...SOURCE, '-o', out, '--transcribe', 'words.json', ...LANGUAGE];
    args.push('--sessions', 'per-direction', '--region', 'eu-west-1');
    await killedAfter(1, args, { out, env, cwd });
    const places = { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null' };
    const resume = ['record', '--resume', out, '--json', '--sessions', 'together'];
    const run = await runCli(resume, { env: { ...env, ...places } });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const { transcript } = JSON.parse(run.stdout).inputs[0];
    expect(transcript).toMatchObject({ files: [{ path: words, format: 'json' }], summary: { sessions: 1 } });
    expectDemo(JSON.parse(readFileSync(words, 'utf8')).segments);
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a recording that was begun without one gets the transcript of the whole call', async () => {
    const env = await services(8);
    const out = scratchDirectory();
    const record = ['record', ...SOURCE, '-o', out];
    await killedAfter(0, record, { out, env });
    const run = await runCli(['record', '--resume', out, '--json', '--transcribe', ...LANGUAGE], { env });
    expect(run.status).toBe(0);
    expectDemo(JSON.parse(transcriptIn(out, 'json')).segments);
  });
});

test('-o -: the audio to the pipe, the words to standard error and to a file', async () => {
  const env = await services();
  const cwd = scratchDirectory();
  const args = ['record', ...SOURCE, '-o', '-', '--track', 'from'];
  const [plain, run] = [
    await runCli([...args, '-q'], { cwd, env }),
    await runCli([...args, '--transcribe', 'words.json', '--no-color', ...LANGUAGE], { cwd, env }),
  ];
  expect(run.status).toBe(0);
  expect(run.stdout.length).toBeGreaterThan(100_000);
  expect(run.stdout).toBe(plain.stdout);
  const { segments } = JSON.parse(readFileSync(join(cwd, 'words.json'), 'utf8'));
  expectDemo(segments, ['from']);
  const [line] = segments as Segment[];
  expect(run.stderr).toContain(`Customer: ${line!.text}`);
  expect(run.stderr).toContain('transcript: words.json');
});

test.each([
  ['formats without a folder', ['-o', '-', '--track', 'from', '--transcribe', 'srt']],
  ['one file for several calls', ['--contacts', 'calls.ndjson', '-o', 'out', '--transcribe', 'words.srt']],
])('refused before anything is recorded: %s', async (_, args) => {
  const env = await services();
  const cwd = scratchDirectory();
  writeFileSync(join(cwd, 'calls.ndjson'), '');
  const run = await runCli(['record', ...(args.includes('--contacts') ? [] : SOURCE), ...args, ...LANGUAGE], {
    cwd,
    env,
  });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/--transcribe/);
  expect(run.stderr).toMatch(/as in --transcribe/);
  expect(run.stdout).toBe('');
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

/** Runs a recording until so many segments are noted, or, for none, until it has some of the call; then kills it. */
async function killedAfter(
  segments: number,
  args: readonly string[],
  { out, env, cwd = ROOT }: { out: string; env: Record<string, string>; cwd?: string },
): Promise<void> {
  buildOnce();
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const bytes = (name: string) => readFileSync(join(out, name)).length;
  const enough = () => {
    const names = readdirSync(out);
    if (segments === 0) return names.some((name) => name.endsWith('.part') && bytes(name) > 60_000);
    const journal = names.find((name) => name.endsWith('.transcript'));
    if (journal === undefined) return false;
    return readFileSync(join(out, journal), 'utf8').split('{"segment"').length > segments;
  };
  for (const begun = Date.now(); !enough(); ) {
    if (child.exitCode !== null || Date.now() - begun > 60_000)
      throw new Error('it ended too soon, or never began');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill('SIGKILL');
  await ended;
}
