// The functions as processes, over real sockets: the Invoke API, the Runtime API, and S3 behind them.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fixture } from '../../fixtures/corpus.ts';
import { s3Client } from '../../src/aws/s3/client.ts';
import { openFile } from '../../src/recording/file-source.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { wavBytes } from '../audio/wav-bytes.ts';
import { type S3Server, startS3Server } from '../aws/s3/s3-server.ts';
import { buildOnce, ROOT, runCli, scratchDirectory } from '../cli/run-cli.ts';
import { flowEvent } from './flow-event.ts';
import { type ServedFunctions, serveFunctions } from './functions-process.ts';

let s3: S3Server;
let client: S3Client;
/** Functions for all tests that set nothing of their own. */
let shared: ServedFunctions;
const open: ServedFunctions[] = [];

beforeAll(async () => {
  buildOnce();
  s3 = await startS3Server(['calls', 'dumps']);
  for (const [name, value] of Object.entries(s3.env)) process.env[name] = value;
  client = await s3Client();
  shared = await serveFunctions(['--handler', 'overlay,redact', '--concurrency', '2'], {
    ...s3.env,
    RECORDINGS_BUCKET_NAME: 'calls',
  });
});
afterEach(async () => {
  for (const functions of open.splice(0)) await functions.stop();
});
afterAll(async () => {
  await shared.stop();
  client.destroy();
  for (const name of Object.keys(s3.env)) delete process.env[name];
  await s3.close();
});

async function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ServedFunctions> {
  const functions = await serveFunctions(args, { ...s3.env, RECORDINGS_BUCKET_NAME: 'calls', ...env });
  open.push(functions);
  return functions;
}

async function put(bucket: string, key: string, body: Uint8Array): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

describe('overlay and redact', () => {
  test('objects over each other, and passages taken out', async () => {
    await put('calls', 'in/from 1+1:a.wav', wavBytes({ samples: [1, 2, 3] }));
    await put('calls', 'in/to.wav', wavBytes({ samples: [10, 20] }));
    const functions = shared;
    const overlay = await functions.invoke('overlay', {
      sources: [
        { Bucket: 'calls', Key: 'in/from 1+1:a.wav' },
        { Bucket: 'calls', Key: 'in/to.wav' },
      ],
      target: { Bucket: 'calls', Key: 'out/both.wav' },
    });
    expect(overlay).toEqual({
      answer: { Bucket: 'calls', Key: 'out/both.wav', bytes: 50, durationMs: 0 },
      error: undefined,
    });
    expect(s3.object('calls', 'out/both.wav')).toEqual(wavBytes({ samples: [11, 22, 3] }));

    await put('calls', 'in/call.wav', wavBytes({ samples: Array(80).fill(5) }));
    const redact = await functions.invoke('redact', {
      source: { Bucket: 'calls', Key: 'in/call.wav' },
      target: { Bucket: 'calls', Key: 'out/redacted.wav' },
      timestamps: [
        { begin: '1', end: '2' },
        { begin: 4, end: 100 },
      ],
    });
    expect(redact.error).toBeUndefined();
    const silent = (i: number) => (i >= 8 && i < 16) || i >= 32;
    const samples = Array.from({ length: 80 }, (_, i) => (silent(i) ? 0 : 5));
    expect(s3.object('calls', 'out/redacted.wav')).toEqual(wavBytes({ samples }));
    expect(functions.log()).toContainEqual(
      expect.objectContaining({
        service: 'redact',
        function_request_id: expect.any(String),
        cold_start: true,
      }),
    );
  });

  test('an hour through little memory, in parts', async () => {
    const samples = Int16Array.from({ length: 7_000_000 }, (_, i) => (i * 31) % 9001);
    const hour = wavBytes({ data: new Uint8Array(samples.buffer) });
    await put('calls', 'in/long.wav', hour);
    const functions = await serve(['--handler', 'overlay'], { KVSREC_LAMBDA_OVERLAY_LAYOUT: 'stereo' });
    const long = { Bucket: 'calls', Key: 'in/long.wav' };
    const event = { sources: [long, long], target: { Bucket: 'calls', Key: 'out/long.wav' } };
    expect((await functions.invoke('overlay', event)).error).toBeUndefined();
    const stored = s3.object('calls', 'out/long.wav')!;
    expect(stored.length).toBe(44 + 4 * samples.length);
    const twice = new Int16Array(2 * samples.length);
    samples.forEach((sample, i) => {
      twice[2 * i] = sample;
      twice[2 * i + 1] = sample;
    });
    expect(stored.subarray(44).equals(Buffer.from(twice.buffer))).toBe(true);
    expect(s3.openUploads('out/long.wav')).toEqual([]);
  });

  test.each([
    ['overlay', {}, 'sources must be two objects; target must have Bucket and Key'],
    [
      'redact',
      { source: { Bucket: 'a', Key: 'b' }, target: { Bucket: 'a', Key: 'b' } },
      'target is the source; timestamps',
    ],
    [
      'redact',
      {
        source: { Bucket: 'a', Key: 'b' },
        target: { Bucket: 'a', Key: 'c' },
        timestamps: [{ begin: 2, end: 1 }],
      },
      'timestamps[0]',
    ],
  ])('%s names every fault of an event', async (name, event, message) => {
    const { answer, error } = await shared.invoke(name, event);
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'bad-event', errorMessage: expect.stringContaining(message) });
  });

  test('a missing object is an error that names it, and the target does not come into being', async () => {
    const { answer } = await shared.invoke('redact', {
      source: { Bucket: 'calls', Key: 'in/none.wav' },
      target: { Bucket: 'calls', Key: 'out/none.wav' },
      timestamps: [{ begin: 0, end: 1 }],
    });
    expect(answer).toMatchObject({
      errorType: 'aws-no-object',
      errorMessage: expect.stringContaining('in/none.wav'),
    });
    expect(s3.object('calls', 'out/none.wav')).toBeNull();
  });
});

