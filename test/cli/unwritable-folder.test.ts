// A folder that cannot be written to, as somebody who may not: one clear error, before any audio is asked for.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { buildOnce, CLI, ROOT } from './run-cli.ts';

/** `nobody` of most systems. Root may write anywhere, so that its tests need somebody else. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;
const DUMP = join(ROOT, 'fixtures/demo-call.mkv');

const folder = mkdtempSync(join(tmpdir(), 'kvsrec-unwritable-'));
const out = join(folder, 'calls');
const dump = join(folder, 'call.mkv');
let simulator: Simulator;

beforeAll(async () => {
  buildOnce();
  cpSync(DUMP, dump);
  cpSync(join(ROOT, 'fixtures/events'), out, { recursive: true });
  chmodSync(folder, 0o755);
  chmodSync(dump, 0o644);
  chmodSync(out, 0o555);
  simulator = await startSimulator({ speed: 'max', streams: { call: DUMP } });
});
afterAll(async () => {
  await simulator.close();
  chmodSync(out, 0o755);
  rmSync(folder, { recursive: true });
});

/** Why this cannot be tested here; undefined where it can. */
function obstacle(): string | undefined {
  if (process.getuid === undefined) return 'the system has no users of that kind';
  if (!asRoot) return undefined;
  for (let place = CLI; place !== dirname(place); place = dirname(place)) {
    if ((statSync(place).mode & (place === CLI ? 0o004 : 0o001)) === 0) return `others may not read ${place}`;
  }
  return undefined;
}

function run(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { ...process.env, ...simulator.environment, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(asRoot && { uid: NOBODY, gid: NOBODY }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    stdout += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

describe.skipIf(obstacle() !== undefined)(`a folder that cannot be written to ${obstacle() ?? ''}`, () => {
  const record = ['record', '--stream-name', 'call', '--start', 'earliest', '--idle-timeout', '1s'];
  it.each([
    ['record', [...record, '-o', out]],
    ['record, to a folder in it', [...record, '-o', join(out, 'new', 'deep')]],
    ['split', ['split', dump, '-o', out]],
    ['split, to a folder in it', ['split', dump, '-o', join(out, 'new'), '--jobs', '2']],
  ])('%s', async (_, args) => {
    const before = readdirSync(out);
    const { status, stdout, stderr } = await run(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`error: cannot write to the directory ${out}: permission denied`);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(simulator.log.list()).toEqual([]);
    expect(readdirSync(out)).toEqual(before);
  });

  it('--json: the same as a document', async () => {
    const { status, stdout } = await run([...record, '-o', out, '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'no-permission',
        message: `cannot write to the directory ${out}: permission denied`,
        hint: expect.stringContaining('--out'),
      },
    });
  });
});
