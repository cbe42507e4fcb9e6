// Figures of the record function, from its bundle, in a process with the heap of a function of 256 MB: size, time to the
// first GetMedia, memory over an hour's call, processor time.
//
//   npm run bench:lambda [-- --minutes 60] [-- --transcribe-seconds 120]

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { CONTACT_ID, fragmentNumber } from '../fixtures/connect-profile.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { startTranscribe } from '../src/simulator/transcribe/server.ts';
import { startS3Server } from '../test/aws/s3/s3-server.ts';
import { startDynamoServer } from '../test/lambda/dynamo-server.ts';
import { makeDump } from './dump.ts';
import { machineLine } from './machine.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = path.join(ROOT, 'build', 'lambda', 'record');
const RUNNER = path.join(ROOT, 'bench', 'lambda-run.mjs');
/** Milliseconds between two looks at the process' memory. */
const LOOK_MS = 250;
/** What Lambda leaves to the heap of a function of 256 MB. */
const HEAP_MIB = 220;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    'transcribe-seconds': { type: 'string', default: '90' },
  },
});

interface Run {
  firstGetMediaMs: number;
  importMs: number;
  cpuMs: number;
  /** MiB, each the median of a tenth of the run. */
  rss: number[];
  peak: number;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-bench-'));
try {
  const minutes = Number(values.minutes);
  const seconds = Number(values['transcribe-seconds']);
  const recorded = await run(makeDump(folder, minutes / 60), { speed: 60, transcribe: false });
  const transcribed = await run(makeDump(folder, seconds / 3600), { speed: 1, transcribe: true });
  const size = sizeOf(BUNDLE);
  const third = (of: number[], from: number) => of.slice(from, from + 3).reduce((a, b) => a + b, 0) / 3;
  const rows: [string, string, string, boolean | undefined][] = [
    ['bundle, unzipped', `${(size / 1e6).toFixed(2)} MB`, '≤ 2 MB', size <= 2e6],
    ['import', `${recorded.importMs} ms`, '', undefined],
    [
      'import to first GetMedia',
      `${recorded.firstGetMediaMs} ms`,
      '≤ 300 ms',
      recorded.firstGetMediaMs <= 300,
    ],
    [`peak memory, ${minutes} min at 60 times the pace`, `${recorded.peak.toFixed(0)} MiB`, '', undefined],
    [
      'memory, late over early',
      (third(recorded.rss, 7) / third(recorded.rss, 2)).toFixed(2),
      'about 1',
      undefined,
    ],
    [
      `peak memory with transcription, ${seconds} s live`,
      `${transcribed.peak.toFixed(0)} MiB`,
      '≤ 110 MiB',
      transcribed.peak <= 110,
    ],
    ['processor time per hour of call', `${((recorded.cpuMs / minutes) * 0.06).toFixed(1)} s`, '', undefined],
    ['the same with transcription', `${((transcribed.cpuMs / seconds) * 3.6).toFixed(1)} s`, '', undefined],
  ];
  console.log(`${machineLine(ROOT, folder)}\n`);
  console.log('| figure | measured | target |  |\n| --- | --- | --- | --- |');
  for (const [name, measured, target, ok] of rows) {
    console.log(`| ${name} | ${measured} | ${target} | ${ok === undefined ? '' : ok ? 'ok' : 'MISSED'} |`);
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

async function run(
  dump: string,
  { speed, transcribe }: { speed: number; transcribe: boolean },
): Promise<Run> {
  const s3 = await startS3Server(['calls']);
  const dynamo = await startDynamoServer();
  const simulator = await startSimulator({
    streams: { call: { dump, begin: 'request' } },
    speed,
    stamps: 'kept',
  });
  const standIn = await startTranscribe({ script: { segments: [] } as never, keepAudio: false });
  try {
    const { arn } = simulator.streams.list()[0] as unknown as { arn: string };
    const event = {
      streamARN: arn,
      startFragmentNum: fragmentNumber(0),
      connectContactId: CONTACT_ID,
      saveCallRecording: true,
      transcriptionEnabled: transcribe,
    };
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${HEAP_MIB}`,
        RUNNER,
        pathToFileURL(path.join(BUNDLE, 'dist', 'index.mjs')).href,
        JSON.stringify(event),
        '7200000',
      ],
      {
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
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const looks: number[] = [];
    const looking = setInterval(() => looks.push(residentMiB(child.pid!)), LOOK_MS);
    const status = await new Promise((resolve) => child.once('close', resolve));
    clearInterval(looking);
    const line = text.split('\n').find((each) => each.startsWith('{"bench"'));
    if (status !== 0 || line === undefined) throw new Error(`the function ended with ${status}\n${text}`);
    const { bench } = JSON.parse(line) as { bench: { began: number; loaded: number; cpuMs: number } };
    const [first] = simulator.log.list('GetMedia');
    return {
      firstGetMediaMs: first!.at - bench.began,
      importMs: bench.loaded - bench.began,
      cpuMs: bench.cpuMs,
      rss: tenths(looks.filter((mib) => mib > 0)),
      peak: Math.max(...looks),
    };
  } finally {
    await standIn.close();
    await simulator.close();
    await dynamo.close();
    await s3.close();
  }
}

function tenths(looks: number[]): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const part = looks.slice(Math.floor((i * looks.length) / 10), Math.ceil(((i + 1) * looks.length) / 10));
    return part.sort((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0;
  });
}

/** Resident memory of a process; 0 once it is gone, or where the system does not tell. */
function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function sizeOf(directory: string): number {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
