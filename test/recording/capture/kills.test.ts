// A hundred processes killed while they record: what goes on from their checkpoints ends as if nothing had happened.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOnce, ROOT } from '../../cli/run-cli.ts';
import { seeded } from '../../fuzz/random.ts';
import {
  contents,
  differences,
  lastNumber,
  type Rig,
  scratch,
  splitOf,
  startRig,
  unevenCall,
} from './rig.ts';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const SEED = 7;
const CALLS = 8;
const KILLS = 13;
const FRAGMENTS = 120;
/** Bytes a second: slow enough for a call to outlast its killings. */
const RATE = 220_000;
/** Milliseconds after its first fragment, or in every third life after its start, at which a process is killed at latest. */
const LIFE_MS = 130;

const folder = scratch();
const dumps = Array.from({ length: CALLS }, (_, i) => unevenCall(FRAGMENTS, SEED + i));
let rig: Rig;

beforeAll(async () => {
  buildOnce();
  rig = await startRig({
    afterFragment: 'random',
    streams: Object.fromEntries(dumps.map((dump, i) => [`call-${i}`, dump])),
    faults: [{ kind: 'slow', rate: RATE, times: 'all' }],
  });
});
afterAll(async () => {
  await rig.close();
  fs.rmSync(folder, { recursive: true });
});

function start(call: number): ChildProcess {
  const args = [
    path.join(ROOT, 'dist'),
    rig.simulator.url,
    `call-${call}`,
    `${folder}/${call}`,
    lastNumber(FRAGMENTS),
  ];
  return spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs a process until it is killed. Answers how it ended: the signal's name, as a rule. */
async function live(
  child: ChildProcess,
  afterMs: number,
  fromStart: boolean,
): Promise<string | number | null> {
  const kill = () => setTimeout(() => child.kill('SIGKILL'), afterMs);
  if (fromStart) kill();
  else child.stdout!.once('data', kill);
  child.stdout!.resume();
  return await new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
}

describe.concurrent('SIGKILL at any moment', () => {
  it.each(dumps.map((dump, call) => ({ call, dump })))('call $call', async ({ call, dump }) => {
    const random = seeded(SEED + call);
    for (let i = 0; i < KILLS; i++) {
      const ended = await live(start(call), random.below(LIFE_MS), i % 3 === 2);
      expect(ended, `life ${i}`).toBe('SIGKILL');
    }
    const last = start(call);
    let said = '';
    last.stdout!.on('data', (text: Buffer) => {
      said += text.toString();
    });
    const status = await new Promise((resolve) => last.once('close', resolve));
    expect(status).toBe(0);
    const report = JSON.parse(said.split('\n')[1]!);
    expect(report.contacts[0].fragments).toMatchObject({ count: FRAGMENTS, duplicates: 0 });
    const found = contents(`${folder}/${call}`);
    const mkv = path.basename(report.dump.path);
    const kept = found.get(mkv)!;
    found.delete(mkv);
    const wanted = await splitOf(dump);
    expect(differences(found, wanted)).toEqual([]);
    expect(differences(await splitOf(kept), wanted)).toEqual([]);
  });
});
