// Power failures: whatever of the files and checkpoints has reached the disk, going on ends as if nothing had happened.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointFile, findCheckpoints, takeOver } from '../../../src/recording/capture/checkpoint-file.ts';
import type { CaptureEvent } from '../../../src/recording/capture/request.ts';
import type { FileState } from '../../../src/recording/state.ts';
import { buildOnce, ROOT } from '../../cli/run-cli.ts';
import { seeded } from '../../fuzz/random.ts';
import {
  contents,
  differences,
  laggingCall,
  lastNumber,
  type Rig,
  scratch,
  splitOf,
  startRig,
  unevenCall,
} from './rig.ts';
import { CheckpointVersions, VolatileDisk } from './volatile-disk.ts';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const SEED = 11;
const CALLS = 3;
/** Failures of each call, at random moments. */
const FAILURES = 5;
const FRAGMENTS = 90;
/** Bytes a second: slow enough for a call to be put on record, and brought to the disk, several times. */
const RATE = 500_000;
const stopFragment = lastNumber(FRAGMENTS);

const folder = scratch();
const dumps = Array.from({ length: CALLS }, (_, i) =>
  i % 2 === 0 ? laggingCall(FRAGMENTS, SEED + i) : unevenCall(FRAGMENTS, SEED + i),
);
let slow: Rig;
let fast: Rig;

beforeAll(async () => {
  const streams = Object.fromEntries(dumps.map((dump, i) => [`call-${i}`, dump]));
  slow = await startRig({ streams, faults: [{ kind: 'slow', rate: RATE, times: 'all' }] });
  fast = await startRig({ streams });
});
afterAll(async () => {
  await slow.close();
  await fast.close();
  fs.rmSync(folder, { recursive: true });
});

/** Goes on with what is left in a folder, from the beginning where nothing can be gone on with. */
async function resume(call: number, place: string) {
  const { store, state, saveMkv, last, fellBack } = takeOver(findCheckpoints(place)[0]!);
  await fast.record(`call-${call}`, place, {}, { store, state, saveMkv, request: last.request });
  return { fellBack, anew: state === undefined };
}

async function whatSplitMakes(call: number, place: string): Promise<string[]> {
  const found = contents(place);
  const [mkv] = [...found.keys()].filter((name) => name.endsWith('.mkv'));
  const dump = found.get(mkv!)!;
  found.delete(mkv!);
  const wanted = await splitOf(dumps[call]!);
  return [...differences(found, wanted), ...differences(await splitOf(dump), wanted)];
}

describe('a power failure at any moment', () => {
  const random = seeded(SEED);
  const images: { call: number; image: string }[] = [];
  let disk: VolatileDisk;

  beforeAll(() => {
    disk = new VolatileDisk(random, 15);
  });
  afterAll(() => disk.uninstall());

  /** Records a call while the disk fails at some of its fragments. */
  async function record(call: number): Promise<void> {
    const own = path.join(folder, `call-${call}`);
    const store = new CheckpointFile(own, null, true);
    const versions = new CheckpointVersions(store);
    const when = new Set(Array.from({ length: FAILURES }, () => 1 + random.below(FRAGMENTS - 1)));
    let fragments = 0;
    const onEvent = ({ event }: CaptureEvent) => {
      if (event !== 'fragment' || !when.has(++fragments)) return;
      if (!versions.begun) {
        when.add(fragments + 1);
        return;
      }
      const image = path.join(folder, `failed-${call}-${fragments}`);
      disk.fail(own, image, versions.all);
      images.push({ call, image });
    };
    await slow.record(`call-${call}`, own, { stopFragment }, { store, saveMkv: true, syncMs: 0, onEvent });
    expect(await whatSplitMakes(call, own), `call ${call}`).toEqual([]);
  }

  it('costs no sample, and none comes twice', async () => {
    await Promise.all(dumps.map((_, call) => record(call)));
    const outcomes = await Promise.all(
      images.map(async ({ call, image }) => {
        const outcome = await resume(call, image);
        expect(await whatSplitMakes(call, image), image).toEqual([]);
        return outcome;
      }),
    );
    // Both ways of going on were there.
    expect(outcomes.some(({ fellBack }) => !fellBack)).toBe(true);
    expect(outcomes.some(({ fellBack, anew }) => fellBack && !anew)).toBe(true);
  });
});

