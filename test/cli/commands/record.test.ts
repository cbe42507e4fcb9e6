// `kvsrec record` as a process: what it prints, how it ends, and what it leaves behind.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { buildOnce, CLI, ROOT, type Run, runCli, scratchDirectory } from '../run-cli.ts';

const DUMP = join(ROOT, 'fixtures/demo-call.mkv');
const RECORD = ['record', '--stream-name', 'demo-call', '--start', 'earliest', '--idle-timeout', '1s'];
let simulator: Simulator;
let wanted: Map<string, Buffer>;

beforeAll(async () => {
  buildOnce();
  simulator = await startSimulator({
    speed: 'max',
    streams: { 'demo-call': DUMP, slow: { dump: DUMP, speed: 5, stamps: 'kept', begin: 'request' } },
  });
  const out = mkdtempSync(join(tmpdir(), 'kvsrec-record-'));
  await runCli(['split', DUMP, '-o', out]);
  wanted = files(out);
  rmSync(out, { recursive: true });
});
afterAll(() => simulator.close());

function files(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function record(args: readonly string[], more: Parameters<typeof runCli>[1] = {}): Promise<Run> {
  return runCli(args, { ...more, env: { ...simulator.environment, ...more?.env } });
}

describe('record', () => {
  test.each([
    [
      'by name',
      ['--stream-name', 'gone', '--region', 'eu-west-2'],
      'eu-west-2',
      'name another region with --region, AWS_REGION or the region of your profile',
    ],
    [
      'by an ARN of another region',
      [
        '--stream-arn',
        'arn:aws:kinesisvideo:us-west-2:111122223333:stream/gone/1726675200000',
        '--region',
        'eu-west-2',
      ],
      'eu-west-2',
      'Its ARN is of the region us-west-2: leave --region out',
    ],
    [
      'by an ARN alone',
      ['--stream-arn', 'arn:aws:kinesisvideo:us-west-2:111122223333:stream/gone/1726675200000'],
      'us-west-2',
      'Check its name and the account',
    ],
  ])('a stream that is not in the region that was asked, %s', async (_, args, region, hint) => {
    const { status, stderr } = await record(['record', ...args, '-o', join(scratchDirectory(), 'x')]);
    expect(status).toBe(1);
    expect(stderr).toContain('cannot look up the endpoint of the stream gone');
    expect(stderr).toContain(`it was not found in the region ${region}`);
    expect(stderr).toContain(hint);
  });

  test('--json: the document of split, and how it ended', async () => {
    const out = scratchDirectory();
    const { status, stdout, stderr } = await record([...RECORD, '-o', out, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [input] = JSON.parse(stdout).inputs;
    expect(input).toMatchObject({ input: 'demo-call', endedBy: 'idle', connections: 1, warnings: [] });
    expect(input.contacts[0]).toMatchObject({ durationMs: 15_232, fragments: { count: 14 } });
    expect(input.contacts[0].tracks[0].pcmSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(files(out)).toEqual(wanted);
  });

  test('--events: a line for everything that happens', async () => {
    const { stderr } = await record([...RECORD, '-o', scratchDirectory(), '--events']);
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual([
      'started',
      'connected',
      ...Array(14).fill('fragment'),
      'finished',
    ]);
  });

  test.each(['flow', 'invocation', 'contact-record'])('--event: %s', async (name) => {
    const out = scratchDirectory();
    const event = join(ROOT, `fixtures/events/${name}.json`);
    const text = readFileSync(event, 'utf8');
    // As a file, and by a pipe.
    const source = name === 'flow' ? ['-'] : [event];
    const { status } = await record(['record', '--event', ...source, '--idle-timeout', '1s', '-o', out], {
      stdin: text,
      env: {},
    });
    expect(status).toBe(0);
    expect(files(out)).toEqual(wanted);
  });

  test('SIGINT: what is there is finished, and the status says so', async () => {
    const out = scratchDirectory();
    const args = ['record', '--stream-name', 'slow', '--start', 'earliest', '-o', out];
    // As soon as both directions have audio.
    const sizes = () => readdirSync(out).map((name) => statSync(join(out, name)).size);
    const when = () => sizes().filter((size) => size > 1000).length >= 2;
    const { status, stdout } = await record(args, { signal: { name: 'SIGINT', when } });
    expect(status).toBe(130);
    expect(stdout).toContain('(signal)');
    const names = readdirSync(out);
    expect(names).toHaveLength(2);
    expect(names.every((name) => name.endsWith('.wav'))).toBe(true);
  });

  test('-o -: the samples of one direction, as they come', async () => {
    const { status, stdout } = await pipe([...RECORD, '-o', '-', '--track', 'to', '--raw', '-q']);
    expect(status).toBe(0);
    const [name] = [...wanted.keys()].filter((one) => one.includes('TO_CUSTOMER'));
    expect(stdout.equals(wanted.get(name!)!.subarray(44))).toBe(true);
  });

  test('-o - to a reader that goes away: a clean end', async () => {
    const { status } = await pipe([...RECORD, '-o', '-', '--track', 'to', '-q'], true);
    expect(status).toBe(0);
  });

  test('--contacts: every line has its outcome, and a bad one touches no other', async () => {
    const out = scratchDirectory();
    const flow = JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'fixtures/events/flow.json'), 'utf8')));
    const gone = flow.replace('stream/demo-call/', 'stream/gone/');
    const { status, stdout } = await record(
      ['record', '--contacts', '-', '--idle-timeout', '1s', '-o', out],
      {
        stdin: `${gone}\nno json\n${flow}\n`,
      },
    );
    expect(status).toBe(2);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const of = (number: number) => lines.find(({ line }) => line === number);
    expect(of(1).error.code).toBe('aws-not-found');
    expect(of(2).error.code).toBe('bad-event');
    expect(of(3)).toMatchObject({ endedBy: 'idle', contacts: [{ durationMs: 15_232 }] });
    expect(files(out)).toEqual(wanted);
  });

  test('--contacts: of two calls that would write the same files, one does', async () => {
    const out = scratchDirectory();
    const flow = JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'fixtures/events/flow.json'), 'utf8')));
    const { status, stdout } = await record(
      ['record', '--contacts', '-', '--idle-timeout', '1s', '-o', out, '--overwrite'],
      { stdin: `${flow}\n${flow}\n` },
    );
    expect(status).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [refused] = lines.filter(({ error }) => error);
    const [done] = lines.filter(({ error }) => !error);
    expect(done.contacts[0].files).toHaveLength(2);
    expect(refused.error).toMatchObject({
      code: 'output-collision',
      message: expect.stringContaining(`is one of line ${done.line}'s, too`),
    });
    for (const [name, bytes] of wanted) expect(files(out).get(name)?.equals(bytes)).toBe(true);
  });

  test('--contacts: the names of a call that is done are free when its files have gone elsewhere', async () => {
    const out = scratchDirectory();
    const elsewhere = scratchDirectory();
    const flow = JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'fixtures/events/flow.json'), 'utf8')));
    const child = spawn(
      process.execPath,
      [CLI, 'record', '--contacts', '-', '--idle-timeout', '1s', '-o', out, '-q'],
      { env: { ...process.env, ...simulator.environment }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    child.stdin.write(`${flow}\n`);
    const outcomes: Record<string, unknown>[] = [];
    for await (const line of createInterface(child.stdout)) {
      outcomes.push(JSON.parse(line));
      if (outcomes.length > 1) continue;
      renameSync(out, join(elsewhere, 'done'));
      child.stdin.end(`${flow}\n`);
    }
    expect(outcomes).toMatchObject([{ endedBy: 'idle' }, { endedBy: 'idle' }]);
    expect(files(join(elsewhere, 'done'))).toEqual(wanted);
    expect(files(out)).toEqual(wanted);
  });

  test('two directions under one name are refused, and the recording goes on with another', async () => {
    const out = scratchDirectory();
    const args = [...RECORD, '-o', out, '--overwrite', '--json'];
    const { status, stdout } = await record([...args, '--name', '{contactId}']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'output-collision',
      message: expect.stringContaining('demo-call: two of its files would be '),
      hint: expect.stringContaining(`--resume ${out}`),
    });
    expect(readdirSync(out).filter((name) => name.endsWith('.wav'))).toEqual([]);
    const resumed = await record([
      'record',
      '--resume',
      out,
      '--name',
      '{contactId}_{start}_{what}',
      '--json',
    ]);
    expect(resumed.status).toBe(0);
    const [{ contacts }] = JSON.parse(resumed.stdout).inputs;
    const made = contacts[0].files.map(({ path }: { path: string }) => readFileSync(path));
    expect(made).toEqual([...wanted.values()]);
  });

  test.each<[string, string[], Record<string, string>, number, string]>([
    ['no stream', ['record', '-o', 'x'], {}, 2, 'bad-usage'],
    ['an unknown stream', ['record', '--stream-name', 'gone', '-o', 'x'], {}, 1, 'aws-not-found'],
    [
      'a region that is none',
      [...RECORD, '-o', 'x'],
      { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null' },
      2,
      'aws-bad-region',
    ],
    [
      'nothing that listens',
      [...RECORD, '-o', 'x'],
      { AWS_ENDPOINT_URL_KINESIS_VIDEO: 'http://127.0.0.1:9' },
      1,
      'aws-unreachable',
    ],
    ['both directions to a pipe', [...RECORD, '-o', '-'], {}, 2, 'bad-usage'],
    ['nothing to go on with', ['record', '--resume', 'x'], {}, 1, 'no-checkpoint'],
  ])('%s: one clear error, nothing left behind', async (_, args, env, status, code) => {
    const cwd = scratchDirectory();
    const run = await record([...args, '--json'], { cwd, env });
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code } });
    expect(run.status).toBe(status);
    expect(existsSync(join(cwd, 'x')) ? readdirSync(join(cwd, 'x')) : []).toEqual([]);
  });
});

