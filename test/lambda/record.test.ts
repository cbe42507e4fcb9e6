// The record function as processes, from a flow's event to objects and items: simulator, S3, DynamoDB and functions on
// loopback. The call runs on a fast clock, and an invocation may take a part of it only.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, type ExpectStatic, expect, type TestContext, test } from 'vitest';
import { connectCall, fragmentNumber } from '../../fixtures/connect-profile.ts';
import { tone } from '../../fixtures/pcm.ts';
import { openFile } from '../../src/recording/file-source.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { type S3Server, startS3Server } from '../aws/s3/s3-server.ts';
import { buildOnce, ROOT } from '../cli/run-cli.ts';
import { startDemo } from '../simulator/transcribe/demo.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';
import { flowEvent } from './flow-event.ts';
import { type ServedFunctions, serveFunctions } from './functions-process.ts';

/** Fragments of 1,088 ms: more than a part of 5 MiB a direction. */
const FRAGMENTS = 330;
const SPEED = 40;
/** Of an invocation: a quarter of it is recorded, the rest is for a start and an end on a busy machine. */
const TIMEOUT = ['--timeout', '16s'];
const RESERVE_SECONDS = '15';
const LAYOUTS = ['separate', 'stereo', 'mix'] as const;
/** Milliseconds that cost time only where something fails. */
const PATIENCE = { timeout: 90_000, interval: 50 };

let folder: string;
let dump: string;
let contactId: string;
/** What `split` makes of the dump, by name. */
const expected = new Map<string, Buffer>();

