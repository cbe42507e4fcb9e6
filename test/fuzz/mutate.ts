// Seeded damage. Every mutation is an edit: a range of the dump and the bytes that stand in its place.
import type { Random } from './random.ts';

/** `bytes[start, end)` of the undamaged dump was replaced by `inserted`. */
export interface Edit {
  kind: MutationKind;
  start: number;
  end: number;
  inserted: Buffer;
}

type Make = (bytes: Buffer, random: Random) => Omit<Edit, 'kind'>;

/** Mostly short lengths, now and then one that spans fragments. */
function length(bytes: Buffer, random: Random): number {
  const most = random.pick([4, 16, 64, 512, bytes.length >> 1]);
  return random.between(1, Math.max(1, most));
}

/** `inserted` over as many bytes as there are from `start` on. */
function over(bytes: Buffer, start: number, inserted: Buffer): Omit<Edit, 'kind'> {
  const end = Math.min(bytes.length, start + inserted.length);
  return { start, end, inserted: inserted.subarray(0, end - start) };
}

const KINDS = {
  'byte flip': (bytes, random) => {
    const start = random.below(bytes.length);
    return over(bytes, start, Buffer.from([bytes[start]! ^ random.between(1, 255)]));
  },
  'bit flip': (bytes, random) => {
    const start = random.below(bytes.length);
    return over(bytes, start, Buffer.from([bytes[start]! ^ (1 << random.below(8))]));
  },
  insertion: (bytes, random) => {
    const start = random.below(bytes.length + 1);
    return { start, end: start, inserted: random.bytes(random.between(1, 64)) };
  },
  deletion: (bytes, random) => {
    const start = random.below(bytes.length);
    return { start, end: Math.min(bytes.length, start + length(bytes, random)), inserted: Buffer.alloc(0) };
  },
  truncation: (bytes, random) => {
    return { start: random.below(bytes.length), end: bytes.length, inserted: Buffer.alloc(0) };
  },
  splice: (bytes, random) => {
    const from = random.below(bytes.length);
    const inserted = bytes.subarray(from, from + length(bytes, random));
    const start = random.below(bytes.length);
    return random.below(2) === 0 ? over(bytes, start, inserted) : { start, end: start, inserted };
  },
  'repeated range': (bytes, random) => {
    const end = random.between(1, bytes.length);
    const inserted = bytes.subarray(Math.max(0, end - length(bytes, random)), end);
    return { start: end, end, inserted };
  },
  'run of zeros': (bytes, random) =>
    over(bytes, random.below(bytes.length), Buffer.alloc(length(bytes, random))),
  'run of ones': (bytes, random) =>
    over(bytes, random.below(bytes.length), Buffer.alloc(length(bytes, random), 0xff)),
} satisfies Record<string, Make>;

export type MutationKind = keyof typeof KINDS;

export const MUTATION_KINDS = Object.keys(KINDS) as MutationKind[];

/** One to three edits that lie apart from each other, in the order of their place. */
export function mutations(bytes: Buffer, random: Random): Edit[] {
  const count = random.pick([1, 1, 1, 2, 3]);
  const edits: Edit[] = [];
  for (let i = 0; i < count; i++) {
    const kind = random.pick(MUTATION_KINDS);
    const edit: Edit = { kind, ...KINDS[kind](bytes, random) };
    if (edits.every(({ start, end }) => edit.end < start || edit.start > end)) edits.push(edit);
  }
  return edits.sort((a, b) => a.start - b.start);
}

/** The dump with its damage. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, inserted } of edits) {
    parts.push(bytes.subarray(at, start), inserted);
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

/** Whether a range is as it was: what changed lies before its first byte or after its last. */
export function isUntouched(start: number, end: number, edits: readonly Edit[]): boolean {
  return edits.every((edit) => edit.end <= start || edit.start >= end);
}
