// Calls recorded live, many at once in one process, from a simulator in another, in real time; and a past hour.
//
//   npm run bench:live -- --calls 1,100,500 --seconds 30
//
// The delay is from the moment a fragment's last byte was handed to the connection to the moment its audio stands in the
// files and its checkpoint beside them.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kinesisSource } from '../src/aws/get-media.ts';
import { KinesisVideo } from '../src/aws/kinesis-video.ts';
import { capture } from '../src/recording/capture/capture.ts';
import { CheckpointFile } from '../src/recording/capture/checkpoint-file.ts';
import { DEFAULT_CAPTURE } from '../src/recording/capture/request.ts';
import { ChunkPool } from '../src/recording/chunk.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../src/recording/types.ts';
import { makeDump } from './dump.ts';
import type { Sent, SimulatorOrder, SimulatorReady } from './live-simulator.ts';
import { machineLine } from './machine.ts';
import { type Figure, figureTable, table } from './table.ts';

/** Fragments of the first seconds are left out: connections are made and code is compiled then. */
const WARM_UP_MS = 5_000;
/** What was sent at the end of the measurement gets so long to arrive. */
const GRACE_MS = 3_000;
/** Calls begin spread over about a fragment's length, as they do in the field. */
const SPREAD_MS = 1_088;

/** A checkpoint that says when it stands. */
class TimedCheckpoint extends CheckpointFile {
  onSaved: () => void = () => {};

  override save(...saved: Parameters<CheckpointFile['save']>): void {
    super.save(...saved);
    this.onSaved();
  }
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1,100,500' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'string' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-bench-live-'));
const machine = machineLine(root, folder);
const seconds = Number(values.seconds);
const counts = values.calls.split(',').map(Number);
if (!(seconds > 0) || counts.some((count) => !(count >= 0)))
  throw new Error('--calls and --seconds take numbers');

interface LiveResult {
  calls: number;
  fragments: number;
  medianMs: number;
  p99Ms: number;
  cpuPerCall: number;
  memoryPerCall: number;
  lost: number;
}

try {
  console.log(`${machine}\n`);
  const live: LiveResult[] = [];
  for (const calls of counts) if (calls > 0) live.push(await recordLive(calls));
  console.log(
    table(
      ['calls at once', 'fragments', 'delay, median', 'delay, p99', 'processor a call', 'memory a call'],
      live.map((one) => [
        String(one.calls),
        String(one.fragments),
        `${one.medianMs.toFixed(1)} ms`,
        `${one.p99Ms.toFixed(1)} ms`,
        `${(100 * one.cpuPerCall).toFixed(2)} %`,
        `${(one.memoryPerCall / 2 ** 20).toFixed(2)} MiB`,
      ]),
    ),
  );
  const past = await recordPast();
  const most = live.at(-1);
  const figures: Figure[] = [
    ...(most === undefined
      ? []
      : [
          { what: `p99 at ${most.calls} calls, ms`, value: most.p99Ms, most: 100, digits: 0 },
          { what: `memory a call at ${most.calls} calls, MiB`, value: most.memoryPerCall / 2 ** 20, most: 1 },
        ]),
    { what: 'an archived hour over a plain download of it', value: past.recordMs / past.downloadMs, most: 2 },
  ];
  console.log(`\n${figureTable(figures)}`);
  if (values.json !== undefined) {
    fs.writeFileSync(values.json, `${JSON.stringify({ machine, live, past }, null, 2)}\n`);
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

async function recordLive(calls: number): Promise<LiveResult> {
  const simulator = await startSimulatorProcess({ calls, speed: 1, dump: makeDump(folder, 1) });
  Object.assign(process.env, simulator.environment);
  const service = new KinesisVideo({ endpointUrl: simulator.url });
  const stop = new AbortController();
  const pool = new ChunkPool();
  const handed = new Map<string, number>();
  const rssBefore = memory();
  const running: Promise<unknown>[] = [];
  const began = Date.now();
  for (let call = 0; call < calls; call++) {
    const place = path.join(folder, `live-${calls}-${call}`);
    const store = new TimedCheckpoint(place, null, false);
    // Fragments that come at once are put on record at once.
    let placed: (string | null)[] = [];
    store.onSaved = () => {
      for (const number of placed) handed.set(`${call} ${number}`, Date.now());
      placed = [];
    };
    running.push(
      capture({
        source: kinesisSource(service, { name: `call-${call}` }),
        request: { ...DEFAULT_CAPTURE, start: { at: 'now' } },
        folder: place,
        recording: DEFAULT_RECORDING_OPTIONS,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.event === 'fragment') placed.push(event.number);
        },
        store,
        pool,
      }),
    );
    const due = began + ((call + 1) / calls) * SPREAD_MS;
    if (due > Date.now()) await sleep(due - Date.now());
  }
  await sleep(WARM_UP_MS);
  const from = Date.now();
  const cpuBefore = process.cpuUsage();
  await sleep(seconds * 1000);
  const cpu = process.cpuUsage(cpuBefore);
  const to = Date.now();
  const rss = memory();
  // What comes late is late, and not lost.
  await sleep(GRACE_MS);
  const counted = (await simulator.sent()).filter(({ at }) => at >= from && at < to);
  stop.abort();
  await Promise.all(running);
  const delays: number[] = [];
  let lost = 0;
  for (const { stream, number, at } of counted) {
    const then = handed.get(`${stream} ${number}`);
    if (then === undefined) lost++;
    else delays.push(then - at);
  }
  if (lost > 0) throw new Error(`${lost} of ${counted.length} fragments were not recorded`);
  delays.sort((a, b) => a - b);
  service.close();
  await simulator.close();
  for (let call = 0; call < calls; call++)
    fs.rmSync(path.join(folder, `live-${calls}-${call}`), { recursive: true });
  return {
    calls,
    fragments: delays.length,
    medianMs: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    cpuPerCall: (cpu.user + cpu.system) / 1000 / (to - from) / calls,
    memoryPerCall: (rss - rssBefore) / calls,
    lost,
  };
}

