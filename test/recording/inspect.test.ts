// What `inspect` says of a dump's contacts, against what a recording makes of the same dump.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectSource } from '../../src/recording/inspect.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { ROOT } from '../cli/run-cli.ts';
import { memorySource } from './memory-source.ts';

async function both(name: string) {
  const dump = fs.readFileSync(path.join(ROOT, 'fixtures', `${name}.mkv`));
  const inspected = await inspectSource(memorySource(dump), { fragments: true });
  const recorded = await splitSource(memorySource(dump), undefined, DEFAULT_RECORDING_OPTIONS);
  return { inspected, recorded };
}

describe.each(['ebml-lacing', 'fixed-lacing', 'xiph-lacing', 'flipped-cluster-timestamp', 'plain-call'])(
  '%s',
  (name) => {
    test('contacts are as long, and have as many fragments, as their recordings', async () => {
      const { inspected, recorded } = await both(name);
      expect(
        inspected.contacts.map(({ start, end, fragments }) => ({
          start,
          durationMs: Date.parse(end) - Date.parse(start),
          fragments,
        })),
      ).toEqual(
        recorded.contacts.map(({ start, durationMs, fragments }) => ({
          start,
          durationMs,
          fragments: fragments.count,
        })),
      );
    });

    test('the blocks of the fragments are those of the dump', async () => {
      const { inspected } = await both(name);
      const blocks = inspected.fragments!.reduce((sum, fragment) => sum + fragment.blocks, 0);
      expect(blocks).toBe(inspected.blocks);
    });
  },
);

test('a time that nothing bears out is damage, as in a recording', async () => {
  const { inspected, recorded } = await both('flipped-cluster-timestamp');
  const corrupt = ({ code }: { code: string }) => code === 'corrupt';
  expect(inspected.warnings.filter(corrupt)).toEqual(recorded.warnings.filter(corrupt));
});