beforeAll(async () => {
  buildOnce();
  folder = mkdtempSync(join(tmpdir(), 'kvsrec-lambda-'));
  dump = join(folder, 'call.mkv');
  writeFileSync(
    dump,
    Buffer.concat([...connectCall({ fragments: FRAGMENTS, from: tone({ hz: 440 }), to: tone({ hz: 220 }) })]),
  );
  const source = await openFile(dump);
  const options = { ...DEFAULT_RECORDING_OPTIONS, layouts: LAYOUTS };
  const { contacts } = await splitSource(source, join(folder, 'out'), options);
  await source.close();
  contactId = contacts[0]!.contactId!;
  for (const name of readdirSync(join(folder, 'out')))
    expected.set(name, readFileSync(join(folder, 'out', name)));
  expect(expected.size).toBe(4);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Rehearsal {
  simulator?: SimulatorOptions;
  args?: string[];
  env?: NodeJS.ProcessEnv;
}

/** Services and functions of one test, and its own `expect`: the one for all cannot poll for tests side by side. */
interface Stage {
  expect: ExpectStatic;
  arn: string;
  s3: S3Server;
  dynamo: DynamoServer;
  simulator: Simulator;
  functions: ServedFunctions;
}

async function rehearse(
  { onTestFinished, expect }: TestContext,
  { simulator: options = {}, args = [], env = {} }: Rehearsal = {},
): Promise<Stage> {
  const dynamo = await startDynamoServer();
  onTestFinished(() => dynamo.close());
  const s3 = await startS3Server(['calls']);
  onTestFinished(() => s3.close());
  const simulator = await startSimulator({
    streams: { call: { dump, begin: 'request' } },
    speed: SPEED,
    stamps: 'kept',
    ...options,
  });
  onTestFinished(() => simulator.close());
  const functions = await serveFunctions(
    [
      '--handler',
      'trigger,record',
      '--concurrency',
      '3',
      '--event-retries',
      '2',
      '--retry-delay',
      '100ms',
      ...args,
    ],
    {
      ...simulator.environment,
      ...s3.env,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      transcriptionFunction: 'record',
      table_name: 'contactDetails',
      RECORDINGS_BUCKET_NAME: 'calls',
      START_SELECTOR_TYPE: 'FRAGMENT_NUMBER',
      KVSREC_LAMBDA_LAYOUT: LAYOUTS.join(','),
      KVSREC_LAMBDA_CONTACT_DETAILS_TABLE: 'contactDetails',
      KVSREC_LAMBDA_IDLE_SECONDS: '3',
      KVSREC_LAMBDA_CHECKPOINT_SECONDS: '1',
      KVSREC_LAMBDA_RESERVE_SECONDS: RESERVE_SECONDS,
      ...env,
    },
  );
  onTestFinished(() => functions.stop());
  const [stream] = simulator.streams.list();
  const { arn } = stream as unknown as { arn: string };
  return { expect, arn, s3, dynamo, simulator, functions };
}

function flow(arn: string, attributes: Record<string, string> = {}) {
  return flowEvent({ contactId, streamArn: arn, startFragment: fragmentNumber(0), attributes });
}

async function finished({ expect, functions }: Stage): Promise<Record<string, unknown>> {
  const line = () => functions.log().find(({ message }) => message === 'recording finished');
  await expect
    .poll(line, PATIENCE)
    .toBeDefined()
    .catch((error: Error) => {
      throw new Error(`${error.message}\n${functions.text()}`);
    });
  return line()!;
}

function expectTheCall({ s3 }: Stage): void {
  for (const [name, bytes] of expected) {
    const stored = s3.object('calls', `recordings/${name}`);
    expect({ name, length: stored?.length }).toEqual({ name, length: bytes.length });
    expect({ name, same: stored!.equals(bytes) }).toEqual({ name, same: true });
    expect({ name, open: s3.openUploads(`recordings/${name}`) }).toEqual({ name, open: [] });
  }
}

// Each test waits for its own processes and clocks most of the time.
describe.concurrent('record', () => {
  test('a chain of invocations gives the objects of an uninterrupted one, and the summary', async (context) => {
    const stage = await rehearse(context, { args: TIMEOUT });
    const { answer } = await stage.functions.invoke('trigger', flow(stage.arn));
    expect(answer).toEqual({ lambdaResult: 'Success' });
    const end = await finished(stage);
    expect(end).toMatchObject({ contact_id: contactId, endedBy: 'idle' });
    expect(end.links).toBeGreaterThan(1);
    expectTheCall(stage);
    const items = await stage.dynamo.items('contactDetails');
    const [item] = items.filter((each) => each.contactId === contactId);
    const key = (what: string) => `recordings/${[...expected.keys()].find((name) => name.includes(what))}`;
    expect(item).toMatchObject({
      customerPhoneNumber: '+12065550100',
      audioFromCustomer: `https://calls.s3.amazonaws.com/${key('AUDIO_FROM_CUSTOMER')}`,
      audioToCustomer: `https://calls.s3.amazonaws.com/${key('AUDIO_TO_CUSTOMER')}`,
      combinedAudio: `calls/${key('COMBINED_AUDIO')}`,
      mergeStatus: 'Complete',
    });
  });

  test('a link that is killed, and a flow that calls twice, change nothing; a retry of what is done does nothing', async (context) => {
    const stage = await rehearse(context, { args: ['--timeout', '60s'] });
    const { functions, s3, arn } = stage;
    await Promise.all([functions.invoke('trigger', flow(arn)), functions.later('trigger', flow(arn))]);
    // Something must be on record before the process dies, and the other invocation must have found it taken.
    await stage.expect.poll(() => stateOf(s3)?.objects, PATIENCE).toBeTruthy();
    await stage.expect
      .poll(() => functions.log().map(({ message }) => message), PATIENCE)
      .toContain('another invocation records this call');
    for (const pid of children(functions.pid)) process.kill(pid, 'SIGKILL');
    await finished(stage);
    expectTheCall(stage);
    const stored = s3.requests.length;
    const { answer } = await functions.invoke('record', {
      streamARN: arn,
      startFragmentNum: fragmentNumber(0),
      connectContactId: contactId,
      saveCallRecording: 'true',
    });
    expect(answer).toMatchObject({ result: 'Success', endedBy: 'idle', objects: { length: 4 } });
    expect(s3.requests.slice(stored).map(({ operation }) => operation)).toEqual(['GetObject']);
  });

  test('a call longer than its chain may be ends with what there is, and says so', async (context) => {
    const stage = await rehearse(context, {
      args: TIMEOUT,
      env: { KVSREC_LAMBDA_MAX_LINKS: '1' },
    });
    await stage.functions.invoke('trigger', flow(stage.arn));
    await finished(stage);
    // The metrics come last.
    await stage.expect
      .poll(() => stage.functions.log(), PATIENCE)
      .toContainEqual(expect.objectContaining({ LostAudio: expect.anything() }));
    const [name, whole] = [...expected].find(([each]) => each.includes('FROM_CUSTOMER'))!;
    const stored = stage.s3.object('calls', `recordings/${name}`)!;
    expect(stored.length).toBeGreaterThan(44);
    expect(stored.length).toBeLessThan(whole.length);
    expect(stored.subarray(44).equals(whole.subarray(44, stored.length))).toBe(true);
  });

  test('the words of a call are in the tables on its clock, whichever invocation heard them', async (context) => {
    const speed = 3;
    const transcribe = await startDemo({ rules: { maxPace: 200, speed } });
    context.onTestFinished(() => transcribe.close());
    const demo = join(ROOT, 'fixtures', 'demo-call.mkv');
    const stage = await rehearse(context, {
      simulator: { streams: { call: { dump: demo, begin: 'request' } }, speed },
      args: ['--timeout', '12s'],
      env: {
        AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: transcribe.env.AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING,
        TABLE_CALLER_TRANSCRIPT: 'contactTranscriptSegments',
        TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: 'contactTranscriptSegmentsToCustomer',
        KVSREC_LAMBDA_TRANSCRIBE_PACE: String(speed),
      },
    });
    const { functions, dynamo } = stage;
    await functions.invoke('trigger', flow(stage.arn, { transcribeCall: 'true', languageCode: 'en-US' }));
    const links = Number((await finished(stage)).links);
    expect(links).toBeGreaterThan(1);
    const script = JSON.parse(readFileSync(join(ROOT, 'fixtures', 'demo-call.script.json'), 'utf8')) as {
      segments: { direction: 'from' | 'to'; startMs: number; text: string }[];
    };
    const items = {
      from: await dynamo.items('contactTranscriptSegments'),
      to: await dynamo.items('contactTranscriptSegmentsToCustomer'),
    };
    // Whole and in place, as well where one link hands over to the next while somebody speaks.
    const found = script.segments.filter(({ direction, startMs, text }) =>
      items[direction].some(
        ({ Transcript, StartTime, IsPartial }) =>
          Transcript === text && IsPartial === false && Math.abs(Number(StartTime) * 1000 - startMs) <= 20,
      ),
    );
    expect(found).toEqual(script.segments);
    expect(items.from.length + items.to.length).toBe(script.segments.length);
    const [summary] = await dynamo.items('contactDetails');
    const said = `${summary!.contactTranscriptFromCustomer} ${summary!.contactTranscriptToCustomer}`;
    for (const { text } of found) expect(said).toContain(text);
    // What was said is not logged unless that is asked for.
    for (const { text } of found) expect(functions.text()).not.toContain(text);
  });

  test('one direction, no recording asked for, and bad events', async (context) => {
    const { arn, functions, s3 } = await rehearse(context, {
      simulator: { speed: 'max' },
      args: ['--timeout', '60s'],
      env: { RECORDINGS_PUBLIC_READ_ACL: 'true' },
    });
    const call = {
      streamARN: arn,
      startFragmentNum: fragmentNumber(0),
      connectContactId: contactId,
      saveCallRecording: 'true',
    };
    const one = await functions.invoke('record', { ...call, streamAudioToCustomer: 'FALSE' });
    expect(one.answer).toMatchObject({ result: 'Success', contactId, links: 1 });
    const keys = (one.answer as { objects: { key: string }[] }).objects.map(({ key }) => key);
    expect(keys.filter((key) => key.includes('TO_CUSTOMER'))).toEqual([]);
    const [name, whole] = [...expected].find(([each]) => each.includes('FROM_CUSTOMER'))!;
    expect(s3.object('calls', `recordings/${name}`)!.equals(whole)).toBe(true);
    // The recordings are the public's to read, the state is not.
    const creating = s3.requests.filter(
      ({ operation }) => operation === 'CreateMultipartUpload' || operation === 'PutObject',
    );
    const aclOf = (prefix: string) =>
      creating.flatMap(({ path, headers }) =>
        path.startsWith(`calls/${prefix}`) ? [headers['x-amz-acl'] ?? 'none'] : [],
      );
    expect(new Set(aclOf('recordings/'))).toEqual(new Set(['public-read']));
    expect(new Set(aclOf('kvsrec-state/'))).toEqual(new Set(['none']));

    const bad = await functions.invoke('record', {
      streamARN: 'no-arn',
      inputFileName: 'a.wav',
      languageCode: 'english',
      streamAudioFromCustomer: 'maybe',
    });
    expect(bad.error).toBe('Unhandled');
    const { errorMessage } = bad.answer as { errorMessage: string };
    for (const fault of [
      'exactly one',
      'connectContactId',
      'languageCode',
      'streamARN',
      'streamAudioFromCustomer',
      'startFragmentNum',
    ]) {
      expect(errorMessage).toContain(fault);
    }
    expect((await functions.invoke('record', { inputFileName: 'keepWarm.wav' })).answer).toEqual({
      result: 'Success',
      endedBy: 'warm-up',
    });
    const none = arn.replace('stream/call/', 'stream/none/');
    const missing = await functions.invoke('record', { ...call, streamARN: none, connectContactId: 'c-9' });
    expect(missing).toMatchObject({ error: 'Unhandled', answer: { errorType: 'aws-not-found' } });
  });
});

/** The document that the recording has left so far. */
function stateOf(s3: S3Server): { objects: unknown } | undefined {
  const seen = s3.requests.find(({ path }) => path.endsWith('/state.json'));
  const bytes = seen && s3.object('calls', seen.path.slice('calls/'.length));
  return bytes ? (JSON.parse(bytes.toString()) as { objects: unknown }) : undefined;
}

/** Processes that a process has started. */
function children(pid: number): number[] {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(Number);
}
