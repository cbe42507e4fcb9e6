// `record --resume`: recordings of processes that were killed, several of them in one folder.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { type S3Server, startS3Server } from '../../aws/s3/s3-server.ts';
import { buildOnce, CLI, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

const SOURCE = ['--stream-name', 'call', '--start', 'earliest', '--idle-timeout', '1s'];

let s3: S3Server;
let simulator: Simulator;
let env: Record<string, string>;

beforeAll(async () => {
  buildOnce();
  s3 = await startS3Server(['calls']);
  const call = { dump: join(ROOT, 'fixtures/demo-call.mkv'), speed: 8, begin: 'request' } as const;
  simulator = await startSimulator({ streams: { call, east: call, west: call, none: call } });
  env = { ...simulator.environment, ...s3.env };
});
afterAll(() => Promise.all([s3.close(), simulator.close()]));

const checkpoints = (out: string) => readdirSync(out).filter((name) => name.endsWith('.checkpoint'));

/** A recording that was killed when it had some of the call; answers its checkpoint. */
async function killed(out: string, ...more: string[]): Promise<string> {
  return await killedIn({}, out, ...more);
}

async function killedIn(own: Record<string, string>, out: string, ...more: string[]): Promise<string> {
  const before = existsSync(out) ? checkpoints(out) : [];
  const child = spawn(process.execPath, [CLI, 'record', ...SOURCE, '-o', out, ...more], {
    env: { ...process.env, ...env, ...own },
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const made = () => (existsSync(out) ? checkpoints(out).filter((name) => !before.includes(name)) : []);
  const begun = () => made().some((name) => readFileSync(join(out, name), 'utf8').includes('"open"'));
  for (const start = Date.now(); !begun(); ) {
    if (child.exitCode !== null || Date.now() - start > 60_000) throw new Error('it ended, or never began');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill('SIGKILL');
  await ended;
  return join(out, made()[0]!);
}

test('several: one that fails touches no other; the others go on at once, and are uploaded', async () => {
  const out = scratchDirectory();
  const left: string[] = [];
  for (const name of ['a', 'b', 'c']) left.push(await killed(out, '--name', `${name}_{what}`));
  const [bad] = left.toSorted();
  for (const file of [bad!, bad!.replace('.checkpoint', '.synced')]) writeFileSync(file, 'no checkpoint');
  const args = ['record', '--resume', out, '--upload', 's3://calls/kept/', '--json', '--events'];
  const { status, stdout, stderr } = await runCli(args, { env });
  expect(status).toBe(1);
  const { inputs } = JSON.parse(stdout);
  expect(inputs).toHaveLength(3);
  expect(inputs[0]).toMatchObject({ input: bad, error: { code: 'bad-checkpoint' } });
  expect(stderr).toContain('error: ');
  for (const { endedBy, contacts } of inputs.slice(1)) {
    expect(endedBy).toBe('idle');
    expect(contacts).toMatchObject([{ durationMs: 15_232 }]);
    for (const { path, upload } of contacts[0].files) {
      expect(upload.key).toMatch(/^kept\/[abc]_AUDIO_\w+\.wav$/);
      expect(s3.object('calls', upload.key)?.equals(readFileSync(path))).toBe(true);
    }
  }
  const events = stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).event] : []));
  expect(events.lastIndexOf('started')).toBeLessThan(events.indexOf('finished'));
  // The other one is still there to be asked about.
  expect(checkpoints(out).map((name) => join(out, name))).toEqual([bad]);
});

test('a name that is taken by now: --overwrite given with --resume counts', async () => {
  const out = scratchDirectory();
  await killed(out, '--name', 'taken_{what}', '--track', 'from');
  const file = join(out, 'taken_AUDIO_FROM_CUSTOMER.wav');
  writeFileSync(file, 'somebody else’s');
  const refused = await runCli(['record', '--resume', out, '--json'], { env });
  expect(refused.status).toBe(1);
  expect(JSON.parse(refused.stdout).error).toMatchObject({
    code: 'file-exists',
    hint: expect.stringContaining('--overwrite'),
  });
  expect(readFileSync(file, 'utf8')).toBe('somebody else’s');
  const { status } = await runCli(['record', '--resume', out, '--overwrite', '--json'], { env });
  expect(status).toBe(0);
  expect(readFileSync(file).length).toBe(44 + 2 * 8 * 15_232);
});

