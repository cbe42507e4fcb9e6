// One fuzz case: damages a dump, reads it, and says what does not hold.
import { KvsrecError } from '../../src/errors.ts';
import { FragmentAssembler } from '../../src/kvs/assembler.ts';
import { StreamSplitter } from '../../src/recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { contentOf, type FuzzDump, identityOf } from './dumps.ts';
import { applyEdits, type Edit, isUntouched, mutations } from './mutate.ts';
import { type Random, seeded } from './random.ts';

/** The processor's time that a small dump may take at most, milliseconds. */
const MAX_MS = 5000;

interface Readings {
  contents: string[];
  /** By content: damage can repeat a fragment's blocks under other tags. */
  identities: Map<string, Set<string>>;
  /** Everything in order, damage included. */
  events: string[];
}

/** Pushes the bytes in pieces of `chunk()` bytes each. */
function pushAll(bytes: Buffer, into: { push(chunk: Uint8Array): void }, chunk: () => number): void {
  // Every piece lies in the same place, on top of the one before: nothing may refer to a chunk once it was taken.
  const place = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, chunk());
    for (let i = 0; i < size; i++) place[i] = bytes[at + i]!;
    into.push(new Uint8Array(place.buffer, 0, size));
    at += size;
  }
  place.fill(0x5a);
}

export function readAll(bytes: Buffer, chunk: () => number): Readings {
  const readings: Readings = { contents: [], identities: new Map(), events: [] };
  const assembler = new FragmentAssembler({
    fragment(fragment) {
      const content = contentOf(fragment);
      readings.contents.push(content);
      const identities = readings.identities.get(content) ?? new Set();
      readings.identities.set(content, identities.add(identityOf(fragment)));
      readings.events.push(`${fragment.offset}|${fragment.state}|${identityOf(fragment)}|${content}`);
    },
    tagsOnly(tags, offset) {
      readings.events.push(`tags|${offset}|${[...tags].join()}`);
    },
    damage(damage) {
      readings.events.push(`damage|${Object.values(damage).join('|')}`);
    },
  });
  pushAll(bytes, assembler, chunk);
  assembler.end();
  return readings;
}

/** What is missing or wrong of the documents that no edit touches. */
export function faultsOf(dump: FuzzDump, edits: readonly Edit[], found: Readings): string[] {
  const faults: string[] = [];
  let after = -1;
  for (const [index, { start, end, contents, identity }] of dump.documents.entries()) {
    if (!isUntouched(start, end, edits)) continue;
    for (const content of contents) {
      const at = found.contents.indexOf(content);
      if (at < 0) faults.push(`document ${index} at [${start}, ${end}) was not damaged and is not there`);
      else if (found.contents.lastIndexOf(content) <= after) faults.push(`document ${index} is out of order`);
      after = Math.max(after, at);
      // Tags that damage puts right behind a fragment are its own by the rules.
      const apart = !edits.some((edit) => edit.start === end);
      const identities = found.identities.get(content);
      if (apart && identity !== undefined && identities?.has(identity) === false) {
        faults.push(`document ${index} has other tags: ${[...identities].join(', ')}`);
      }
    }
  }
  return faults;
}

/** Runs the recording engine over it; an error that is meant for people is fine. */
function record(bytes: Buffer): void {
  const splitter = new StreamSplitter(undefined, DEFAULT_RECORDING_OPTIONS);
  try {
    splitter.push(bytes);
    splitter.finish('fuzzed');
  } catch (error) {
    splitter.discard();
    if (!(error instanceof KvsrecError)) throw error;
  }
}

function chunking(random: Random): () => number {
  const most = random.pick([1, 7, 64, 1000]);
  return () => random.between(1, most);
}

export interface FuzzCase {
  dump: FuzzDump;
  seed: number;
  edits: Edit[];
  bytes: Buffer;
}

/** The case that a seed names. */
export function fuzzCase(dump: FuzzDump, seed: number): FuzzCase {
  const edits = mutations(dump.bytes, seeded(seed));
  return { dump, seed, edits, bytes: applyEdits(dump.bytes, edits) };
}

/** What does not hold of a case; empty when all is well. */
export function check({ dump, seed, edits, bytes }: FuzzCase): string[] {
  const random = seeded(seed ^ 0x5eed);
  const began = process.cpuUsage();
  const faults: string[] = [];
  try {
    const whole = readAll(bytes, () => bytes.length);
    faults.push(...faultsOf(dump, edits, whole));
    const chunked = readAll(bytes, chunking(random));
    const differs = whole.events.findIndex((event, i) => event !== chunked.events[i]);
    if (differs >= 0 || whole.events.length !== chunked.events.length) {
      faults.push(`the chunking of the input shows at event ${differs}`);
    }
    record(bytes);
  } catch (error) {
    faults.push(`an exception: ${(error as Error).stack}`);
  }
  const { user, system } = process.cpuUsage(began);
  const took = (user + system) / 1000;
  if (took > MAX_MS) faults.push(`it took ${Math.round(took)} ms`);
  return faults;
}

/** A case in words, to repeat it. */
export function describeCase({ dump, seed, edits }: FuzzCase): string {
  const damage = edits.map(
    ({ kind, start, end, inserted }) =>
      `${kind}: [${start}, ${end}) became ${inserted.length} bytes ${inserted.subarray(0, 32).toString('hex')}`,
  );
  return `npm run fuzz -- --count 1 --seed ${seed} --fixture ${dump.name}\n  ${damage.join('\n  ')}`;
}
