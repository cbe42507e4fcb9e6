// One fuzz case: damages a dump, reads it, and says what does not hold.
import { KvsrecError } from '../../src/errors.ts';
import { Workspace } from '../../src/kernels/workspace.ts';
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
function pushAll(
  bytes: Buffer,
  into: { push(chunk: Uint8Array): void },
  chunk: () => number,
  workspace?: Workspace,
): void {
  // Every piece lies in the same place, on top of the one before: nothing may refer to a chunk once it was taken.
  const place = workspace?.input(bytes.length) ?? new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, chunk());
    for (let i = 0; i < size; i++) place[i] = bytes[at + i]!;
    into.push(place.subarray(0, size));
    at += size;
  }
  place.fill(0x5a);
}

export function readAll(bytes: Buffer, chunk: () => number, workspace?: Workspace): Readings {
  const readings: Readings = { contents: [], identities: new Map(), events: [] };
  const assembler = new FragmentAssembler(
    {
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
    },
    workspace,
  );
  pushAll(bytes, assembler, chunk, workspace);
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

function differences(one: Readings, other: Readings, what: string): string[] {
  const at = one.events.findIndex((event, i) => event !== other.events[i]);
  return at >= 0 || one.events.length !== other.events.length ? [`${what} at event ${at}`] : [];
}

/** A new one takes longer than a case does, and each has room for several. */
const WORKSPACE_ROOM = 1024 * 1024;

let workspace: Workspace | undefined;

function workspaceWithRoom(): Workspace {
  if (workspace === undefined || workspace.left < WORKSPACE_ROOM) workspace = Workspace.create()!;
  return workspace;
}

/** Runs the recording engine over it; an error that is meant for people is fine. */
function record(bytes: Buffer, workspace?: Workspace): void {
  const splitter = new StreamSplitter(undefined, DEFAULT_RECORDING_OPTIONS, {}, workspace);
  try {
    pushAll(bytes, splitter, () => 4096, workspace);
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
    faults.push(...differences(whole, chunked, 'the chunking of the input shows'));
    const compiled = readAll(bytes, chunking(random), workspaceWithRoom());
    faults.push(...differences(whole, compiled, 'the compiled loops and a chunking show'));
    record(bytes);
    record(bytes, workspaceWithRoom());
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