/** Flags that would be ignored; the stream is none, so that whatever gets further fails otherwise. */
describe('flags that do not go with each other', () => {
  const STREAM = ['--stream-name', 'gone'];
  const FLOW = ['--event', join(ROOT, 'fixtures/events/flow.json')];
  test.each<[string[], string]>([
    [['--contacts', '-', ...FLOW], '--contacts does not go with --event'],
    [['--contacts', '-', '--instance-id', 'i'], '--contacts does not go with --instance-id'],
    [['--contacts', '-', '-o', '-'], '--contacts does not go with -o -'],
    [[...STREAM, '-o', '-', '--track', 'to', '--layout', 'mix'], '-o - does not go with --layout'],
    [[...STREAM, '-o', '-', '--track', 'to', '--name', '{contactId}'], '-o - does not go with --name'],
    [[...STREAM, '-o', '-', '--track', 'to', '--json'], 'standard output takes the audio alone'],
    [[...STREAM, '--raw'], '--raw goes with -o - alone'],
    [[...FLOW, '--instance-id', 'i'], '--event does not go with --instance-id'],
    [[...STREAM, '--stream-arn', 'arn'], '--stream-arn does not go with --stream-name'],
    [['--resume', '--contacts', '-'], '--resume does not go with --contacts'],
    [['--resume', '--raw'], '--raw goes with -o - alone'],
    [['--resume', '-o', '-'], '--resume does not go with -o -'],
    [['--resume', 'x', '-o', 'y'], '-o y does not go with --resume x'],
    [['--resume', '--instance-id', 'i'], '--instance-id needs --contact-id'],
  ])('%j', async (args, message) => {
    const { status, stderr } = await record(['record', ...args], { cwd: scratchDirectory() });
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).toMatch(/^hint: \S/m);
    expect(status).toBe(2);
  });

  test('what the environment says is meant for all runs, and refused for none', async () => {
    const env = { KVSREC_LAYOUT: 'mix', KVSREC_NAME: '{contactId}', KVSREC_TRACK: 'to' };
    const { status, stdout } = await record([...RECORD, '-o', '-', '-q'], { env });
    expect({ status, begins: stdout.slice(0, 4) }).toEqual({ status: 0, begins: 'RIFF' });
  });
});

/** The bytes on standard output; with `leave`, their reader goes after the first. */
function pipe(args: readonly string[], leave = false): Promise<{ status: number | null; stdout: Buffer }> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...simulator.environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (leave) child.stdout.destroy();
  });
  return new Promise((resolve) =>
    child.once('close', (status) => resolve({ status, stdout: Buffer.concat(chunks) })),
  );
}
