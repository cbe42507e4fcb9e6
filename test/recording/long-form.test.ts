// Recordings past 4 GiB: killed before, on and after the way from the short header to the long one.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWavHeader, RIFF_MAX_DATA_BYTES, WAV_HEADER_BYTES } from '../../src/audio/wav.ts';
import { CheckpointFile, findCheckpoints, takeOver } from '../../src/recording/capture/checkpoint-file.ts';
import { Chunk, ChunkPool } from '../../src/recording/chunk.ts';
import { WavFile } from '../../src/recording/wav-file.ts';
import { seeded } from '../fuzz/random.ts';
import {
  contents,
  differences,
  laggingCall,
  lastNumber,
  type Rig,
  scratch,
  splitOf,
  startRig,
} from './capture/rig.ts';

const FRAGMENTS = 40;
const dump = laggingCall(FRAGMENTS, 5);
const request = { stopFragment: lastNumber(FRAGMENTS) };
/** In place of 4 GiB: about the middle of the call's mono files. */
const LIMIT = 60_000;
const folder = scratch();
let rig: Rig;
let wanted: Map<string, Buffer>;

beforeAll(async () => {
  rig = await startRig({ streams: { call: dump } });
  await rig.record('call', path.join(folder, 'whole'), request, {
    store: new CheckpointFile(path.join(folder, 'whole'), null, false),
    riffMaxDataBytes: LIMIT,
  });
  wanted = contents(path.join(folder, 'whole'));
});
afterAll(async () => {
  await rig.close();
  fs.rmSync(folder, { recursive: true });
});

/** Throws in place of the kill. */
class Killed extends Error {}

/** Records until `fs[operation]` is asked to do something to a file whose name ends so, for the nth time. */
async function recordUntil(operation: 'renameSync' | 'unlinkSync', ending: string, nth: number) {
  const own = path.join(folder, `${operation}-${nth}`);
  const real = fs[operation] as (...args: string[]) => void;
  let left = nth;
  (fs as unknown as Record<string, unknown>)[operation] = (...args: string[]) => {
    if (args[0]!.endsWith(ending) && --left === 0) throw new Killed();
    real(...args);
  };
  try {
    const store = new CheckpointFile(own, null, false);
    const recording = rig.record('call', own, request, { store, riffMaxDataBytes: LIMIT });
    await expect(recording).rejects.toBeInstanceOf(Killed);
  } finally {
    (fs as unknown as Record<string, unknown>)[operation] = real;
  }
  return own;
}

async function resume(own: string): Promise<void> {
  const { store, state } = takeOver(findCheckpoints(own)[0]!);
  expect(state).toBeDefined();
  await rig.record('call', own, {}, { store, state, request: state!.request, riffMaxDataBytes: LIMIT });
}