describe('backfill', () => {
  const dump = (name: string) => readFileSync(join(ROOT, 'fixtures', `${name}.mkv`));

  test('dumps of S3 events and of a distributed map, each once', async () => {
    for (const name of ['two-contacts', 'voice-connector-caller', 'real-aac'])
      await put('dumps', `2024/a+b ${name}.mkv`, dump(name));
    await put('dumps', 'not-a-dump.mkv', Buffer.from('text'));
    const functions = await serve(['--handler', 'backfill'], { KVSREC_LAMBDA_LAYOUT: 'separate,stereo,mix' });
    const escaped = encodeURIComponent('2024/a+b two-contacts.mkv').replace(/%20/g, '+').replace(/%2F/g, '/');
    const first = await functions.invoke('backfill', {
      Records: [{ s3: { bucket: { name: 'dumps' }, object: { key: escaped } } }],
    });
    expect(first.error).toBeUndefined();
    expect(first.answer).toMatchObject({ dumps: [{ key: '2024/a+b two-contacts.mkv', contacts: 2 }] });

    const batch = {
      BatchInput: { bucket: 'dumps' },
      Items: ['two-contacts', 'voice-connector-caller', 'real-aac'].map((name) => ({
        Key: `2024/a+b ${name}.mkv`,
      })),
    };
    const second = await functions.invoke('backfill', {
      ...batch,
      Items: [...batch.Items, { Key: '2024/' }],
    });
    expect(second.answer).toMatchObject({ dumps: [{ already: true }, { contacts: 1 }, { contacts: 1 }] });

    const before = s3.requests.length;
    // One that fails keeps the others from nothing, and is named.
    const third = await functions.invoke('backfill', {
      ...batch,
      Items: [{ Key: 'not-a-dump.mkv' }, ...batch.Items],
    });
    expect(third.error).toBe('Unhandled');
    expect(third.answer).toMatchObject({
      errorType: 'backfill-failed',
      errorMessage: expect.stringContaining('1 of 4 dumps failed: s3://dumps/not-a-dump.mkv'),
    });

    // What was done before was not done again.
    expect(s3.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);

    // Every object is what split makes of the same dump.
    for (const name of ['two-contacts', 'voice-connector-caller', 'real-aac']) {
      expect(fixture(name).build().truth.contacts.length).toBeGreaterThan(0);
      const out = scratchDirectory();
      const source = await openFile(join(ROOT, 'fixtures', `${name}.mkv`));
      const options = { ...DEFAULT_RECORDING_OPTIONS, layouts: ['separate', 'stereo', 'mix'] as const };
      const { contacts } = await splitSource(source, out, options);
      await source.close();
      const files = contacts.flatMap(({ files }) => files);
      expect(files.length).toBeGreaterThan(0);
      for (const { path } of files) {
        const key = `recordings/${path.slice(out.length + 1)}`;
        expect({ key, same: s3.object('calls', key)?.equals(readFileSync(path)) }).toEqual({
          key,
          same: true,
        });
      }
    }
    const { Metadata } = await client.send(
      new GetObjectCommand({ Bucket: 'calls', Key: keyOf(second.answer) }),
    );
    expect(Metadata).toBeDefined();
  });
});

function keyOf(answer: unknown): string {
  return (answer as { dumps: { report: string }[] }).dumps[1]!.report;
}

