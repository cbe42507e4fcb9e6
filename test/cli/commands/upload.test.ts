// `upload`, `split --upload` and `s3://` inputs as whole processes, against an S3 server on loopback.

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/index.ts';
import { type S3Server, startS3Server } from '../../aws/s3/s3-server.ts';
import { CLI, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

const DUMP = join(ROOT, 'fixtures', 'demo-call.mkv');

let s3: S3Server;
const run = (args: string[], cwd = ROOT, env = {}) => runCli(args, { cwd, env: { ...s3.env, ...env } });

beforeAll(async () => {
  s3 = await startS3Server(['calls']);
});
afterEach(() => {
  s3.fault = () => undefined;
  s3.requests.length = 0;
});
afterAll(() => s3.close());

/** A folder with the files of the demo call. */
async function recorded(): Promise<{ folder: string; files: string[] }> {
  const folder = scratchDirectory();
  await run(['split', DUMP, '-o', folder]);
  return { folder, files: readdirSync(folder).map((name) => join(folder, name)) };
}

describe('upload', () => {
  test('files under their keys, with what is known of them; again: unchanged; then deleted here', async () => {
    const { files } = await recorded();
    const to = 's3://calls/{year}/{contactId}/{direction}/';
    const { status, stdout, stderr } = await run(['upload', ...files, to, '--json', '--tag', 'team=a,x=1']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { uploads } = JSON.parse(stdout);
    expect(uploads).toHaveLength(files.length);
    for (const upload of uploads) {
      const [contactId, start] = upload.key.split('/').at(-1).split('_');
      expect(upload).toMatchObject({
        status: 'uploaded',
        bucket: 'calls',
        contentType: 'audio/wav',
        verified: true,
      });
      expect(upload.key).toBe(
        `${start.slice(0, 4)}/${contactId}/${upload.metadata.direction}/${upload.file.split('/').at(-1)}`,
      );
      expect(s3.object('calls', upload.key)?.equals(readFileSync(upload.file))).toBe(true);
      const put = s3.requests.find(
        ({ operation, path }) => operation === 'PutObject' && path.endsWith(upload.key),
      );
      expect(put?.headers).toMatchObject({
        'x-amz-meta-contact-id': contactId,
        'x-amz-meta-direction': expect.stringMatching(/^(from|to)$/),
        'x-amz-meta-start': expect.stringMatching(/^\d{4}-.*Z$/),
        'x-amz-meta-duration-ms': expect.stringMatching(/^\d+$/),
        'x-amz-meta-sample-rate': '8000',
        'x-amz-tagging': 'team=a&x=1',
        'user-agent': expect.stringContaining('kvsrec/'),
      });
    }
    s3.requests.length = 0;
    const again = await run(['upload', ...files, to, '--delete-local']);
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toMatch(/unchanged, deleted here/);
    expect(s3.operations()).not.toContain('PutObject');
    expect(files.some(existsSync)).toBe(false);
  });

  test('names that nobody should trust', async () => {
    const cwd = scratchDirectory();
    const names = ['a b+c:d.wav', '\u202eübel\u001b[31m.wav', '..hidden', `${'x'.repeat(200)}.wav`];
    for (const name of names) writeFileSync(join(cwd, name), name);
    const { status, stdout } = await run(['upload', ...names, 's3://calls/odd/', '--json'], cwd);
    expect(status).toBe(0);
    const keys: string[] = JSON.parse(stdout).uploads.map(({ key }: { key: string }) => key);
    expect(new Set(keys).size).toBe(names.length);
    for (const [index, key] of keys.entries()) {
      expect(key).toMatch(/^odd\/[A-Za-z0-9._-]+$/);
      expect(String(s3.object('calls', key))).toBe(names[index]);
    }
  });

  test.each([
    [['a.wav'], 'bad-usage'],
    [['s3://calls/'], 'bad-usage'],
    [['a.wav', 's3://calls/a b/'], 'bad-object-key'],
    [['a.wav', 'sub/a.wav', 's3://calls/'], 'duplicate-key'],
    [['a.wav', 's3://calls/{date}/'], 'bad-object-key'],
  ])('%j is a mistake in its use', async (args, code) => {
    const cwd = scratchDirectory();
    mkdirSync(join(cwd, 'sub'));
    for (const name of ['a.wav', 'sub/a.wav']) writeFileSync(join(cwd, name), 'x');
    const { status, stdout } = await run(['upload', ...args, '--json'], cwd);
    expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: 2, code });
    expect(s3.requests).toEqual([]);
  });

  test('one clear error each: a bucket that cannot be written, no such bucket, no credentials, nobody there', async () => {
    const { files } = await recorded();
    s3.fault = ({ operation }) =>
      operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : undefined;
    const args = ['upload', files[0]!, 's3://calls/refused/', '--delete-local'];
    const refused = await run(args);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /^error: cannot upload .*: access denied \(.*\nhint: .* needs s3:PutObject on arn:aws:s3:::calls\/refused\/.*\n$/,
    );
    s3.fault = () => undefined;
    const missing = await run(['upload', files[0]!, 's3://no-such-bucket/']);
    expect(missing.stderr).toMatch(
      /^error: cannot reach the bucket no-such-bucket: there is no such bucket.*\nhint: .*\n$/,
    );
    const anonymous = await run(args, ROOT, {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      HOME: '/nonexistent',
    });
    expect(anonymous.stderr).toMatch(/^error: .*: no AWS credentials were found\nhint: .*\n$/);
    const nowhere = await run([...args, '--endpoint-url', 'http://127.0.0.1:9'], ROOT, {
      AWS_MAX_ATTEMPTS: '1',
    });
    expect(nowhere.stderr).toMatch(/^error: .*127\.0\.0\.1:9: nothing listens there.*\nhint: .*\n$/);
    expect([missing.status, anonymous.status, nowhere.status]).toEqual([1, 1, 1]);
    expect(existsSync(files[0]!)).toBe(true);
  }, 120_000);

  test('one file that fails keeps no other from being uploaded, and is not deleted', async () => {
    const { folder, files } = await recorded();
    const bad = join(folder, 'bad.wav');
    writeFileSync(bad, 'x');
    s3.fault = ({ operation, path }) =>
      operation === 'PutObject' && path.endsWith('bad.wav')
        ? { status: 403, code: 'AccessDenied' }
        : undefined;
    const { status, stdout, stderr } = await run([
      'upload',
      bad,
      join(folder, 'gone.wav'),
      ...files,
      's3://calls/some/',
      '--json',
      '--delete-local',
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot upload/);
    const { uploads } = JSON.parse(stdout);
    expect(uploads.map((upload: { status?: string }) => upload.status)).toEqual([
      undefined,
      undefined,
      ...files.map(() => 'uploaded'),
    ]);
    expect(uploads[0].error.code).toBe('aws-access-denied');
    expect(uploads[1].error.message).toMatch(/gone\.wav/);
    expect(existsSync(bad)).toBe(true);
    expect(files.some(existsSync)).toBe(false);
  });

  test('an interruption aborts what is under way', async () => {
    const cwd = scratchDirectory();
    writeFileSync(join(cwd, 'long.wav'), Buffer.alloc(60 * 2 ** 20));
    let parts = 0;
    let interrupt = () => {};
    const underWay = new Promise<void>((resolve) => {
      interrupt = resolve;
    });
    s3.fault = ({ operation }) => {
      if (operation === 'UploadPart' && ++parts === 2) interrupt();
      return undefined;
    };
    const child = spawn(process.execPath, [CLI, 'upload', 'long.wav', 's3://calls/cut/'], {
      cwd,
      env: { ...process.env, ...s3.env },
    });
    await underWay;
    child.kill('SIGINT');
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(130);
    expect(s3.object('calls', 'cut/long.wav')).toBeNull();
    expect(s3.openUploads('cut/long.wav')).toEqual([]);
  });
});

describe('split --upload', () => {
  test('what the recording knows goes along, whatever the files are called', async () => {
    const out = scratchDirectory();
    const args = ['split', DUMP, '-o', out, '--name', 'x/{layout}-{direction}', '--layout', 'separate,mix'];
    const { status, stdout } = await run([
      ...args,
      '--upload',
      's3://calls/{date}/{what}',
      '--delete-local',
      '--json',
    ]);
    expect(status).toBe(0);
    const [contact] = JSON.parse(stdout).inputs[0].contacts;
    expect(contact.files).toHaveLength(3);
    for (const { upload, path, bytes, direction } of contact.files) {
      expect(upload).toMatchObject({ status: 'uploaded', bytes, verified: true, deletedLocal: true });
      expect(upload.metadata).toMatchObject({
        'contact-id': contact.contactId,
        start: contact.start,
        direction,
      });
      const what = { from: 'AUDIO_FROM_CUSTOMER', to: 'AUDIO_TO_CUSTOMER', both: 'COMBINED_AUDIO' }[
        direction as 'from'
      ];
      expect(upload.key).toBe(
        `${contact.start.slice(0, 10).replace(/-/g, '')}/${what}/x/${path.split('/').at(-1)}`,
      );
      expect(existsSync(path)).toBe(false);
      expect(s3.object('calls', upload.key)).toHaveLength(bytes);
    }
  });

  test('a failure is the status, and the local files stay', async () => {
    const out = scratchDirectory();
    s3.fault = ({ operation }) =>
      operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : undefined;
    const { status, stdout } = await run([
      'split',
      DUMP,
      '-o',
      out,
      '--upload',
      's3://calls/no',
      '--delete-local',
      '--json',
    ]);
    expect(status).toBe(1);
    for (const { path, upload } of JSON.parse(stdout).inputs[0].contacts[0].files) {
      expect(upload.error.code).toBe('aws-access-denied');
      expect(existsSync(path)).toBe(true);
    }
  });

  test('a bucket that is not there is an error before any work', async () => {
    const out = scratchDirectory();
    const { status } = await run(['split', DUMP, '-o', out, '--upload', 's3://no-such-bucket/']);
    expect(status).toBe(1);
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('record --upload', () => {
  test('the files of a call and of several calls, and a bucket that is not there', async () => {
    const simulator = await startSimulator({ streams: { 'demo-call': { dump: DUMP, speed: 'max' } } });
    onTestFinished(() => simulator.close());
    const env = { ...simulator.environment, ...s3.env };
    const source = ['--stream-name', 'demo-call', '--start', 'earliest', '--idle-timeout', '1s'];
    const out = scratchDirectory();
    const args = [
      'record',
      ...source,
      '-o',
      out,
      '--json',
      '--upload',
      's3://calls/recorded/',
      '--delete-local',
    ];
    const { status, stdout } = await run(args, ROOT, env);
    expect(status).toBe(0);
    for (const { path, upload } of JSON.parse(stdout).inputs[0].contacts[0].files) {
      expect(upload).toMatchObject({ status: 'uploaded', verified: true, deletedLocal: true });
      expect(existsSync(path)).toBe(false);
      expect(s3.object('calls', upload.key)).not.toBeNull();
    }
    const event = join(out, 'events.ndjson');
    writeFileSync(
      event,
      JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'fixtures/events/flow.json'), 'utf8'))),
    );
    const many = [
      'record',
      '--contacts',
      event,
      '--idle-timeout',
      '1s',
      '-o',
      out,
      '--upload',
      's3://calls/many/',
    ];
    const lines = await run(many, ROOT, env);
    expect(lines.status).toBe(0);
    // A line of JSON for the call, and nothing else.
    for (const { upload } of JSON.parse(lines.stdout).contacts[0].files) {
      expect(upload).toMatchObject({ status: 'uploaded', bucket: 'calls' });
    }
    const elsewhere = [
      'record',
      ...source,
      '-o',
      scratchDirectory(),
      '--json',
      '--upload',
      's3://no-such-bucket/',
    ];
    const failed = await run(elsewhere, ROOT, env);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('there is no such bucket');
    for (const { path } of JSON.parse(failed.stdout).inputs[0].contacts[0].files)
      expect(existsSync(path)).toBe(true);
  });
});

describe('s3:// inputs', () => {
  beforeAll(async () => {
    expect((await run(['upload', DUMP, 's3://calls/dumps/demo-call.mkv'])).status).toBe(0);
  });

  test('split, in this thread and in others', async () => {
    const [local, ...others] = [scratchDirectory(), scratchDirectory(), scratchDirectory()];
    await run(['split', DUMP, '-o', local!]);
    await run(['split', 's3://calls/dumps/demo-call.mkv', '-o', others[0]!]);
    const several = ['s3://calls/dumps/demo-call.mkv', join(ROOT, 'fixtures', 'demo-call.mkv')];
    const { status, stderr } = await run([
      'split',
      ...several,
      '-o',
      others[1]!,
      '--jobs',
      '2',
      '--name',
      '{what}',
      '--overwrite',
    ]);
    // Both are the same call, so one of the two is refused; which one is first does not matter.
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('is one of') });
    for (const name of readdirSync(local!)) {
      expect(readFileSync(join(others[0]!, name)).equals(readFileSync(join(local!, name)))).toBe(true);
      const what = name.replace(/^.*Z_/, '');
      expect(readFileSync(join(others[1]!, what)).equals(readFileSync(join(local!, name)))).toBe(true);
    }
  });

  test('inspect, also its tree', async () => {
    const url = 's3://calls/dumps/demo-call.mkv';
    const { input: _, ...ofObject } = JSON.parse((await run(['inspect', url, '--json'])).stdout);
    const { input: __, ...ofFile } = JSON.parse((await run(['inspect', DUMP, '--json'])).stdout);
    expect(ofObject).toEqual(ofFile);
    expect((await run(['inspect', url, '--tree'])).stdout).toBe(
      (await run(['inspect', DUMP, '--tree'])).stdout,
    );
  });

  test('verify, of a manifest and dumps at S3', async () => {
    const cwd = scratchDirectory();
    copyFileSync(DUMP, join(cwd, 'demo-call.mkv'));
    await run(['verify', '--update', cwd]);
    await run(['upload', join(cwd, 'manifest.json'), 's3://calls/dumps/']);
    const { status, stdout } = await run(['verify', 's3://calls/dumps/', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      manifest: 's3://calls/dumps/manifest.json',
      dumps: [{ dump: 'demo-call.mkv', ok: true }],
    });
  });

  test.each(['split', 'inspect'])('%s of what is not there', async (command) => {
    const { status, stderr } = await run([command, 's3://calls/dumps/missing.mkv']);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: cannot read s3:\/\/calls\/dumps\/missing\.mkv: there is no such object.*\nhint: .*\n$/,
    );
  });
});
