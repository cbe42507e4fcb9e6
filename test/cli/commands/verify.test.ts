import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildOnce, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

/** Where nothing listens: the port is reserved. */
const NOWHERE = 'http://127.0.0.1:1';

const dump = (name: string) => join(ROOT, 'fixtures', `${name}.mkv`);

/** A directory with two dumps and a manifest of them, of which one has changed since. */
async function changedDirectory(): Promise<string> {
  const directory = scratchDirectory();
  for (const name of ['plain-call', 'two-contacts']) copyFileSync(dump(name), join(directory, `${name}.mkv`));
  const { status } = await runCli(['verify', directory, '--update']);
  expect(status).toBe(0);
  expect((await runCli(['verify', directory])).status).toBe(0);
  copyFileSync(dump('swapped-tracks'), join(directory, 'plain-call.mkv'));
  return directory;
}

describe('verify', () => {
  test('a row a dump; 1 where one differs, by directory and by manifest', async () => {
    const directory = await changedDirectory();
    for (const target of [directory, join(directory, 'manifest.json')]) {
      const { status, stdout } = await runCli(['verify', target]);
      expect(status).toBe(1);
      expect(stdout).toMatch(/^differs {2}plain-call\.mkv .*\n( {9}\S.*\n)+/m);
      expect(stdout).toMatch(/^ok {7}two-contacts\.mkv {2}\d+ ms$/m);
      expect(stdout).toMatch(/^2 dumps, 1 with differences$/m);
    }
    const inside = await runCli(['verify', '--json'], { cwd: directory });
    expect(inside.status).toBe(1);
    expect(JSON.parse(inside.stdout).dumps).toHaveLength(2);
  });

  test('--junit', async () => {
    const directory = await changedDirectory();
    const report = join(directory, 'report.xml');
    for (let time = 0; time < 2; time++) {
      expect((await runCli(['verify', directory, '--junit', report])).status).toBe(1);
      expect(readFileSync(report, 'utf8')).toMatch(/<testsuites name="kvsrec" tests="2" failures="1" /);
    }
  });

  test('--junit to where no file can be leaves nothing behind', async () => {
    const directory = await changedDirectory();
    mkdirSync(join(directory, 'report.xml'));
    const { status, stderr } = await runCli(['verify', directory, '--junit', join(directory, 'report.xml')]);
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is a directory'),
    });
    expect(readdirSync(directory).filter((name) => name.includes('.xml'))).toEqual(['report.xml']);
  });

  test('--update keeps what lies elsewhere, and does not record that it could not be had', async () => {
    const directory = await changedDirectory();
    const manifest = join(directory, 'manifest.json');
    const document = JSON.parse(readFileSync(manifest, 'utf8'));
    document.dumps.push({ file: 's3://calls/call.mkv', bytes: 1 });
    writeFileSync(manifest, JSON.stringify(document));
    const run = await runCli(['verify', directory, '--update'], {
      env: {
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: NOWHERE,
      },
    });
    expect({ status: run.status, stderr: run.stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot reach the bucket calls'),
    });
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toEqual(document);
  });

  test('--update takes no folder for a dump, whatever it is called', async () => {
    const directory = scratchDirectory();
    mkdirSync(join(directory, 'calls.mkv'));
    copyFileSync(dump('plain-call'), join(directory, 'call.mkv'));
    const { status, stdout } = await runCli(['verify', directory, '--update']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${join(directory, 'manifest.json')} records 1 dump\n`,
    });
  });

  test('--update does not replace what is no manifest', async () => {
    const directory = await changedDirectory();
    const other = join(directory, 'package.json');
    writeFileSync(other, '{"name":"mine"}\n');
    const { status, stderr } = await runCli(['verify', other, '--update']);
    expect(status).toBe(1);
    expect(stderr).toContain(`${other} is no manifest: its version is not 1`);
    expect(readFileSync(other, 'utf8')).toBe('{"name":"mine"}\n');
  });

  test('--update with --junit makes no sense', async () => {
    const { status, stderr } = await runCli(['verify', scratchDirectory(), '--update', '--junit', 'x.xml']);
    expect(status).toBe(2);
    expect(stderr).toContain('error: --update compares nothing');
  });

  test('a manifest that is not there', async () => {
    const { status, stdout } = await runCli(['verify', join(scratchDirectory(), 'none.json'), '--json']);
    expect(status).not.toBe(0);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: expect.any(String),
      message: expect.stringContaining('none.json'),
    });
  });
});
