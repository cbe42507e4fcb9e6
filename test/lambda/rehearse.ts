// The whole solution on this machine, as processes: a flow's event to the trigger, an hour's call on a clock sixty times
// as fast, a quarter of it an invocation, transcribed. Every object and item is then compared with what an uninterrupted
// run gives.
//
//   npm run rehearse:lambda [-- minutes]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeDump } from '../../bench/dump.ts';
import { CONTACT_ID, fragmentNumber } from '../../fixtures/connect-profile.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { startTranscribe } from '../../src/simulator/transcribe/server.ts';
import { startS3Server } from '../aws/s3/s3-server.ts';
import { samplesOf } from '../simulator/transcribe/demo.ts';
import { startDynamoServer } from './dynamo-server.ts';
import { flowEvent } from './flow-event.ts';
import { serveFunctions } from './functions-process.ts';

const SPEED = 60;
const LAYOUTS = 'separate,stereo,mix';
/** Seconds from one segment of the transcript to the next; somebody speaks nearly all the time. */
const SEGMENT_SECONDS = 5;
const TABLES = ['contactTranscriptSegments', 'contactTranscriptSegmentsToCustomer'] as const;
/** Milliseconds by which a segment may be heard earlier or later. */
const SLACK_MS = 20;

interface Spoken {
  table: string;
  startMs: number;
  text: string;
}

interface Outcome {
  objects: Map<string, Buffer>;
  item: Record<string, unknown>;
  /** Items of both tables, by their times. */
  spoken: Spoken[];
  links: number;
  seconds: number;
}