test('the command line of before with --resume at its end goes on; one that says otherwise is refused', async () => {
  const out = scratchDirectory();
  const line = ['--layout', 'mix,separate', '--max-duration', '1h', '--save-mkv', '--gap-tolerance', '0.1s'];
  const file = await killed(out, ...line);
  const before = readFileSync(file, 'utf8');
  const again = (...args: string[]) => runCli(['record', ...args], { env });
  for (const [flag, ...value] of [
    ['--layout', 'stereo'],
    ['--track', 'from'],
    ['--timeline', 'packed'],
    ['--contact-id', 'somebody'],
    ['--match', 'Room=12'],
    ['--max-duration', '2h'],
    ['--no-save-mkv'],
    ['--end', '2026-09-18T16:41:28Z'],
    ['--stop-fragment', '1'],
    ['--start', 'now'],
    ['--fragment', '1'],
    ['--continuation-token', 'token'],
    ['--start-clock', 'producer'],
    ['--archive'],
    ['--stream-name', 'another'],
    ['--stream-arn', 'arn:aws:kinesisvideo:us-east-1:111122223333:stream/another/1726675200000'],
    ['--event', join(ROOT, 'fixtures/events/flow.json')],
  ]) {
    const { status, stderr } = await again('--resume', out, flag!, ...value);
    expect({ flag, status }).toEqual({ flag, status: 2 });
    const named = flag === '--no-save-mkv' ? '--save-mkv' : flag;
    expect(stderr).toContain(`--resume does not go with another ${named} than`);
    expect(stderr).toContain(`hint: Leave ${named} out`);
    expect(readFileSync(file, 'utf8')).toBe(before);
  }
  // The idle timeout is how long to wait, and may be another one.
  const same = ['--layout', 'separate,mix', ...line.slice(2), ...SOURCE, '--idle-timeout', '900ms'];
  const { status, stdout } = await again(...same, '-o', out, '--json', '--resume');
  const { inputs } = JSON.parse(stdout);
  expect(inputs).toMatchObject([{ endedBy: 'idle', contacts: [{ durationMs: 15_232 }] }]);
  expect(status).toBe(0);
  expect(checkpoints(out)).toEqual([]);
}, 60_000);

test('how long a silent call is waited for may be said anew', async () => {
  const out = scratchDirectory();
  // It would wait for ever.
  await killed(out, '--idle-timeout', '0');
  const args = ['record', '--resume', out, '--idle-timeout', '500ms', '--json'];
  const { status, stdout } = await runCli(args, { env });
  expect(JSON.parse(stdout).inputs).toMatchObject([{ endedBy: 'idle' }]);
  expect(status).toBe(0);
});

test('files that are still to come have the names that were asked for', async () => {
  const out = scratchDirectory();
  const file = await killed(out, '--name', 'asked_{what}');
  // Its files are gone: it begins anew.
  for (const name of readdirSync(out)) if (!/\.(checkpoint|synced)$/.test(name)) rmSync(join(out, name));
  const { status, stderr } = await runCli(['record', '--resume', file], { env });
  expect(stderr).toContain('begins anew');
  expect(status).toBe(0);
  expect(readdirSync(out).sort()).toEqual(['asked_AUDIO_FROM_CUSTOMER.wav', 'asked_AUDIO_TO_CUSTOMER.wav']);
});

test('several, begun with several profiles: each goes on with its own credentials', async () => {
  const out = scratchDirectory();
  const config = join(out, 'config');
  const keys = (id: string) => `aws_access_key_id = ${id}\naws_secret_access_key = made-up-secret\n`;
  writeFileSync(config, `[profile east]\n${keys('AKIDEAST')}[profile west]\n${keys('AKIDWEST')}`);
  const own = { AWS_CONFIG_FILE: config };
  const folder = join(out, 'calls');
  const begin = (name: string, ...more: string[]) =>
    killedIn(own, folder, '--stream-name', name, '--name', `${name}_{what}`, ...more);
  await begin('call');
  await begin('east', '--profile', 'east');
  await begin('west', '--profile', 'west');
  await begin('none');
  simulator.log.clear();
  const { status, stderr } = await runCli(['record', '--resume', folder], { env: { ...env, ...own } });
  expect(status, stderr).toBe(0);
  const asked = new Set(simulator.log.list().map(({ stream, accessKeyId }) => `${stream} ${accessKeyId}`));
  const plain = env.AWS_ACCESS_KEY_ID;
  expect([...asked].sort()).toEqual([`call ${plain}`, 'east AKIDEAST', `none ${plain}`, 'west AKIDWEST']);
}, 60_000);
