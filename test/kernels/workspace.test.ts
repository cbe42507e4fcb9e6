// The compiled loops do what the JavaScript beside them does.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { kernelsModule } from '../../scripts/kernels.mjs';
import { interleave, mix } from '../../src/audio/mix.ts';
import { Workspace } from '../../src/kernels/workspace.ts';
import { BlockList, CONTINUES } from '../../src/kvs/block-list.ts';
import { Fragment } from '../../src/kvs/fragment.ts';
import { NO_TRACK, readBlockRun, SHORT_TRACK_NUMBERS } from '../../src/matroska/block-run.ts';
import { ChunkPool, ChunkStage } from '../../src/recording/chunk.ts';
import { StraightOn } from '../../src/recording/straight-on.ts';
import type { TrackRecording } from '../../src/recording/track-recording.ts';
import { ROOT } from '../cli/run-cli.ts';

function newWorkspace(): Workspace {
  const workspace = Workspace.create();
  if (workspace === undefined) throw new Error('there is no WebAssembly here');
  return workspace;
}

function columns(blocks: BlockList): unknown {
  const { count, track, timecode, start, end } = blocks;
  return [track, timecode, start, end].map((column) => [...column.subarray(0, count)]);
}

it('has the module that its source makes', async () => {
  expect(await kernelsModule()).toBe(await readFile(`${ROOT}/src/kernels/module.ts`, 'utf8'));
});

describe('readBlocks', () => {
  const rarely = <T>(usual: readonly T[], odd: readonly T[]) =>
    fc.oneof(
      { arbitrary: fc.constantFrom(...usual), weight: 30 },
      { arbitrary: fc.constantFrom(...odd), weight: 1 },
    );

  /** A SimpleBlock as it should be, or nearly. */
  const block = fc
    .record({
      id: rarely([0xa3], [0xa0, 0xe7]),
      sizeWidth: fc.integer({ min: 1, max: 8 }),
      track: rarely([0x81, 0x82], [0x83, 0xff, 0x40, 0x00]),
      timecode: fc.integer({ min: -0x8000, max: 0x7fff }),
      flags: rarely([0x80, 0x00, 0x08], [0x02, 0x04, 0x06]),
      payload: fc.uint8Array({ maxLength: 40 }),
      lie: rarely([0], [1, -3, 100, Number.NaN]),
    })
    .map(({ id, sizeWidth, track, timecode, flags, payload, lie }) => {
      const size = 4 + payload.length + lie;
      const data = Number.isNaN(size) ? 2n ** BigInt(7 * sizeWidth) - 1n : BigInt(Math.max(0, size));
      const marked = data | (1n << BigInt(7 * sizeWidth));
      const head = Buffer.alloc(sizeWidth);
      for (let i = 0; i < sizeWidth; i++)
        head[i] = Number((marked >> BigInt(8 * (sizeWidth - 1 - i))) & 0xffn);
      return Buffer.from([id, ...head, track, (timecode >> 8) & 0xff, timecode & 0xff, flags, ...payload]);
    });

  it('reads what readBlockRun reads, and stops where it does', () => {
    let blocksRead = 0;
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 20 }),
        fc.nat({ max: 5 }),
        fc.nat({ max: 60 }),
        rarely([1000, 44], [8, 20]),
        fc.integer({ min: -30, max: 5 }),
        (parts, before, cut, maxSize, origin) => {
          const workspace = newWorkspace();
          const stream = Buffer.concat([Buffer.alloc(before, 0xa3), ...parts]);
          const bytes = workspace.bytes(stream.length);
          bytes.set(stream);
          const stop = Math.max(before, stream.length - cut);
          const numbers = workspace.bytes(SHORT_TRACK_NUMBERS).fill(NO_TRACK);
          numbers[1] = 1;
          numbers[2] = 0;
          const compiled = new BlockList(workspace);
          const plain = new BlockList();
          const next = workspace.readBlocks(bytes, before, stop, maxSize, numbers, compiled, origin);
          expect(next).toBe(readBlockRun(bytes, before, stop, maxSize, numbers, plain, origin));
          expect(columns(compiled)).toEqual(columns(plain));
          blocksRead += plain.count;
        },
      ),
      { numRuns: 3000, seed: 1 },
    );
    expect(blocksRead).toBeGreaterThan(3000);
  });

  it('goes on behind the blocks that are there, and stops where the columns are full', () => {
    const workspace = newWorkspace();
    const one = [0xa3, 0x85, 0x81, 0, 7, 0x80, 0x55];
    const bytes = workspace.bytes(3000 * one.length);
    bytes.set(Array.from({ length: 3000 }, () => one).flat());
    const numbers = workspace.bytes(SHORT_TRACK_NUMBERS).fill(0);
    const blocks = new BlockList(workspace);
    const room = blocks.track.length;
    const half = workspace.readBlocks(bytes, 0, 100 * one.length, 64, numbers, blocks, 0);
    // The last ones end too near the stop to be read without a look at every byte.
    expect(blocks.count).toBeGreaterThan(90);
    expect(half).toBe(blocks.count * one.length);
    expect(workspace.readBlocks(bytes, half, bytes.length, 64, numbers, blocks, 0)).toBe(room * one.length);
    expect(blocks.count).toBe(room);
    blocks.add(0, 9, 1, 2);
    expect([blocks.count, blocks.start[room - 1], blocks.timecode[room]]).toEqual([
      room + 1,
      (room - 1) * one.length + 6,
      9,
    ]);
    const next = room * one.length;
    workspace.readBlocks(bytes, next, bytes.length, 64, numbers, blocks, 0);
    expect(blocks.count).toBe(2 * room);
  });
});