describe('past the limit of the short header', () => {
  it('the recording is that of split, in the long form', async () => {
    const short = await splitOf(dump);
    expect([...wanted.keys()]).toEqual([...short.keys()]);
    for (const [name, bytes] of wanted) {
      expect(bytes.subarray(0, 4).toString(), name).toBe('RF64');
      const { dataOffset, dataBytes } = parseWavHeader(bytes)!;
      expect(dataOffset + dataBytes).toBe(bytes.length);
      expect(bytes.subarray(dataOffset).equals(short.get(name)!.subarray(WAV_HEADER_BYTES)), name).toBe(true);
    }
  });

  const steps: [Parameters<typeof recordUntil>[0], string, number, string][] = [
    ['renameSync', '.rf64.part', 1, 'with the first copy beside it'],
    ['renameSync', '.rf64.part', 3, 'with two done, and the third copy beside it'],
    ['unlinkSync', '.part', 1, 'with all done, and one that has both names'],
    ['unlinkSync', '.part', 4, 'with all but the last named'],
  ];

  it.each(steps)('%s of %s number %i, %s: it is gone on with', async (operation, ending, nth, _) => {
    const own = await recordUntil(operation, ending, nth);
    // A kill leaves a copy at any length.
    for (const name of fs.readdirSync(own).filter((one) => one.endsWith('.rf64.part'))) {
      fs.truncateSync(path.join(own, name), 30_000);
    }
    await resume(own);
    expect(differences(contents(own), wanted)).toEqual([]);
  });

  it.each([0.4, 0.6, 0.9])('killed after %d of the call: it is gone on with', async (share) => {
    const own = path.join(folder, `killed-${share}`);
    const store = new CheckpointFile(own, null, false);
    const save = store.save.bind(store);
    rig.simulator.faults.order({ kind: 'slow', rate: 600_000 });
    store.save = (state, patches) => {
      if (state.bytes > share * dump.length) throw new Killed();
      save(state, patches);
    };
    const recording = rig.record('call', own, request, { store, riffMaxDataBytes: LIMIT });
    await expect(recording).rejects.toBeInstanceOf(Killed);
    await resume(own);
    expect(differences(contents(own), wanted)).toEqual([]);
  });

  it('no room for the copy is the error, and costs nothing', async () => {
    const write = fs.ftruncateSync;
    const own = path.join(folder, 'no-room');
    fs.ftruncateSync = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, ftruncate'), { code: 'ENOSPC' });
    };
    try {
      const store = new CheckpointFile(own, null, false);
      const recording = rig.record('call', own, request, { store, riffMaxDataBytes: LIMIT });
      await expect(recording).rejects.toMatchObject({ code: 'ENOSPC' });
    } finally {
      fs.ftruncateSync = write;
    }
    expect(fs.readdirSync(own).filter((name) => !/part$|checkpoint$|synced$/.test(name))).toEqual([]);
    expect(fs.readdirSync(own).filter((name) => name.includes('rf64'))).toEqual([]);
    await resume(own);
    expect(differences(contents(own), wanted)).toEqual([]);
  });
});

describe('the true limit', () => {
  const noise = Buffer.from(seeded(3).bytes(100_000));
  const options = { sampleRate: 8000, channels: 1, overwrite: false, token: 'abc', journal: true };

  function write(wav: WavFile, position: number): void {
    const chunk = new Chunk(noise, new ChunkPool());
    chunk.length = noise.length;
    chunk.retain(2);
    wav.write(chunk, position);
  }

  it('is passed by a recording that was gone on with, its last samples in place', async () => {
    const file = path.join(folder, 'large.wav');
    const first = RIFF_MAX_DATA_BYTES - 80_000;
    const before = new WavFile(file, options);
    write(before, first - noise.length);
    before.settle();
    const { temporary, size } = before;
    before.abandon();
    const after = new WavFile(file, { ...options, resume: { temporary, size } });
    write(after, first);
    after.modify(first + 90_000, 4, (bytes) => bytes.fill(7));
    after.settle();
    after.applyPatches();
    expect(fs.statSync(temporary).size).toBe(WAV_HEADER_BYTES + first + noise.length);
    const head = Buffer.alloc(WAV_HEADER_BYTES);
    const fd = fs.openSync(temporary, 'r');
    fs.readSync(fd, head, 0, head.length, 0);
    fs.closeSync(fd);
    expect(parseWavHeader(head)!.dataBytes).toBe(RIFF_MAX_DATA_BYTES - (RIFF_MAX_DATA_BYTES % 2));
    const whole = fs.openSync(temporary, 'r');
    const end = Buffer.alloc(2 * noise.length);
    fs.readSync(whole, end, 0, end.length, WAV_HEADER_BYTES + first - noise.length);
    fs.closeSync(whole);
    const changed = Buffer.from(noise);
    changed.fill(7, 90_000, 90_004);
    expect(end.equals(Buffer.concat([noise, changed]))).toBe(true);
    after.discard();
  });
});