describe('the service', () => {
  test('unknown functions, paths and bodies are refused in the service’s words', async () => {
    const functions = shared;
    await expect(functions.invoke('nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const post = (path: string, body: string, headers = {}) =>
      fetch(`${functions.url}${path}`, { method: 'POST', body, headers });
    const invocations = '/2015-03-31/functions/redact/invocations';
    expect((await post('/2015-03-31/functions', '{}')).status).toBe(404);
    expect((await post(invocations, '{')).headers.get('x-amzn-errortype')).toBe(
      'InvalidRequestContentException',
    );
    expect((await post(invocations, '{}', { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
    expect(
      (await post(invocations, `"${'x'.repeat(1_100_000)}"`, { 'x-amz-invocation-type': 'Event' })).status,
    ).toBe(413);
    expect((await post('/2014-11-13/functions/redact/invoke-async/', '{}')).status).toBe(202);
    const arn = encodeURIComponent('arn:aws:lambda:eu-central-1:000000000000:function:redact:$LATEST');
    const answer = await post(`/2015-03-31/functions/${arn}/invocations`, '{}');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(answer.headers.get('x-amz-executed-version')).toBe('$LATEST');
  });

  test('a function that cannot start says why', async () => {
    const functions = await serve(['--handler', 'trigger']);
    const { answer, error } = await functions.invoke('trigger', {});
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({
      errorType: 'bad-environment',
      errorMessage: expect.stringContaining('transcriptionFunction is not set'),
    });
  });

  test('an asynchronous event that fails is tried again, then reported', async () => {
    const folder = scratchDirectory();
    const file = join(folder, 'failed.ndjson');
    const functions = await serve([
      '--handler',
      'redact',
      '--event-retries',
      '2',
      '--retry-delay',
      '10ms',
      '--on-failure',
      file,
    ]);
    await functions.later('redact', { source: 7 });
    await expect.poll(() => functions.text(), { timeout: 20_000 }).toContain('failed for good');
    await expect.poll(() => readText(file)).not.toBe('');
    expect(JSON.parse(readText(file))).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { source: 7 },
      responsePayload: { errorType: 'bad-event' },
    });
    const attempts = functions.log().filter(({ message }) => message === 'redact failed');
    expect(attempts).toHaveLength(3);
    // Retries have the request id of the first attempt.
    expect(new Set(attempts.map((line) => line.function_request_id)).size).toBe(1);
    // A single function answers to every name.
    expect((await functions.invoke('any-name', {})).answer).toMatchObject({ errorType: 'bad-event' });
  });

  test('a file for failures that cannot be written to is refused, and later costs no more than a warning', async () => {
    const folder = scratchDirectory();
    const args = ['--handler', 'redact', '--event-retries', '0', '--on-failure'];
    const refused = await runCli(['serve-lambda', ...args, join(folder, 'none', 'failed.ndjson')]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/cannot open .*failed\.ndjson: there is no such file or directory/);

    const file = join(folder, 'gone', 'failed.ndjson');
    mkdirSync(join(folder, 'gone'));
    const functions = await serve([...args, file]);
    rmSync(join(folder, 'gone'), { recursive: true });
    await functions.later('redact', { source: 7 });
    const warning = 'warning: that event is not in the file of --on-failure: cannot open';
    await expect.poll(() => functions.text(), { timeout: 20_000 }).toContain(warning);
    expect((await functions.invoke('redact', {})).answer).toMatchObject({ errorType: 'bad-event' });
  });

  test('an invocation is killed at its timeout, and the next one is served', async () => {
    const functions = await serve(['--handler', 'redact', '--timeout', '900ms'], {
      AWS_ENDPOINT_URL_S3: await silentServer(),
    });
    const { answer, error } = await functions.invoke('redact', {
      source: { Bucket: 'calls', Key: 'in/slow.wav' },
      target: { Bucket: 'calls', Key: 'out/slow.wav' },
      timestamps: [{ begin: 0, end: 1 }],
    });
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 0\.90 seconds$/),
    });
    expect((await functions.invoke('redact', {})).answer).toMatchObject({ errorType: 'bad-event' });
  });

  test('--invoke ends when what the function has invoked for later is done', async () => {
    const file = join(scratchDirectory(), 'failed.ndjson');
    const args = ['--handler', 'trigger,record', '--event-retries', '1', '--retry-delay', '10ms'];
    const run = await runCli(['serve-lambda', ...args, '--on-failure', file, '--invoke', '-'], {
      env: { ...s3.env, RECORDINGS_BUCKET_NAME: 'calls', transcriptionFunction: 'record' },
      stdin: JSON.stringify(flowEvent({ streamArn: 'no-arn', startFragment: '1' })),
    });
    expect({ status: run.status, answer: JSON.parse(run.stdout) }).toEqual({
      status: 0,
      answer: { lambdaResult: 'Success' },
    });
    expect(JSON.parse(readText(file))).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      responsePayload: { errorType: 'bad-event' },
    });
  });

  test('--invoke prints the answer and ends with its status, whoever has the usual port', async () => {
    const taken = createServer();
    // Where somebody else has it, that serves as well.
    await new Promise<void>((resolve) =>
      taken.once('error', () => resolve()).listen(9001, '127.0.0.1', resolve),
    );
    onTestFinished(() => void taken.close());
    const run = await runCli(['serve-lambda', '--handler', 'redact', '--invoke', '-'], {
      env: { ...s3.env },
      stdin: '{}',
    });
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ errorType: 'bad-event' });
  });

  test.each([
    [[], 'no --handler was given'],
    [['--handler', 'recrod'], '--handler: "recrod"'],
    [['--handler', 'redact', '--timeout', 'soon'], '--timeout: "soon"'],
    [['--handler', 'redact', '--event-retries', 'x'], '--event-retries: "x"'],
  ])('%j is a usage error', async (args, message) => {
    const { status, stderr } = await runCli(['serve-lambda', ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

/** A server that takes connections and never answers. */
async function silentServer(): Promise<string> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0] ?? '';
  } catch {
    return '';
  }
}