// The SDK's remark on the version of Node is none of the reader's business.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const minutes = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'kvsrec-rehearsal-'));
try {
  const dump = makeDump(folder, minutes / 60);
  console.log(`A call of ${minutes} minutes; 15 minutes an invocation, at ${SPEED} times the pace.`);
  const chained = await run(dump, 15);
  console.log(`  ${chained.links} invocations, ${Math.round(chained.seconds)} s`);
  console.log('The same without interruption.');
  const whole = await run(dump, 900);
  console.log(`  ${whole.links} invocation, ${Math.round(whole.seconds)} s`);
  compare(chained, whole);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(dump: string, timeoutSeconds: number): Promise<Outcome> {
  const s3 = await startS3Server(['calls']);
  const dynamo = await startDynamoServer();
  const simulator = await startSimulator({
    streams: { call: { dump, begin: 'request' } },
    speed: SPEED,
    stamps: 'kept',
  });
  const transcribe = await startTranscribe({
    script: { segments: script() },
    reference: samplesOf(dump),
    rules: { speed: SPEED, maxPace: 3, burstMs: 5000 * SPEED },
    keepAudio: false,
  });
  const functions = await serveFunctions(
    [
      '--handler',
      'trigger,record',
      '--concurrency',
      '2',
      '--timeout',
      `${timeoutSeconds}s`,
      '--retry-delay',
      '1s',
    ],
    {
      ...simulator.environment,
      ...s3.env,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: transcribe.url,
      TABLE_CALLER_TRANSCRIPT: TABLES[0],
      TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: TABLES[1],
      KVSREC_LAMBDA_TRANSCRIBE_PACE: String(SPEED),
      transcriptionFunction: 'record',
      table_name: 'contactDetails',
      RECORDINGS_BUCKET_NAME: 'calls',
      START_SELECTOR_TYPE: 'FRAGMENT_NUMBER',
      KVSREC_LAMBDA_LAYOUT: LAYOUTS,
      KVSREC_LAMBDA_CONTACT_DETAILS_TABLE: 'contactDetails',
      // On the fast clock, a minute is a second.
      KVSREC_LAMBDA_IDLE_SECONDS: '3',
      KVSREC_LAMBDA_RESERVE_SECONDS: '5',
      KVSREC_LAMBDA_CHECKPOINT_SECONDS: '5',
    },
  );
  const began = performance.now();
  try {
    const { arn } = simulator.streams.list()[0] as unknown as { arn: string };
    const event = flowEvent({
      contactId: CONTACT_ID,
      streamArn: arn,
      startFragment: fragmentNumber(0),
      attributes: { transcribeCall: 'true', languageCode: 'en-US' },
    });
    const { answer } = await functions.invoke('trigger', event);
    if ((answer as { lambdaResult?: string }).lambdaResult !== 'Success')
      throw new Error(JSON.stringify(answer));
    const end = () => functions.log().find(({ message }) => message === 'recording finished');
    for (const limit = Date.now() + (minutes * 60_000) / 20 + 120_000; end() === undefined; await wait(200)) {
      if (Date.now() > limit) throw new Error(`the recording does not end\n${functions.text()}`);
    }
    const keys = s3.requests
      .map(({ path }) => path.slice('calls/'.length))
      .filter((key) => key.startsWith('recordings/'));
    const objects = new Map([...new Set(keys)].sort().map((key) => [key, s3.object('calls', key)!]));
    for (const key of objects.keys()) {
      if (s3.openUploads(key).length > 0) throw new Error(`an upload to ${key} was left behind`);
    }
    const [item] = await dynamo.items('contactDetails');
    const spoken: Spoken[] = [];
    for (const table of TABLES) {
      for (const { StartTime, Transcript } of await dynamo.items(table)) {
        spoken.push({ table, startMs: 1000 * Number(StartTime), text: String(Transcript) });
      }
    }
    return {
      spoken,
      objects,
      item: Object.fromEntries(
        Object.entries(item!).filter(
          ([name]) => !/^recorder|^call(Date|Timestamp)$|^ExpiresAfter$|^contactTranscript/.test(name),
        ),
      ),
      links: Number(end()!.links),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await functions.stop();
    await transcribe.close();
    await simulator.close();
    await dynamo.close();
    await s3.close();
  }
}

function compare(chained: Outcome, whole: Outcome): void {
  if (whole.links !== 1 || chained.links < 2)
    throw new Error('these are not a chain and a single invocation');
  if (whole.objects.size !== 4) throw new Error(`there are ${whole.objects.size} objects`);
  for (const [key, bytes] of whole.objects) {
    const same = chained.objects.get(key)?.equals(bytes) === true;
    console.log(`  ${same ? 'same' : 'DIFFERENT'}  ${key}  ${bytes.length} bytes`);
    if (!same) process.exitCode = 1;
  }
  const same = JSON.stringify(sorted(chained.item)) === JSON.stringify(sorted(whole.item));
  console.log(`  ${same ? 'same' : 'DIFFERENT'}  item of ${CONTACT_ID}`);
  if (!same || chained.objects.size !== whole.objects.size) process.exitCode = 1;
  compareWords(chained, whole);
}

function compareWords(chained: Outcome, whole: Outcome): void {
  const missing = without(whole.spoken, chained.spoken);
  const more = without(chained.spoken, whole.spoken);
  const expected = Math.floor((minutes * 60) / SEGMENT_SECONDS);
  const sound = whole.spoken.length >= expected - TABLES.length && missing.length === 0 && more.length === 0;
  console.log(
    `  ${sound ? 'same' : 'DIFFERENT'}  ${whole.spoken.length - missing.length} of ${whole.spoken.length} transcript items, over ${chained.links - 1} handovers`,
  );
  for (const { startMs, text } of sound ? [] : [...missing, ...more].slice(0, 20))
    console.log(`    ${startMs} ${text}`);
  if (!sound) process.exitCode = 1;
}

/** Those of the first that the second does not have. */
function without(first: readonly Spoken[], second: readonly Spoken[]): Spoken[] {
  const known = new Map<string, number[]>();
  for (const { table, text, startMs } of second) {
    const key = `${table}/${text}`;
    known.set(key, [...(known.get(key) ?? []), startMs]);
  }
  return first.filter(
    ({ table, text, startMs }) =>
      !known.get(`${table}/${text}`)?.some((other) => Math.abs(other - startMs) <= SLACK_MS),
  );
}

function script() {
  return Array.from({ length: Math.floor((minutes * 60) / SEGMENT_SECONDS) }, (_, i) => ({
    direction: i % 2 === 0 ? ('from' as const) : ('to' as const),
    startMs: i * SEGMENT_SECONDS * 1000 + 500,
    endMs: (i + 1) * SEGMENT_SECONDS * 1000,
    text: `This is what was said as number ${i} of this call.`,
  }));
}

function sorted(item: Record<string, unknown>): [string, unknown][] {
  return Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
}
