// `kvsrec simulate` as a process of its own, with a consumer in another that has nothing but the environment.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/simulate/run-program.ts';
import { buildOnce, CLI, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

const DUMP = join(ROOT, 'fixtures', 'plain-call.mkv');

/** Reads the stream `call` from its beginning until it has so many bytes, and prints a digest of them. */
const CONSUMER = `
import { createHash } from 'node:crypto';
import { GetDataEndpointCommand, KinesisVideoClient } from '@aws-sdk/client-kinesis-video';
import { GetMediaCommand, KinesisVideoMediaClient } from '@aws-sdk/client-kinesis-video-media';
const { DataEndpoint } = await new KinesisVideoClient().send(
  new GetDataEndpointCommand({ StreamName: 'call', APIName: 'GET_MEDIA' }),
);
const { Payload } = await new KinesisVideoMediaClient({ endpoint: DataEndpoint }).send(
  new GetMediaCommand({ StreamName: 'call', StartSelector: { StartSelectorType: 'EARLIEST' } }),
);
const hash = createHash('sha256');
let length = 0;
for await (const chunk of Payload) {
  hash.update(chunk);
  length += chunk.length;
  if (length >= Number(process.argv[1])) break;
}
console.log(length, hash.digest('hex'));
process.exit();
`;

let running: ChildProcess | undefined;
afterEach(() => running?.kill('SIGKILL'));

/** Starts the simulator; answers the environment that it says to export. */
async function simulate(
  args: readonly string[],
): Promise<{ child: ChildProcess; env: NodeJS.ProcessEnv; text: string }> {
  const child = spawn(process.execPath, [CLI, 'simulate', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (/# stream|\n}\n$/.test(text)) resolve();
    });
    child.once('exit', () => reject(new Error(`ended before it listened: ${text}`)));
  });
  const exported = [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]);
  return { child, env: Object.fromEntries(exported), text };
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

