// One damaged fragment in a call, recorded: the audio of all others has to lie where its time says.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CONTACT_ID, FROM_CUSTOMER, fragmentNumber, TO_CUSTOMER } from '../../fixtures/connect-profile.ts';
import { DumpBuilder } from '../../fixtures/dump-builder.ts';
import { littleEndian } from '../../fixtures/pcm.ts';
import { Workspace } from '../../src/kernels/workspace.ts';
import { StreamSplitter } from '../../src/recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import type { Random } from './random.ts';

const FRAGMENTS = 6;
const BLOCKS = 5;
const DATA_OFFSET = 44;
const BYTES_PER_MS = 16;

/** Milliseconds that audio may be off where it was appended to what was left of a damaged fragment. */
const TOLERANCE_MS = DEFAULT_RECORDING_OPTIONS.gapToleranceMs;

export interface Call {
  bytes: Buffer;
  fragments: { start: number; end: number; startMs: number; audio: { from: Buffer; to: Buffer } }[];
  /** Ranges that say whose and which a fragment is: nobody could tell if these were changed. */
  identities: { start: number; end: number }[];
  payloads: { start: number; end: number }[];
}

function rangesOf(bytes: Buffer, what: string | Uint8Array): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + 1)) {
    ranges.push({ start: at, end: at + what.length });
  }
  return ranges;
}

/** A call of six fragments; `pauseMs` of nothing follow the fragment `pauseAfter`. */
export function call(tagsAt: 'before' | 'after', pauseAfter: number, pauseMs: number): Call {
  const dump = new DumpBuilder({ plan: { tagsAt } });
  const fragments: Call['fragments'] = [];
  const payloads: Call['payloads'] = [];
  let start = 0;
  for (let index = 0; index < FRAGMENTS; index++) {
    const startMs = dump.nextMs;
    const blocks = dump.nextBlocks(BLOCKS);
    const bytes = dump.add({ blocks });
    const heard = (side: 'from' | 'to'): Buffer =>
      Buffer.concat(
        blocks.filter(({ direction }) => direction === side).map(({ samples }) => littleEndian(samples)),
      );
    const audio = { from: heard('from'), to: heard('to') };
    fragments.push({ start, end: start + bytes.length, startMs, audio });
    for (const block of blocks) {
      const payload = bytes.indexOf(littleEndian(block.samples));
      payloads.push({ start: start + payload, end: start + payload + 2 * block.samples.length });
    }
    start += bytes.length;
    if (index === pauseAfter) dump.pause(pauseMs);
  }
  const { bytes } = dump.finish();
  const numbers = Array.from({ length: FRAGMENTS }, (_, i) => fragmentNumber(i));
  const identities = [CONTACT_ID, ...numbers, FROM_CUSTOMER.name!, TO_CUSTOMER.name!].flatMap((text) =>
    rangesOf(bytes, text),
  );
  return { bytes, fragments, identities, payloads };
}

export interface Flip {
  offset: number;
  byte: number;
}

/** A changed byte in fragment `index`, outside its audio and what says whose and which it is. */
export function flipIn(
  { bytes, fragments, identities, payloads }: Call,
  index: number,
  random: Random,
): Flip {
  const { start, end } = fragments[index]!;
  const spared = [...identities, ...payloads];
  let offset: number;
  do offset = random.between(start, end - 1);
  while (spared.some((range) => offset >= range.start && offset < range.end));
  const change = random.below(2) === 0 ? 1 << random.below(8) : random.between(1, 255);
  return { offset, byte: bytes[offset]! ^ change };
}

interface Recorded {
  startMs: number;
  from: Buffer | undefined;
  to: Buffer | undefined;
}

function record(bytes: Buffer): { recorded: Recorded[]; warnings: string[] } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-placement-'));
  try {
    const workspace = Workspace.create()!;
    const splitter = new StreamSplitter(folder, DEFAULT_RECORDING_OPTIONS, {}, workspace);
    const input = workspace.input(bytes.length);
    input.set(bytes);
    splitter.push(input);
    const contacts = splitter.finish('damaged');
    const recorded = contacts
      .filter(({ contactId }) => contactId === CONTACT_ID)
      .map(({ start, files }) => {
        const read = (direction: string): Buffer | undefined => {
          const file = files.find((candidate) => candidate.direction === direction);
          return file && fs.readFileSync(file.path).subarray(DATA_OFFSET);
        };
        return { startMs: Date.parse(start), from: read('from'), to: read('to') };
      });
    return { recorded, warnings: splitter.warnings.list().map(({ code, message }) => `${code}: ${message}`) };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** What does not lie in its place when fragment `damaged` of the call has that byte changed. */
export function misplaced(
  { bytes, fragments }: Call,
  damaged: number,
  { offset, byte }: Flip,
  exact: boolean,
): string[] {
  const flipped = Buffer.from(bytes);
  flipped[offset] = byte;
  const { recorded, warnings } = record(flipped);
  const faults: string[] = [];
  const most = exact ? 0 : TOLERANCE_MS * BYTES_PER_MS;
  for (const [index, { startMs, audio }] of fragments.entries()) {
    if (index === damaged) continue;
    const tolerance = index < damaged ? 0 : most;
    for (const direction of ['from', 'to'] as const) {
      const off = recorded.map((contact) => {
        const at = contact[direction]?.indexOf(audio[direction]) ?? -1;
        return at < 0 ? Number.NaN : at - (startMs - contact.startMs) * BYTES_PER_MS;
      });
      if (off.some((bytesOff) => Math.abs(bytesOff) <= tolerance)) continue;
      faults.push(
        `fragment ${index}, ${direction}: ${off.map((bytesOff) => `${bytesOff / BYTES_PER_MS} ms off`).join(', ')}`,
      );
    }
  }
  return faults.length === 0 ? [] : [...faults, ...warnings];
}

export const FRAGMENT_COUNT = FRAGMENTS;
