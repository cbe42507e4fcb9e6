// Damaged dumps by the thousand: nothing that was not damaged is ever lost, and nothing else goes wrong.
import { spawn } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../cli/run-cli.ts';
import { check, describeCase, faultsOf, fuzzCase, readAll } from './check.ts';
import { fixtureDump, smallDumps } from './dumps.ts';
import { applyEdits, MUTATION_KINDS } from './mutate.ts';

const SEED = 20_240_918;
const PER_DUMP = 3334;

const dumps = smallDumps();

interface Fuzzed {
  status: number | null;
  output: string;
}

/** By dump: processes of their own, two at a time, which the measuring of coverage would take twice as long. */
const fuzzed = new Map<string, Promise<Fuzzed>>();

beforeAll(() => {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  for (const [index, { name }] of dumps.entries()) {
    const lane = index % lanes.length;
    const run = lanes[lane]!.then(() => fuzz(name));
    lanes[lane] = run;
    fuzzed.set(name, run);
  }
});

function fuzz(name: string): Promise<Fuzzed> {
  const options = ['--count', String(PER_DUMP), '--seed', String(SEED), '--fixture', name];
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/fuzz/run.ts', ...options], { cwd: ROOT });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}

describe.each(dumps.map((dump) => ({ name: dump.name, dump })))('$name', ({ dump }) => {
  it('is read as it was built', () => {
    expect(
      faultsOf(
        dump,
        [],
        readAll(dump.bytes, () => dump.bytes.length),
      ),
    ).toEqual([]);
    expect(readAll(dump.bytes, () => dump.bytes.length).contents).toHaveLength(dump.documents.length);
  });

  it('keeps everything that no damage touches', async () => {
    const { status, output } = await fuzzed.get(dump.name)!;
    expect(output).toContain(`All ${PER_DUMP} dumps passed`);
    expect(status).toBe(0);
  });
});

describe.each([
  'several-clusters',
  'several-fragments-in-segment',
  'known-size-segment',
  'void-and-crc32',
  'xiph-lacing',
])('%s', (name) => {
  it('keeps everything that no damage touches', () => {
    const dump = fixtureDump(name);
    for (let i = 0; i < 100; i++) {
      const fuzzed = fuzzCase(dump, SEED + i);
      const faults = check(fuzzed);
      if (faults.length > 0) expect.fail(`${faults.join('\n')}\n${describeCase(fuzzed)}`);
    }
  });
});

describe('the mutations', () => {
  it('are the same for the same seed', () => {
    const [dump] = dumps;
    expect(fuzzCase(dump!, 7).bytes.equals(fuzzCase(dump!, 7).bytes)).toBe(true);
  });

  it('come in every kind, and each changes the dump', () => {
    const [dump] = dumps;
    const seen = new Set<string>();
    let same = 0;
    for (let seed = 0; seed < 500; seed++) {
      const { edits, bytes } = fuzzCase(dump!, seed);
      for (const { kind } of edits) seen.add(kind);
      if (bytes.equals(dump!.bytes)) same++;
    }
    expect([...seen].sort()).toEqual([...MUTATION_KINDS].sort());
    // A run of zeros over zeros, say.
    expect(same).toBeLessThan(20);
  });

  it('leave the rest of the dump where it stood', () => {
    const [dump] = dumps;
    const edits = [{ kind: 'insertion' as const, start: 3, end: 5, inserted: Buffer.from('abc') }];
    const bytes = applyEdits(dump!.bytes, edits);
    expect(bytes.subarray(6).equals(dump!.bytes.subarray(5))).toBe(true);
  });
});
