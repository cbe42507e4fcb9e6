// One link of a chain over a stream in memory: what it persists before it hands over.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordLink } from '../../src/lambda/record/call-link.ts';
import type { MediaSource } from '../../src/recording/capture/media-source.ts';
import { DEFAULT_CAPTURE } from '../../src/recording/capture/request.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { ROOT } from '../cli/run-cli.ts';

const PIECE = 4096;

/** A stream that sends a piece when the one before is taken, and then nothing more. */
function endlessSource(bytes: Buffer): MediaSource {
  return {
    name: 'memory',
    async open() {
      let end = () => {};
      return {
        async read(take) {
          for (let at = 0; at < bytes.length; at += PIECE) await take(bytes.subarray(at, at + PIECE));
          await new Promise<void>((resolve) => {
            end = resolve;
          });
        },
        close: () => end(),
      };
    },
  };
}

test('a link whose time is up while a checkpoint is written persists once more, for its successor', async () => {
  const persisted: boolean[] = [];
  const outcome = await recordLink({
    source: endlessSource(readFileSync(join(ROOT, 'fixtures', 'demo-call.mkv'))),
    request: { ...DEFAULT_CAPTURE, start: { at: 'now' } },
    recording: DEFAULT_RECORDING_OPTIONS,
    tap: { audio: () => {}, silence: () => {} },
    state: undefined,
    timeMs: 40,
    reserveMs: 20,
    checkpointMs: 0,
    async drain() {},
    early: () => false,
    async persist(_state, leaving) {
      persisted.push(leaving);
      // Longer than the link has.
      if (persisted.length === 1) await new Promise((resolve) => setTimeout(resolve, 80));
    },
    successor: true,
  });
  expect(outcome).toBe('handed-over');
  expect(persisted.slice(0, 2)).toEqual([false, true]);
  expect(persisted).toHaveLength(2);
});

test('a call that ends while its link is leaving: nothing is persisted any more once that is told', async () => {
  let open = 0;
  let finished = () => {};
  const over = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const outcome = await recordLink({
    source: endlessSource(readFileSync(join(ROOT, 'fixtures', 'demo-call.mkv'))),
    request: { ...DEFAULT_CAPTURE, start: { at: 'now' }, idleTimeoutMs: 200 },
    recording: DEFAULT_RECORDING_OPTIONS,
    tap: { audio: () => {}, silence: () => {} },
    state: undefined,
    timeMs: 80,
    reserveMs: 40,
    checkpointMs: 0,
    async drain() {},
    early: () => false,
    async persist(_state, leaving) {
      if (!leaving) return;
      open++;
      await over;
      await new Promise((resolve) => setTimeout(resolve, 100));
      open--;
    },
    successor: true,
    onEvent: ({ event }) => event === 'finished' && finished(),
  });
  expect(outcome).toMatchObject({ endedBy: 'idle' });
  expect(open).toBe(0);
});

test('a link whose time is up while the last audio is handed on has its call, and no successor', async () => {
  const persisted: boolean[] = [];
  const bytes = readFileSync(join(ROOT, 'fixtures', 'demo-call.mkv'));
  const pieces = Math.ceil(bytes.length / PIECE);
  let drains = 0;
  const outcome = await recordLink({
    source: endlessSource(bytes),
    request: { ...DEFAULT_CAPTURE, start: { at: 'now' }, idleTimeoutMs: 100 },
    recording: DEFAULT_RECORDING_OPTIONS,
    tap: { audio: () => {}, silence: () => {} },
    state: undefined,
    timeMs: 6000,
    reserveMs: 3000,
    checkpointMs: 1_000_000,
    async drain() {
      // The last time, once the call has ended, longer than the link has.
      if (++drains > pieces) await new Promise((resolve) => setTimeout(resolve, 3100));
    },
    early: () => false,
    async persist(_state, leaving) {
      persisted.push(leaving);
    },
    successor: true,
  });
  expect(outcome).toMatchObject({ endedBy: 'idle' });
  expect(persisted).not.toContain(true);
});