describe('two processes', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('an SDK with that environment reads the dump; %s ends with %d', async (signal, status) => {
    const { child, env, text } = await simulate(['--stream', `call=${DUMP}`, '--speed', 'max']);
    expect(text).toContain('# stream call arn:aws:kinesisvideo:us-east-1:111122223333:stream/call/');
    const bytes = readFileSync(DUMP);
    const consumer = spawn(
      process.execPath,
      ['--input-type=module', '--eval', CONSUMER, String(bytes.length)],
      { cwd: ROOT, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    consumer.stdout.on('data', (part) => {
      output += part;
    });
    expect(await ended(consumer)).toBe(0);
    const { createHash } = await import('node:crypto');
    expect(output).toBe(`${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}\n`);
    const exit = ended(child);
    child.kill(signal);
    expect(await exit).toBe(status);
  });

  test('a signal ends it while a connection is open', async () => {
    const { child, env } = await simulate(['--stream', `call=${DUMP}`, '--loop']);
    const response = await fetch(`${env.AWS_ENDPOINT_URL_KINESIS_VIDEO_MEDIA}/getMedia`, {
      method: 'POST',
      body: JSON.stringify({ StreamName: 'call', StartSelector: { StartSelectorType: 'NOW' } }),
    });
    const exit = ended(child);
    child.kill('SIGTERM');
    expect(await exit).toBe(143);
    await response.text().catch(() => {});
  });
});

describe('the package', () => {
  test('exports the simulator as kvsrec/simulator', async () => {
    const script = `import { startSimulator } from 'kvsrec/simulator';
      const simulator = await startSimulator({ streams: { call: ${JSON.stringify(DUMP)} }, speed: 'max' });
      console.log(JSON.stringify(simulator.streams.inspect('call')));
      await simulator.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: ROOT });
    let output = '';
    child.stdout.on('data', (part) => {
      output += part;
    });
    expect(await ended(child)).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ name: 'call', playing: false });
  });
});

describe('what it prints', () => {
  test('--json: one document with address, environment and streams', async () => {
    const { status, stdout, stderr } = await runCli([
      'simulate',
      `call=${DUMP}`,
      '--stream',
      'empty',
      '--speed',
      'max',
      '--region',
      'eu-central-1',
      '--duration',
      '50ms',
      '--json',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { url, port, environment, streams } = JSON.parse(stdout);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL_KINESIS_VIDEO: url,
      AWS_ENDPOINT_URL_KINESIS_VIDEO_MEDIA: url,
      AWS_ENDPOINT_URL_KINESIS_VIDEO_ARCHIVED_MEDIA: url,
      AWS_REGION: 'eu-central-1',
    });
    expect(streams.map(({ name, arn }: { name: string; arn: string }) => [name, arn.split(':')[3]])).toEqual([
      ['empty', 'eu-central-1'],
      ['call', 'eu-central-1'],
    ]);
    expect(streams[1].fragments).toBeGreaterThan(0);
  });

  test('a folder: a stream per dump, named for it', async () => {
    const folder = scratchDirectory();
    mkdirSync(join(folder, 'calls'));
    cpSync(DUMP, join(folder, 'calls', 'one call.mkv'));
    cpSync(DUMP, join(folder, 'calls', 'two.mkv'));
    writeFileSync(join(folder, 'calls', 'notes.txt'), '');
    const { stdout } = await runCli(['simulate', 'calls', '--duration', '10ms', '--json'], { cwd: folder });
    expect(JSON.parse(stdout).streams.map(({ name }: { name: string }) => name)).toEqual(['one_call', 'two']);
  });

  test('--exec: the program’s output and status, with the environment set', async () => {
    const { status, stdout } = await runCli(
      ['simulate', `call=${DUMP}`, '--exec', 'echo "$AWS_ENDPOINT_URL_KINESIS_VIDEO $AWS_PROFILE"; exit 7'],
      { env: { AWS_PROFILE: 'mine' } },
    );
    expect(status).toBe(7);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ \n$/);
  });

  test('--trace: a line per request and fragment', async () => {
    const body = JSON.stringify({ StreamName: 'call', StartSelector: { StartSelectorType: 'EARLIEST' } });
    const script =
      "fetch(process.env.AWS_ENDPOINT_URL_KINESIS_VIDEO_MEDIA + '/getMedia', { method: 'POST', body: process.argv[1] })" +
      '.then((answer) => answer.arrayBuffer())';
    const consume = `"${process.execPath}" -e "${script}" '${body}'`;
    const { stderr } = await runCli([
      'simulate',
      `call=${DUMP}`,
      '--speed',
      'max',
      '--fault',
      'end:fragments=1',
      '--trace',
      '--exec',
      consume,
    ]);
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['fragment', 'request']);
    expect(events[1]).toMatchObject({ operation: 'GetMedia', stream: 'call', fragments: 1, ended: 'end' });
  });
});

describe('a stream and its faults', () => {
  test('a stream without a dump may be named by its ARN', async () => {
    const arn = 'arn:aws:kinesisvideo:us-east-1:111122223333:stream/call/1600000000000';
    const { status, stdout } = await runCli(['simulate', '--stream', arn, '--duration', '10ms', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).streams).toMatchObject([{ name: 'call', arn, fragments: 0 }]);
  });

  test('a dump may follow a fault', async () => {
    const args = ['--fault', 'end:fragments=1', '--fault', 'throttle', DUMP];
    const { status, stdout } = await runCli(['simulate', ...args, '--duration', '10ms', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).streams).toMatchObject([{ name: 'plain-call' }]);
  });

  test('a program is not left to run where a signal came before it', async () => {
    expect(await runProgram('sleep 30', {}, AbortSignal.abort(), 'stderr')).toBe(143);
  });
});

test('what it prints is for a shell to evaluate, whatever the region is called', async () => {
  const { stdout } = await runCli(['simulate', DUMP, '--region', "x; echo 'y'", '--duration', '10ms']);
  const shell = spawnSync('sh', ['-c', 'eval "$0"; printf "<%s>" "$AWS_REGION"', stdout], {
    encoding: 'utf8',
  });
  expect(shell.stdout).toBe("<x; echo 'y'>");
});

test.skipIf(process.platform === 'win32')('a pipe is no dump, and is not waited for', async () => {
  const pipe = join(scratchDirectory(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { status, stdout } = await runCli(['simulate', '--stream', `a=${pipe}`, '--json']);
  expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: 1, code: 'unreadable-dump' });
});

describe('usage errors', () => {
  test.each<[string, string[], string]>([
    ['no stream', [], 'no-stream'],
    ['a file that is not there', ['nowhere.mkv'], 'no-dump'],
    ['a dump that is not there', ['--stream', 'a=nowhere.mkv'], 'unreadable-dump'],
    ['a stream twice', [`a=${DUMP}`, 'a'], 'stream-twice'],
    ['a bad name', ['--stream', `a b=${DUMP}`], 'bad-stream'],
    ['a bad speed', [DUMP, '--speed', 'fast'], 'bad-value'],
    ['a bad time', [DUMP, '--session', 'long'], 'bad-value'],
    ['a bad port', [DUMP, '--port', '70000'], 'bad-value'],
    ['a bad word', [DUMP, '--stamps', 'old'], 'bad-value'],
    ['a loop at max speed', [DUMP, '--loop', '--speed', 'max'], 'bad-stream'],
    ['a folder as a dump', ['--stream', `a=${join(ROOT, 'fixtures')}`], 'unreadable-dump'],
    ['a dump that is none', ['--stream', `a=${join(ROOT, 'package.json')}`], 'unreadable-dump'],
    ['an empty host, which would be every address', [DUMP, '--host', ''], 'bad-value'],
    ['the stand-in’s option without it', [DUMP, '--transcribe-keep', 'kept'], 'conflicting-options'],
    ['a bad fault', [DUMP, '--fault', 'explode'], 'bad-fault'],
  ])('%s', async (_, args, code) => {
    const { status, stdout } = await runCli(['simulate', ...args, '--duration', '10ms', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, hint: expect.any(String) } });
    expect(status).toBe(code === 'unreadable-dump' ? 1 : 2);
  });
});
