// `record --upload` while the call goes on: parts at S3 before it ends, taken up by a process that comes after a kill.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { BLOCKS_PER_FRAGMENT, connectCall } from '../../fixtures/connect-profile.ts';
import { DumpBuilder } from '../../fixtures/dump-builder.ts';
import { tone } from '../../fixtures/pcm.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type S3Server, startS3Server } from '../aws/s3/s3-server.ts';
import { buildOnce, CLI, runCli, scratchDirectory } from './run-cli.ts';

/** Stereo at 8 kHz is 32 kB a second: a part of 5 MiB is 164 s, and the second one is whole after 328 s. */
const FRAGMENTS = 560;
const SPEED = 120;

let s3: S3Server;
let dump: Buffer;

beforeAll(async () => {
  await buildOnce();
  s3 = await startS3Server(['calls']);
  const fragments = connectCall({ fragments: FRAGMENTS, from: tone({ hz: 440 }), to: tone({ hz: 220 }) });
  dump = Buffer.concat([...fragments]);
});
afterEach(() => {
  s3.fault = () => undefined;
  s3.requests.length = 0;
});
afterAll(() => s3.close());

async function simulated(call = dump): Promise<{ simulator: Simulator; env: Record<string, string> }> {
  const simulator = await startSimulator({ streams: { call: { dump: call, speed: SPEED } } });
  onTestFinished(() => simulator.close());
  return { simulator, env: { ...simulator.environment, ...s3.env } };
}

const record = (out: string, ...more: string[]) => [
  'record',
  // Ended by what the stream says, not by a silence, of which a busy machine makes its own.
  ...['--stream-name', 'call', '--start', 'earliest', '--max-duration', '9m', '--layout', 'stereo'],
  ...['-o', out, '--upload', 's3://calls/live/', '--json', ...more],
];

const partsOf = () =>
  s3.requests
    .filter(({ operation }) => operation === 'UploadPart')
    .map(({ query }) => query.get('partNumber'));

test('parts go up while the call is recorded; the object is the file', async () => {
  const { env } = await simulated();
  const { status, stdout } = await runCli(record(scratchDirectory()), { env });
  expect(status).toBe(0);
  const [{ path, upload }] = JSON.parse(stdout).inputs[0].contacts[0].files;
  expect(upload).toMatchObject({ status: 'uploaded', verified: true });
  expect(s3.object('calls', upload.key)?.equals(readFileSync(path))).toBe(true);
  // Each part once, the first one last: the header is known only then.
  const parts = partsOf();
  expect(parts.length).toBeGreaterThan(3);
  expect(new Set(parts).size).toBe(parts.length);
  expect(parts.at(-1)).toBe('1');
  expect(parts).toContain('2');
});

/** A call whose customer is heard as many fragments late: until then there is silence in the file. */
function laggingCall(lag: number): Buffer {
  const sources = { from: tone({ hz: 440 }), to: tone({ hz: 220 }) };
  const builder = new DumpBuilder({ blocksPerFragment: BLOCKS_PER_FRAGMENT, sources });
  const late: ReturnType<typeof builder.nextBlocks>[] = [];
  for (let i = 0; i < FRAGMENTS; i++) {
    const blocks = builder.nextBlocks();
    late.push(blocks.filter(({ direction }) => direction === 'from'));
    const due = i === FRAGMENTS - 1 ? late.splice(0) : late.splice(0, late.length - lag);
    builder.add({ blocks: [...due.flat(), ...blocks.filter(({ direction }) => direction === 'to')] });
  }
  return builder.finish().bytes;
}

test('a part that went up with silence in place of late audio goes up again; the object is the file', async () => {
  const { simulator, env } = await simulated(laggingCall(25));
  // The second part is whole by now, with silence at its end, and goes up before the call goes on.
  simulator.faults.order({ kind: 'stall', operation: 'GetMedia', fragments: 310, for: 4000 });
  const { status, stdout } = await runCli(record(scratchDirectory()), { env });
  const [{ path, upload }] = JSON.parse(stdout).inputs[0].contacts[0].files;
  expect(upload).toMatchObject({ status: 'uploaded', verified: true });
  expect(status).toBe(0);
  expect(s3.object('calls', upload.key)?.equals(readFileSync(path))).toBe(true);
  const parts = partsOf();
  expect(parts.filter((number) => number === '2')).toHaveLength(2);
  expect(s3.operations().filter((operation) => operation === 'CreateMultipartUpload')).toHaveLength(1);
});

test('after a kill, the parts that S3 has are not sent again', async () => {
  const { simulator, env } = await simulated();
  // From here on a fragment a second, so that a busy machine cannot have recorded all of the call before the kill, and
  // what S3 has is noted with the next one.
  for (let fragments = 330; fragments < 390; fragments++) {
    simulator.faults.order({ kind: 'stall', operation: 'GetMedia', fragments, for: 1000 });
  }
  const out = scratchDirectory();
  const child = spawn(process.execPath, [CLI, ...record(out)], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // A checkpoint that knows of the part.
  const checkpoint = () => readdirSync(out).find((name) => name.endsWith('.checkpoint'));
  const noted = () => {
    const name = checkpoint();
    return name !== undefined && /"number":2,"size"/.test(readFileSync(join(out, name), 'utf8'));
  };
  for (let waited = 0; !noted(); waited += 50) {
    expect(waited).toBeLessThan(60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  await ended;
  // The keys are told by the folder that the recording is in, wherever the process is.
  const resumed = await runCli(['record', '--resume', out, '--upload', 's3://calls/live/', '--json'], {
    env,
  });
  expect(resumed.status).toBe(0);
  const [{ path, upload }] = JSON.parse(resumed.stdout).inputs[0].contacts[0].files;
  expect(s3.object('calls', upload.key)?.equals(readFileSync(path))).toBe(true);
  expect(upload.key).toBe(`live/${basename(path)}`);
  expect(partsOf().filter((number) => number === '2')).toHaveLength(1);
  expect(s3.openUploads(upload.key)).toEqual([]);
});

test('an S3 that refuses parts costs the recording nothing, and leaves nothing', async () => {
  const { env } = await simulated();
  s3.fault = ({ operation }) =>
    operation === 'UploadPart' ? { status: 403, code: 'AccessDenied' } : undefined;
  const { status, stdout } = await runCli(record(scratchDirectory()), { env });
  expect(status).toBe(1);
  const [{ path, upload }] = JSON.parse(stdout).inputs[0].contacts[0].files;
  expect(upload.error.code).toMatch(/^aws-/);
  expect(readFileSync(path).length).toBeGreaterThan(15_000_000);
  expect(partsOf()).not.toEqual([]);
  expect(s3.openUploads(`live/${basename(path)}`)).toEqual([]);
});