describe('what a killed process left, after a power failure', () => {
  const own = path.join(folder, 'killed');
  const checkpoint = (kind: string) => fs.readdirSync(own).find((name) => name.endsWith(kind))!;
  /** Bytes of each file that were on the disk. */
  let synced: Map<string, number>;

  beforeAll(async () => {
    buildOnce();
    const child = spawn(
      process.execPath,
      [CHILD, path.join(ROOT, 'dist'), slow.simulator.url, 'call-0', own, stopFragment],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let heard = 0;
    child.stdout.on('data', (dots: Buffer) => {
      heard += dots.length;
      if (heard > FRAGMENTS / 2) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.once('close', resolve));
    const { state } = JSON.parse(fs.readFileSync(path.join(own, checkpoint('.synced')), 'utf8'));
    const files = [...state.engine.contacts[0].open.files.files, state.dump] as FileState[];
    synced = new Map(files.map(({ temporary, size }) => [temporary, size]));
  });

  type Harm = (file: string, synced: number) => void;
  const zeroTail: Harm = (file, from) => {
    const { size } = fs.statSync(file);
    fs.truncateSync(file, from);
    fs.truncateSync(file, size);
  };
  const harms: [what: string, outcome: string, harm: Harm, newest?: (file: string) => void][] = [
    ['nothing', 'newest', () => {}],
    ['files without their last data', 'synced', zeroTail],
    ['files cut to what was on the disk', 'synced', fs.truncateSync],
    ['files cut somewhere behind it', 'synced', (file, size) => fs.truncateSync(file, size + 1234)],
    ['no newest checkpoint', 'synced', zeroTail, fs.rmSync],
    ['an empty newest checkpoint', 'synced', zeroTail, fs.truncateSync],
    ['half a newest checkpoint', 'synced', () => {}, (file) => fs.truncateSync(file, 999)],
    ['a newest checkpoint of zero bytes', 'synced', () => {}, (file) => zeroTail(file, 0)],
    ['files shorter than what was on the disk', 'anew', (file, size) => fs.truncateSync(file, size - 99)],
  ];

  it.each(harms)('%s: goes on (%s)', async (what, outcome, harm, newest) => {
    const image = path.join(folder, what);
    fs.cpSync(own, image, { recursive: true });
    for (const [name, size] of synced) harm(path.join(image, name), size);
    newest?.(path.join(image, checkpoint('.checkpoint')));
    const { fellBack, anew } = await resume(0, image);
    expect(anew ? 'anew' : fellBack ? 'synced' : 'newest').toBe(outcome);
    expect(await whatSplitMakes(0, image)).toEqual([]);
  });

  it('is not taken for being on the disk by the process that goes on with it', async () => {
    const [goingOn, image] = ['going on', 'failed meanwhile'].map((name) => path.join(folder, name));
    fs.cpSync(own, goingOn!, { recursive: true });
    const { store, state, saveMkv, last } = takeOver(findCheckpoints(goingOn!)[0]!);
    const save = store.save.bind(store);
    store.save = (...saved) => {
      save(...saved);
      // Its first checkpoint: the disk has not been waited for since.
      if (!fs.existsSync(image!)) fs.cpSync(goingOn!, image!, { recursive: true });
    };
    await fast.record('call-0', goingOn!, {}, { store, state, saveMkv, request: last.request });
    for (const [name, size] of synced) zeroTail(path.join(image!, name), size);
    const { fellBack, anew } = await resume(0, image!);
    expect({ fellBack, anew }).toEqual({ fellBack: true, anew: false });
    expect(await whatSplitMakes(0, image!)).toEqual([]);
  });
});
