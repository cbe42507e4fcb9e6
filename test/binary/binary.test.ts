// The single binary does what the npm package does, on a machine with no Node, no PATH and none of the packages.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { type ExampleShell, openExampleShell } from '../cli/commands/example-shell.ts';
import { buildOnce, CLI, ROOT, type Run, scratchDirectory } from '../cli/run-cli.ts';
import { type Binary, buildBinary } from './build-binary.ts';

/** How much longer than the npm package it may take to start. */
const AT_MOST = 1.5;

/** Rounds until that is seen: a moment in which the machine does something else is none of the binary's time. */
const ROUNDS = 40;

let binary: Binary;
let tools: string;
let shell: ExampleShell;

beforeAll(async () => {
  buildOnce();
  binary = await buildBinary();
  // What examples have after --exec is all that a PATH is for.
  tools = mkdtempSync(join(tmpdir(), 'kvsrec-tools-'));
  for (const tool of ['env', 'grep']) {
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      join(tools, tool),
    );
  }
  shell = await openExampleShell(`PATH="${tools}" "${binary.path}" "$@"`, COMMANDS);
});
afterAll(async () => {
  await shell?.close();
  binary?.remove();
  rmSync(tools, { recursive: true, force: true });
});

function start(
  [program, ...first]: [string, ...string[]],
  args: readonly string[],
  cwd = ROOT,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], {
      cwd,
      env: { PATH: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const run: Run = { status: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (run.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (run.stderr += text));
    child.once('error', reject);
    child.once('close', (status) => resolve({ ...run, status }));
  });
}

const inBinary = (args: readonly string[], cwd?: string) => start([binary.path], args, cwd);
const inNpm = (args: readonly string[], cwd?: string) => start([process.execPath, CLI], args, cwd);

describe.each(COMMANDS)('$name', (row) => {
  test('its examples work as printed', () => shell.expectToWork(row));

  test('its help is that of the npm package', async () => {
    const [own, npm] = await Promise.all([inBinary([row.name, '--help']), inNpm([row.name, '--help'])]);
    expect(own).toEqual(npm);
    expect(own).toMatchObject({ status: 0, stderr: '' });
  });
});

test('worker threads: split --jobs writes what one thread does', async () => {
  const cwd = scratchDirectory();
  const inputs = ['demo-call.mkv', 'voice-connector-callee.mkv'].map((name) => join(ROOT, 'fixtures', name));
  const split = (jobs: string) => inBinary(['split', ...inputs, '--jobs', jobs, '-o', jobs, '--json'], cwd);
  const [one, two] = [await split('1'), await split('2')];
  expect(two).toEqual({ ...one, stdout: one.stdout.replaceAll('"1/', '"2/') });
  expect(one).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['settings.yaml', 'layout: mix\n'],
  ['settings.json', '{"layout":"mix"}'],
  [
    'settings.mjs',
    "import { join } from 'node:path';\nexport default { layout: 'mix', out: join('a', 'b') };",
  ],
  ['settings.cjs', "module.exports = { layout: require('node:path').basename('calls/mix') };"],
])('config file %s', async (name, text) => {
  const cwd = scratchDirectory();
  writeFileSync(join(cwd, name), text);
  const args = ['config', '--config', name, '--json'];
  const own = await inBinary(args, cwd);
  expect(own).toEqual(await inNpm(args, cwd));
  expect(own).toMatchObject({ status: 0, stderr: '' });
  expect(own.stdout).toContain('mix');
});

test('names of elements come along, from a package that is CommonJS', async () => {
  const args = ['inspect', 'fixtures/no-info.mkv', '--tree'];
  expect(await inBinary(args)).toEqual(await inNpm(args));
});

test('an error is the same, with its status', async () => {
  for (const args of [['spilt'], ['split', 'nowhere.mkv'], ['split', '--layout', 'round', 'a.mkv']]) {
    const own = await inBinary(args);
    expect(own).toEqual(await inNpm(args));
    expect(own.status).toBeGreaterThan(0);
  }
});

test('has no compiler in it, and brings the licences of all that is', () => {
  expect(binary.notices).toMatch(/^commander \d/m);
  expect(binary.notices).toMatch(/^@aws-sdk\/client-s3 \d/m);
  expect(binary.notices).toContain(`Node.js ${process.version}`);
  expect(binary.notices).not.toMatch(/^typescript \d/m);
});

/** The npm package as it is installed: without the code cache that the build makes for itself. */
function asInstalled(): { command: [string, string]; remove(): void } {
  const home = join(ROOT, 'node_modules', '.cache', `as-installed-${process.pid}`);
  cpSync(join(ROOT, 'dist', 'bin'), join(home, 'dist', 'bin'), {
    recursive: true,
    filter: (file) => !file.endsWith('.cache'),
  });
  cpSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  return {
    command: [process.execPath, join(home, 'dist', 'bin', 'kvsrec.js')],
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

let installed: ReturnType<typeof asInstalled> | undefined;
afterAll(() => installed?.remove());

test.each([[['--version']], [['--help']], [['split', '--help']], [['config']]])(
  `%j: starts within ${AT_MOST} times what the npm package takes`,
  async (args) => {
    const best = { binary: Number.POSITIVE_INFINITY, npm: Number.POSITIVE_INFINITY };
    const time = async (name: keyof typeof best, run: typeof inNpm) => {
      const from = performance.now();
      expect(await run(args)).toMatchObject({ status: 0 });
      best[name] = Math.min(best[name], performance.now() - from);
    };
    installed ??= asInstalled();
    const { command } = installed;
    for (let round = 0; round < ROUNDS; round++) {
      await time('npm', (own) => start(command, own));
      await time('binary', inBinary);
      if (round >= 4 && best.binary <= AT_MOST * best.npm) break;
    }
    expect(best.binary / best.npm).toBeLessThanOrEqual(AT_MOST);
  },
);

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await inBinary(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});
