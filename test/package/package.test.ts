// The npm package as others get it: packed, installed in an empty folder, run, imported and compiled against.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildOnce, ROOT } from '../cli/run-cli.ts';

interface Manifest {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'kvsrec-package-'));
const tarball = join(folder, `kvsrec-${manifest.version}.tgz`);
const empty = join(folder, 'empty');
const installed = join(empty, 'node_modules', 'kvsrec');
const program = join(empty, 'node_modules', '.bin', 'kvsrec');

beforeAll(async () => {
  buildOnce();
  // What is built is packed; the script before packing would build it again.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  // Its dependencies are those that are here, and no other package is to be found, so that no network is needed.
  const there = Object.keys(manifest.dependencies).map((name) => [
    name,
    `file:${join(ROOT, 'node_modules', name)}`,
  ]);
  const dependencies = { kvsrec: `file:${tarball}`, ...Object.fromEntries(there) };
  mkdirSync(empty);
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await run(
    'npm',
    ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'],
    { cwd: empty },
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('needs no script to be installed', () => {
  for (const name of ['preinstall', 'install', 'postinstall'])
    expect(manifest.scripts).not.toHaveProperty(name);
});

test('has what it needs, and neither tests nor sources', () => {
  const top = readdirSync(installed).sort();
  expect(top).toEqual([
    '.kvsrecrc.example',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'docs',
    'fixtures',
    'man',
    'package.json',
  ]);
  expect(readdirSync(join(installed, 'dist')).sort()).toEqual(['bin', 'src']);
});

test('the command runs', async () => {
  const { stdout } = await run(program, ['--version'], { cwd: empty });
  expect(stdout).toBe(`${manifest.version}\n`);
  const dump = join(installed, 'fixtures', 'demo-call.mkv');
  await run(program, ['split', dump, '-o', 'calls', '--report'], { cwd: empty });
  expect(
    readdirSync(join(empty, 'calls'))
      .map((name) => name.replace(/^.*Z_/, ''))
      .sort(),
  ).toEqual(['AUDIO_FROM_CUSTOMER.wav', 'AUDIO_TO_CUSTOMER.wav', 'REPORT.html']);
});

test('commands that need the SDK, a config file or a worker find them', async () => {
  writeFileSync(join(empty, 'settings.yaml'), 'layout: mix\n');
  const dump = join(installed, 'fixtures', 'demo-call.mkv');
  for (const args of [
    ['simulate', '--stream', `call=${dump}`, '--port', '0', '--duration', '1ms'],
    [
      'serve-lambda',
      '--handler',
      'trigger,record,overlay,redact,backfill',
      '--port',
      '0',
      '--duration',
      '1ms',
    ],
    ['config', '--config', 'settings.yaml'],
    ['inspect', dump, '--tree'],
    ['split', dump, join(installed, 'fixtures', 'voice-connector-callee.mkv'), '-o', 'jobs', '--jobs', '2'],
  ]) {
    const { stderr } = await run(program, args, { cwd: empty });
    expect({ args, stderr }).toEqual({ args, stderr: '' });
  }
  const upload = run(program, ['upload', dump, 's3://recordings/', '--json'], {
    cwd: empty,
    env: { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  await expect(upload).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"code": "aws-no-credentials"'),
  });
});

const ENTRIES = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');

test('every entry can be imported, and does what it says', async () => {
  writeFileSync(
    join(empty, 'use.js'),
    `${ENTRIES.map((entry, at) => `import * as e${at} from '${entry.replace('.', 'kvsrec')}';`).join('\n')}
    import { mix, wavHeader } from 'kvsrec';
    console.log(JSON.stringify([[${ENTRIES.map((_, at) => `Object.keys(e${at}).length > 0`)}], mix.length, wavHeader.length]));`,
  );
  const { stdout, stderr } = await run(process.execPath, ['use.js'], { cwd: empty });
  expect(JSON.parse(stdout)).toEqual([ENTRIES.map(() => true), expect.any(Number), expect.any(Number)]);
  expect(stderr).toBe('');
});

test('types are there, in every entry, and refuse what is wrong', async () => {
  const imports = ENTRIES.map((entry, at) => `import * as e${at} from '${entry.replace('.', 'kvsrec')}';`);
  writeFileSync(
    join(empty, 'typed.mts'),
    `${imports.join('\n')}
    import { type Direction, KvsrecError, mix, wavHeader } from 'kvsrec';
    import { startSimulator } from 'kvsrec/simulator';
    export const all = [${ENTRIES.map((_, at) => `e${at}`)}];
    export const direction: Direction = 'from';
    mix(new Int16Array(1), new Int16Array(1), new Int16Array(1), 1);
    export const error: Error = new KvsrecError('code', 'message', { hint: 'hint' });
    export const simulator = startSimulator({ streams: { call: { dump: 'call.mkv', speed: 'max' } } });
    // @ts-expect-error
    startSimulator({ streams: 1 });
    // @ts-expect-error
    wavHeader('8000');\n`,
  );
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'];
  const roots = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
  const { stdout } = await run(process.execPath, [tsc, ...options, ...roots, 'typed.mts'], {
    cwd: empty,
  }).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

test('publint has nothing to say', async () => {
  const { messages } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, manifest as never))).toEqual([]);
});

test('are the types wrong? No', async () => {
  const attw = join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  // Only ES modules are promised, and only to what knows "exports". It ends with 1 where there is a problem.
  const args = [attw, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'];
  const ended = await run(process.execPath, args).catch((error: unknown) => error);
  expect(ended).not.toBeInstanceOf(Error);
  expect(ended).toMatchObject({ stdout: expect.stringContaining('"kvsrec/lambda"') });
});
