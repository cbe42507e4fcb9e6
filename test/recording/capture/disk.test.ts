// A disk that is full, a folder that cannot be written to, and processes that stop while they name their files.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWavHeader } from '../../../src/audio/wav.ts';
import { CheckpointFile, findCheckpoints, takeOver } from '../../../src/recording/capture/checkpoint-file.ts';
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

const FRAGMENTS = 60;
const dump = unevenCall(FRAGMENTS, 11);
const stopFragment = lastNumber(FRAGMENTS);
const folder = scratch();
const small = path.join(folder, 'small');
fs.mkdirSync(small);
/** A file system of 600 kB, where this process may make one. */
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', small]).status === 0;
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ streams: { call: dump } });
});
afterAll(async () => {
  await rig.close();
  if (mounted) spawnSync('umount', [small]);
  fs.rmSync(folder, { recursive: true });
});

/** Goes on with what is left in a folder. */
async function resume(place: string) {
  const { store, state, saveMkv } = takeOver(findCheckpoints(place)[0]!);
  expect(state).toBeDefined();
  return await rig.record('call', place, {}, { store, state, saveMkv, request: state!.request });
}

describe('a full disk', () => {
  it.skipIf(!mounted)('is one clear error; what was recorded plays, and is gone on with', async () => {
    const store = new CheckpointFile(small, null, false);
    rig.simulator.faults.order({ kind: 'slow', rate: 500_000 });
    await expect(rig.record('call', small, { stopFragment }, { store })).rejects.toMatchObject({
      code: 'ENOSPC',
    });
    const left = fs.readdirSync(small);
    expect(left.filter((name) => name.endsWith('.wav'))).toEqual([]);
    const unfinished = left.filter((name) => name.endsWith('.part'));
    expect(unfinished.length).toBeGreaterThan(0);
    for (const name of unfinished) {
      const bytes = fs.readFileSync(path.join(small, name));
      const header = parseWavHeader(bytes)!;
      expect(header.dataBytes, name).toBeGreaterThan(8000);
      expect(header.dataOffset + header.dataBytes, name).toBeLessThanOrEqual(bytes.length);
    }
    expect(spawnSync('mount', ['-o', 'remount,size=20m', small]).status).toBe(0);
    await resume(small);
    expect(differences(contents(small), await splitOf(dump))).toEqual([]);
  });
});

it('a folder that cannot be made is the error, before anything is asked of the service', async () => {
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, '');
  expect(() => new CheckpointFile(path.join(file, 'calls'), null, false)).toThrow(/ENOTDIR|EEXIST/);
});

describe('a process that stops while it names its files', () => {
  /** Throws in place of the kill. */
  class Killed extends Error {}

  it.each([1, 2, 3, 4])('after %i of them, it is gone on with', async (named) => {
    const own = path.join(folder, `named-${named}`);
    const store = new CheckpointFile(own, null, false);
    // Between giving a file its name and taking the other away.
    const unlink = fs.unlinkSync;
    let left = named;
    fs.unlinkSync = (place) => {
      if (--left === 0) throw new Killed();
      unlink(place);
    };
    try {
      await expect(rig.record('call', own, { stopFragment }, { store })).rejects.toBeInstanceOf(Killed);
    } finally {
      fs.unlinkSync = unlink;
    }
    await resume(own);
    expect(differences(contents(own), await splitOf(dump))).toEqual([]);
  });

  it('before the first, it is gone on with', async () => {
    const own = path.join(folder, 'sealed');
    const store = new CheckpointFile(own, null, false);
    const save = store.save.bind(store);
    store.save = (state, patches) => {
      save(state, patches);
      if (state.endedBy !== undefined) throw new Killed();
    };
    await expect(rig.record('call', own, { stopFragment }, { store })).rejects.toBeInstanceOf(Killed);
    expect([...contents(own).keys()].filter((name) => name.endsWith('.part'))).toHaveLength(4);
    await resume(own);
    expect(differences(contents(own), await splitOf(dump))).toEqual([]);
  });

  it.each([false, true])('after the last, only the checkpoints go; with the dump: %s', async (saveMkv) => {
    const own = path.join(folder, `named-${saveMkv}`);
    const store = new CheckpointFile(own, null, saveMkv);
    store.remove = () => {
      throw new Killed();
    };
    const killed = rig.record('call', own, { stopFragment }, { store, saveMkv });
    await expect(killed).rejects.toBeInstanceOf(Killed);
    const before = contents(own);
    await resume(own);
    const after = contents(own);
    const gone = [...before.keys()].filter((name) => !after.has(name));
    expect(gone).toEqual([path.basename(store.path), `${path.basename(store.path, '.checkpoint')}.synced`]);
    const dumps = [...after].filter(([name]) => name.endsWith('.mkv'));
    expect(dumps).toHaveLength(saveMkv ? 1 : 0);
    for (const [name, bytes] of dumps) {
      expect(bytes.equals(before.get(name)!)).toBe(true);
      after.delete(name);
    }
    expect(differences(after, await splitOf(dump))).toEqual([]);
  });
});

it('files that are shorter than their checkpoint says, after a power failure, are recorded anew', async () => {
  const own = path.join(folder, 'short');
  const store = new CheckpointFile(own, null, false);
  const save = store.save.bind(store);
  store.save = (state, patches) => {
    save(state, patches);
    if (state.endedBy !== undefined) throw new Error('killed');
  };
  await expect(rig.record('call', own, { stopFragment }, { store })).rejects.toThrow('killed');
  // Nothing is left of what it begins with: also a checkpoint of the first moment, on the disk already, counts on more.
  const victim = fs.readdirSync(own).find((name) => /COMBINED_AUDIO.*\.part$/.test(name));
  fs.truncateSync(path.join(own, victim!), 44);
  const unfinished = takeOver(findCheckpoints(own)[0]!);
  expect(unfinished.state).toBeUndefined();
  await rig.record('call', own, unfinished.last.request, { store: unfinished.store });
  expect(differences(contents(own), await splitOf(dump))).toEqual([]);
});