async function recordPast(): Promise<{ recordMs: number; downloadMs: number; bytes: number }> {
  const simulator = await startSimulatorProcess({
    calls: 1,
    speed: 'max',
    dump: makeDump(folder, 1),
    quotas: true,
  });
  Object.assign(process.env, simulator.environment);
  const service = new KinesisVideo({ endpointUrl: simulator.url });
  const archive = { startMs: 0, endMs: Date.now() + 86_400_000, fallback: false };
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < 3; run++) {
    const place = path.join(folder, `past-${run}`);
    const began = performance.now();
    const report = await capture({
      source: kinesisSource(service, { name: 'call-0' }),
      request: { ...DEFAULT_CAPTURE, start: { at: 'earliest' }, archive },
      folder: place,
      recording: DEFAULT_RECORDING_OPTIONS,
      store: new CheckpointFile(place, null, false),
    });
    times.push(performance.now() - began);
    bytes = report.bytes;
    fs.rmSync(place, { recursive: true });
    await sleep(1100);
  }
  const downloads: number[] = [];
  for (let run = 0; run < 3; run++) {
    const began = performance.now();
    await download(simulator.url, path.join(folder, 'download'));
    downloads.push(performance.now() - began);
    await sleep(1100);
  }
  service.close();
  await simulator.close();
  const [recordMs, downloadMs] = [times.sort((a, b) => a - b)[1]!, downloads.sort((a, b) => a - b)[1]!];
  console.log(
    `\nA past hour, ${(bytes / 1e6).toFixed(0)} MB, from a service that sends 25 MB/s a connection: recorded in ${recordMs.toFixed(0)} ms; downloaded to a file over as many connections in ${downloadMs.toFixed(0)} ms.`,
  );
  return { recordMs, downloadMs, bytes };
}

/** The same fragments by bare HTTP requests, as many at a time as the recorder makes, into files. */
async function download(url: string, place: string): Promise<void> {
  const numbers: string[] = [];
  let token: string | undefined;
  do {
    const body = { StreamName: 'call-0', MaxResults: 1000, ...(token && { NextToken: token }) };
    const page = JSON.parse((await post(`${url}/listFragments`, body)).toString()) as {
      Fragments: { FragmentNumber: string }[];
      NextToken?: string;
    };
    numbers.push(...page.Fragments.map(({ FragmentNumber }) => FragmentNumber));
    token = page.NextToken;
  } while (token !== undefined);
  const batches: string[][] = [];
  for (let at = 0; at < numbers.length; at += 999) batches.push(numbers.slice(at, at + 999));
  const lanes = Array.from({ length: 3 }, async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      await post(
        `${url}/getMediaForFragmentList`,
        { StreamName: 'call-0', Fragments: batch },
        `${place}-${batches.length}`,
      );
    }
  });
  await Promise.all(lanes);
}

function post(url: string, body: object, file?: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20240918/us-east-1/kinesisvideo/aws4_request',
    };
    const request = http.request(url, { method: 'POST', headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url}: status ${response.statusCode}`));
      if (file !== undefined) {
        response.pipe(fs.createWriteStream(file)).on('finish', () => {
          fs.rmSync(file);
          resolve(Buffer.alloc(0));
        });
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

async function startSimulatorProcess(order: SimulatorOrder) {
  const child = fork(path.join(root, 'bench/live-simulator.ts'), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  const ready = await new Promise<SimulatorReady>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
    child.send(order);
  });
  return {
    ...ready,
    sent: () =>
      new Promise<Sent[]>((resolve) => {
        child.once('message', resolve);
        child.send('sent');
      }),
    close: () =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.send('close');
      }),
  };
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage.rss();
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
