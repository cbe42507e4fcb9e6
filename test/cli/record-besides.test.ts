// `record --upload` of everything that belongs to a call: audio, report, transcript, dump.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoopbackServices, startLoopbackServices } from './loopback-services.ts';
import { buildOnce, ROOT, runCli, scratchDirectory } from './run-cli.ts';

const DUMP = join(ROOT, 'fixtures/demo-call.mkv');
const UPLOAD = ['--upload', 's3://recordings/{date}/{what}/{layout}/'];
let services: LoopbackServices;

interface Made {
  path: string;
  upload: { key: string; contentType: string; metadata: Record<string, string>; deletedLocal: boolean };
}

beforeAll(async () => {
  buildOnce();
  services = await startLoopbackServices();
});
afterAll(() => services.close());

/** That each file is at S3, where the prefix says; answers their keys. */
function stored(files: readonly Made[], bytes: (path: string) => Buffer): string[] {
  return files.map(({ path, upload }) => {
    expect(services.s3.object('recordings', upload.key)?.equals(bytes(path)), path).toBe(true);
    expect(upload.key.endsWith(`/${basename(path)}`)).toBe(true);
    return upload.key.replace(/\/[^/]*$/, '');
  });
}

test('record: files, report, transcript and dump', async () => {
  const out = scratchDirectory();
  const source = ['--stream-name', 'demo-call', '--start', 'earliest', '--idle-timeout', '1s'];
  const { status, stdout, stderr } = await runCli(
    ['record', ...source, '-o', out, '--report', '--transcribe', 'json,vtt', '--language', 'en-US'].concat([
      '--save-mkv',
      ...UPLOAD,
      '--json',
    ]),
    { env: services.env },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [input] = JSON.parse(stdout).inputs;
  const [{ files, report, contactId }] = input.contacts;
  const of = (list: Made[]) => stored(list, (path) => readFileSync(path));
  expect(of(files)).toEqual(['AUDIO_FROM_CUSTOMER/separate', 'AUDIO_TO_CUSTOMER/separate'].map(dated));
  expect(new Set(of(report))).toEqual(new Set([dated('REPORT/report')]));
  expect(of(input.transcript.files)).toEqual(Array(2).fill(dated('TRANSCRIPT/transcript')));
  expect(of([input.dump])).toEqual([dated('DUMP/dump')]);
  expect(report[0].upload).toMatchObject({
    contentType: 'text/html; charset=utf-8',
    metadata: { 'contact-id': contactId, direction: 'both' },
  });
  const all = readdirSync(out);
  expect(all).toHaveLength(files.length + report.length + 3);
});

test('split: files and report, which go with --delete-local', async () => {
  const out = scratchDirectory();
  const args = ['split', DUMP, '-o', out, '--report', '--upload', 's3://recordings/split/', '--json'];
  const kept = await runCli(args, { env: services.env });
  expect(kept.status).toBe(0);
  const before = new Map(readdirSync(out).map((name) => [join(out, name), readFileSync(join(out, name))]));
  const again = await runCli([...args, '--overwrite', '--delete-local'], { env: services.env });
  expect(again.status).toBe(0);
  const [{ files, report }] = JSON.parse(again.stdout).inputs[0].contacts;
  stored(files, (path) => before.get(path)!);
  for (const { path, upload } of [...files, ...report] as Made[]) {
    expect(upload.deletedLocal).toBe(true);
    expect(existsSync(path)).toBe(false);
  }
});

function dated(rest: string): string {
  return `20240918/${rest}`;
}
