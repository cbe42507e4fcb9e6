// The whole solution on this machine, as processes: a flow's event to the trigger, an hour's call on a clock sixty times
// as fast, a quarter of it an invocation. Every object and item is then compared with what an uninterrupted run gives.
//
//   npm run rehearse:lambda [-- minutes]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeDump } from '../../bench/dump.ts';
import { CONTACT_ID, fragmentNumber } from '../../fixtures/connect-profile.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { startS3Server } from '../aws/s3/s3-server.ts';
import { startDynamoServer } from './dynamo-server.ts';
import { flowEvent } from './flow-event.ts';
import { serveFunctions } from './functions-process.ts';

const SPEED = 60;
const LAYOUTS = 'separate,stereo,mix';

interface Outcome {
  objects: Map<string, Buffer>;
  item: Record<string, unknown>;
  links: number;
  seconds: number;
}

const minutes = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'kvsrec-rehearsal-'));
try {
  const dump = makeDump(folder, minutes / 60);
  console.log(`A call of ${minutes} minutes; 15 minutes an invocation, at ${SPEED} times the pace.`);
  const chained = await run(dump, SPEED, 15);
  console.log(`  ${chained.links} invocations, ${Math.round(chained.seconds)} s`);
  console.log('The same without interruption.');
  const whole = await run(dump, 'max', 900);
  console.log(`  ${whole.links} invocation, ${Math.round(whole.seconds)} s`);
  compare(chained, whole);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(dump: string, speed: number | 'max', timeoutSeconds: number): Promise<Outcome> {
  const s3 = await startS3Server(['calls']);
  const dynamo = await startDynamoServer();
  const simulator = await startSimulator({
    streams: { call: { dump, begin: 'request' } },
    speed,
    stamps: 'kept',
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
    const event = flowEvent({ contactId: CONTACT_ID, streamArn: arn, startFragment: fragmentNumber(0) });
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
    return {
      objects,
      item: Object.fromEntries(
        Object.entries(item!).filter(([name]) => !/^recorder|^call(Date|Timestamp)$/.test(name)),
      ),
      links: Number(end()!.links),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await functions.stop();
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
}

function sorted(item: Record<string, unknown>): [string, unknown][] {
  return Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
}