describe('appendBlocks', () => {
  const RATE = 8000;

  /** A track as far as `StraightOn` looks at it, and what it has handed over. */
  function track(pool: ChunkPool, end: number, frameBytes: number) {
    const handed: Buffer[] = [];
    const stage = new ChunkStage(pool, [
      (chunk) => {
        handed.push(Buffer.from(chunk.bytes!.subarray(0, chunk.length)));
        chunk.release();
      },
    ]);
    const recording = {
      timeline: { end, started: true },
      overlapFrames: 0,
      plainStage: stage,
      storedFrameBytes: frameBytes,
      format: { sampleRate: RATE },
    };
    return { stage, handed, recording: recording as unknown as TrackRecording };
  }

  /** Fragments one after the other, through a workspace or not. */
  function append(plans: readonly Plan[], workspace: Workspace | undefined) {
    const pool = new ChunkPool(workspace);
    const tracks = [track(pool, 0, 2), undefined, track(pool, 0, 1)];
    const straightOn = new StraightOn(
      tracks.map((one) => one?.recording),
      100,
      workspace,
    );
    const bytes = workspace?.bytes(MAX_BYTES) ?? new Uint8Array(MAX_BYTES);
    const blocks = new BlockList(workspace);
    const answers = plans.map(({ relativeMs, scale, parts }) => {
      blocks.count = 0;
      let at = 0;
      for (const part of parts) {
        bytes.fill(part.fill, at, at + part.length);
        blocks.add(part.track, part.timecode, at, at + part.length);
        at += part.length;
      }
      const fragment = new Fragment({
        offset: 0,
        documentOffset: 0,
        info: { timestampScale: scale, title: null, muxingApp: null, writingApp: null },
        tracks: [],
        tags: new Map(),
        timestamp: 0n,
        bytes,
        blocks,
        state: 'whole',
        continues: false,
      });
      return straightOn.append(fragment, relativeMs * 1e6);
    });
    for (const one of tracks) one?.stage.flush();
    return {
      answers,
      ends: tracks.map((one) => one?.recording.timeline.end),
      audio: tracks.map((one) => one && Buffer.concat(one.handed).toString('base64')),
    };
  }

  interface Plan {
    relativeMs: number;
    scale: number;
    parts: { track: number; timecode: number; length: number; fill: number }[];
  }

  const MAX_BYTES = 300_000;

  const part = fc.record({
    track: fc.constantFrom(0, 0, 2, 2, 1),
    timecode: fc.constantFrom(0, 0, 0, 64, -50, 99, 100, 101, CONTINUES),
    length: fc.constantFrom(1024, 1024, 512, 0, 7, 60_000),
    fill: fc.integer({ min: 1, max: 255 }),
  });
  const plan = fc.record({
    relativeMs: fc.constantFrom(0, 0, 50, 100, 100.0625, 100.06249, 250, 4000),
    scale: fc.constantFrom(1_000_000, 1_000_000, 500_000, 1),
    parts: fc.array(part, { maxLength: 6 }),
  });

  it('does what is done without a workspace', () => {
    const said = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.array(plan, { minLength: 1, maxLength: 12 }), (plans) => {
        const compiled = append(plans, newWorkspace());
        expect(compiled).toEqual(append(plans, undefined));
        for (const answer of compiled.answers) said[answer ? 'yes' : 'no']++;
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(Math.min(said.yes, said.no)).toBeGreaterThan(1000);
  });

  it('fills one chunk after the other', () => {
    const plans = Array.from({ length: 60 }, (_, i): Plan => {
      const parts = Array.from({ length: 40 }, (_, k) => ({
        track: k % 2 === 0 ? 0 : 2,
        timecode: Math.floor(k / 2) * 60,
        length: k % 2 === 0 ? 960 : 480,
        fill: 1 + ((i + k) % 255),
      }));
      return { relativeMs: i * 1200, scale: 1_000_000, parts };
    });
    const compiled = append(plans, newWorkspace());
    expect(compiled.answers.every((answer) => answer)).toBe(true);
    expect(compiled.ends).toEqual([60 * 9600, undefined, 60 * 9600]);
    expect(compiled).toEqual(append(plans, undefined));
  });
});

describe('mismatch', () => {
  it('is the first byte that differs', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 9 }),
        (known, change, start, shift) => {
          const workspace = newWorkspace();
          const [a, b] = [workspace.bytes(100), workspace.bytes(60)];
          b.set(known);
          a.set(known, shift);
          if (change < known.length) a[shift + change]! ^= 0x10;
          const from = Math.min(start, known.length);
          const expected = change >= from && change < known.length ? change : known.length;
          expect(workspace.mismatch(a, shift, b, from, known.length)).toBe(expected);
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe.each([
  { name: 'interleave', plain: interleave, outSamples: 2 },
  { name: 'mix', plain: mix, outSamples: 1 },
] as const)('$name', ({ name, plain, outSamples }) => {
  const sample = fc.oneof(
    fc.integer({ min: -32_768, max: 32_767 }),
    fc.constantFrom(-32_768, -32_767, -1, 0, 1, 32_767),
  );
  const lines = fc
    .integer({ min: 0, max: 70 })
    .chain((frames) =>
      fc.tuple(...[0, 1].map(() => fc.array(sample, { minLength: frames, maxLength: frames }))),
    );

  it('does what its twin does, wherever the lines begin', () => {
    fc.assert(
      fc.property(lines, fc.nat({ max: 9 }), ([left = [], right = []], shift) => {
        const workspace = newWorkspace();
        const line = (values: readonly number[], by: number) => {
          const { buffer, byteOffset } = workspace.bytes(2 * (values.length + 20));
          const samples = new Int16Array(buffer, byteOffset + 2 * by, values.length);
          samples.set(values);
          return samples;
        };
        const frames = left.length;
        const [l, r] = [line(left, shift), line(right, 0)];
        // Beyond its end there is something that stays.
        const out = line(new Array(outSamples * frames + 3).fill(77), 1);
        const expected = new Int16Array(outSamples * frames + 3).fill(77);
        plain(Int16Array.from(left), Int16Array.from(right), expected, frames);
        expect(workspace[name](l, r, out, frames)).toBe(true);
        expect(out).toEqual(expected);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('leaves lines that lie elsewhere alone', () => {
    const workspace = newWorkspace();
    const { buffer, byteOffset } = workspace.bytes(64);
    const inside = () => new Int16Array(buffer, byteOffset, 8);
    const outside = new Int16Array(8);
    expect(workspace[name](outside, inside(), inside(), 4)).toBe(false);
    expect(workspace[name](inside(), outside, inside(), 4)).toBe(false);
    expect(workspace[name](inside(), inside(), outside, 4)).toBe(false);
  });
});

describe('the memory', () => {
  it('gives out other memory when it is full', () => {
    const workspace = newWorkspace();
    expect(workspace.holds(workspace.bytes(1000))).toBe(true);
    expect(workspace.holds(workspace.bytes(workspace.left))).toBe(true);
    expect(workspace.left).toBe(0);
    const beyond = workspace.bytes(1000);
    expect(beyond).toEqual(new Uint8Array(1000));
    expect(workspace.holds(beyond)).toBe(false);
    expect(workspace.holds(workspace.input(1000))).toBe(false);
  });

  it('joins what is left over with the next piece of the input, and with nothing else', () => {
    const workspace = newWorkspace();
    const rest = workspace.bytes(3);
    rest.set([1, 2, 3]);
    const input = workspace.input(8);
    input.set([4, 5, 6, 7]);
    expect([...workspace.joinBefore(input.subarray(0, 4), rest)!]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(workspace.joinBefore(input.subarray(1, 4), rest)).toBeUndefined();
    expect(workspace.joinBefore(new Uint8Array(4), rest)).toBeUndefined();
    expect(workspace.joinBefore(input, new Uint8Array(300_000))).toBeUndefined();
  });

  it('is not there without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    try {
      expect(Workspace.create()).toBeUndefined();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
