// The built record function in a process as Lambda would start it, and the services on loopback that it needs: for
// `bench/lambda.ts`.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CONTACT_ID, fragmentNumber } from '../fixtures/connect-profile.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { startTranscribe } from '../src/simulator/transcribe/server.ts';
import { startS3Server } from '../test/aws/s3/s3-server.ts';
import { startDynamoServer } from '../test/lambda/dynamo-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const BUNDLE = path.join(ROOT, 'build', 'lambda', 'record');
const RUNNER = path.join(ROOT, 'bench', 'lambda-run.mjs');
/** Milliseconds between two looks at the process' memory. */
const LOOK_MS = 250;
/** Milliseconds between two looks at the simulator's log, which has the time of each request. */
const LOG_MS = 20;
/** Seconds between two segments of the script that the stand-in for Transcribe answers. */
const SEGMENT_SECONDS = 5;

export interface CallRun {
  /** MiB of resident memory, each the median of a tenth of the run, and the most. */
  resident: number[];
  peak: number;
  cpuMs: number;
  /** Bytes in the process' temporary folder, the most. */
  temporary: number;
  segments: number;
}

export interface Start {
  /** Milliseconds from the beginning of the import. */
  importMs: number;
  firstGetMediaMs: number;
}

interface Services {
  env: NodeJS.ProcessEnv;
  event: Record<string, unknown>;
  /** When GetMedia was first asked for, from now on. */
  asked(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a function over and over, each time until it has asked for the stream. */
export async function measureStarts(dump: string, count: number, nodeOptions: string): Promise<Start[]> {
  const services = await startServices(dump, 1);
  try {
    const starts: Start[] = [];
    for (let i = 0; i < count; i++) {
      const asked = services.asked();
      const child = start({ ...services.event, connectContactId: `start-${i}` }, services.env, nodeOptions);
      const text = output(child);
      const at = await asked;
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      const { began, loaded } = lineOf<{ began: number; loaded: number }>(text(), 'loading');
      starts.push({ importMs: loaded - began, firstGetMediaMs: at - began });
    }
    return starts;
  } finally {
    await services.close();
  }
}

/** Records a call whole, at a multiple of its pace. */
export async function measureCall(
  dump: string,
  { speed, transcribe, minutes }: { speed: number; transcribe: boolean; minutes: number },
  nodeOptions: string,
): Promise<CallRun> {
  const services = await startServices(dump, speed, minutes);
  const temporary = fs.mkdtempSync(path.join(path.dirname(dump), 'tmp-'));
  try {
    const event = { ...services.event, transcriptionEnabled: transcribe };
    const child = start(event, { ...services.env, TMPDIR: temporary }, nodeOptions);
    const text = output(child);
    const looks: number[] = [];
    let most = 0;
    const looking = setInterval(() => {
      looks.push(residentMiB(child.pid!));
      most = Math.max(most, openTemporaryBytes(child.pid!, temporary));
    }, LOOK_MS);
    const status = await new Promise((resolve) => child.once('close', resolve));
    clearInterval(looking);
    if (status !== 0) throw new Error(`the function ended with ${status}\n${text()}`);
    const { cpuMs, answer } = lineOf<{
      cpuMs: number;
      answer: { transcript?: { segments: number; complete: boolean } };
    }>(text(), 'done');
    if (transcribe && answer.transcript?.complete !== true) throw new Error(`not transcribed\n${text()}`);
    const sound = looks.filter((mib) => mib > 0);
    return {
      resident: tenths(sound),
      peak: Math.max(...sound),
      cpuMs,
      temporary: most,
      segments: answer.transcript?.segments ?? 0,
    };
  } finally {
    await services.close();
  }
}

async function startServices(dump: string, speed: number, minutes = 0): Promise<Services> {
  const s3 = await startS3Server(['calls']);
  const dynamo = await startDynamoServer();
  const simulator = await startSimulator({
    streams: { call: { dump, begin: 'request' } },
    speed,
    stamps: 'kept',
    quotas: false,
  });
  const standIn = await startTranscribe({
    script: { segments: segments(minutes) },
    rules: { speed, maxPace: 3, burstMs: 5000 * speed },
    keepAudio: false,
  });
  const { arn } = simulator.streams.list()[0] as unknown as { arn: string };
  return {
    event: {
      streamARN: arn,
      startFragmentNum: fragmentNumber(0),
      connectContactId: CONTACT_ID,
      saveCallRecording: true,
      transcriptionEnabled: false,
    },
    env: {
      PATH: process.env.PATH,
      ...simulator.environment,
      ...s3.env,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: standIn.url,
      RECORDINGS_BUCKET_NAME: 'calls',
      START_SELECTOR_TYPE: 'FRAGMENT_NUMBER',
      TABLE_CALLER_TRANSCRIPT: 'contactTranscriptSegments',
      TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: 'contactTranscriptSegmentsToCustomer',
      KVSREC_LAMBDA_CONTACT_DETAILS_TABLE: 'contactDetails',
      KVSREC_LAMBDA_IDLE_SECONDS: '3',
      KVSREC_LAMBDA_TRANSCRIBE_PACE: String(speed),
    },
    async asked() {
      simulator.log.clear();
      for (;;) {
        const [first] = simulator.log.list('GetMedia');
        if (first !== undefined) return first.at;
        await wait(LOG_MS);
      }
    },
    async close() {
      await standIn.close();
      await simulator.close();
      await dynamo.close();
      await s3.close();
    },
  };
}

/** Both directions speak in turn, all the time. */
function segments(minutes: number) {
  return Array.from({ length: Math.floor((minutes * 60) / SEGMENT_SECONDS) }, (_, i) => ({
    direction: i % 2 === 0 ? ('from' as const) : ('to' as const),
    startMs: i * SEGMENT_SECONDS * 1000 + 500,
    endMs: (i + 1) * SEGMENT_SECONDS * 1000,
    text: `This is what was said as number ${i} of this call.`,
  }));
}

function start(event: object, env: NodeJS.ProcessEnv, nodeOptions: string): ChildProcess {
  const entry = pathToFileURL(path.join(BUNDLE, 'dist', 'index.mjs')).href;
  return spawn(process.execPath, [RUNNER, entry, JSON.stringify(event), '7200000'], {
    env: { ...env, NODE_OPTIONS: nodeOptions },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function output(child: ChildProcess): () => string {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function lineOf<Facts>(text: string, name: string): Facts {
  const line = text.split('\n').find((each) => each.startsWith(`{"${name}"`));
  if (line === undefined) throw new Error(`the function said nothing of ${name}\n${text}`);
  return (JSON.parse(line) as Record<string, Facts>)[name]!;
}

function tenths(looks: number[]): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const part = looks.slice(Math.floor((i * looks.length) / 10), Math.ceil(((i + 1) * looks.length) / 10));
    return median(part);
  });
}

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** Resident memory of a process; 0 once it is gone, or where the system does not tell. */
function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Bytes of the files in a folder that a process has open, those without a name included. */
function openTemporaryBytes(pid: number, folder: string): number {
  try {
    return fs
      .readdirSync(`/proc/${pid}/fd`)
      .map((fd) => `/proc/${pid}/fd/${fd}`)
      .filter((fd) => fs.readlinkSync(fd).startsWith(folder))
      .reduce((sum, fd) => sum + fs.statSync(fd).size, 0);
  } catch {
    return 0;
  }
}
