// However the bytes of a dump are cut into pieces, the same comes out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildFragment,
  contactTags,
  EBML_HEADER,
  fragmentNumber,
  START_MS,
  serviceTags,
} from '../../fixtures/connect-profile.ts';
import { corpus } from '../../fixtures/corpus.ts';
import { element, flatten, ID, uint } from '../../fixtures/mkv-writer.ts';
import { KvsrecError } from '../../src/errors.ts';
import { HEADROOM_BYTES, Workspace } from '../../src/kernels/workspace.ts';
import { inspectSource } from '../../src/recording/inspect.ts';
import { StreamSplitter } from '../../src/recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { memorySource } from './memory-source.ts';

const options = { ...DEFAULT_RECORDING_OPTIONS, digest: true };

/** Smaller than most fixtures. */
const INPUT_BYTES = 16 * 1024;

/** Everything that reading says: structure, fragments, tags, warnings, and the audio's digests. */
async function reading(bytes: Uint8Array, chunk: () => number, workspace?: Workspace): Promise<unknown> {
  const inspection = await inspectSource(memorySource(bytes, chunk), { fragments: true, tags: true });
  const splitter = new StreamSplitter(undefined, options, {}, workspace);
  const buffer = workspace?.input(INPUT_BYTES);
  try {
    for await (const piece of memorySource(bytes, chunk).chunks(buffer)) splitter.push(piece);
    return { inspection, contacts: splitter.finish('memory'), warnings: splitter.warnings.list() };
  } catch (error) {
    if (!(error instanceof KvsrecError)) throw error;
    return { inspection, code: error.code };
  }
}

describe.each(corpus.map((fixture) => ({ name: fixture.name, fixture })))('$name', ({ fixture }) => {
  const { bytes } = fixture.build();
  const whole = reading(bytes, () => bytes.length);

  it('is the same in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(3, 20, 300, 5_000, 40_000),
        fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
        async (most, sizes) => {
          let turn = 0;
          const chunk = (): number => 1 + (sizes[turn++ % sizes.length]! % most);
          expect(await reading(bytes, chunk)).toEqual(await whole);
          expect(await reading(bytes, chunk, Workspace.create())).toEqual(await whole);
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });

  it('is the same one byte at a time', async () => {
    expect(await reading(bytes, () => 1)).toEqual(await whole);
    expect(await reading(bytes, () => 1, Workspace.create())).toEqual(await whole);
  });

  it('is the same wherever the memory of the compiled loops ends', async () => {
    for (const left of [0, 200, 8_000, 20_000, 50_000, 200_000, 400_000]) {
      const workspace = Workspace.create()!;
      workspace.bytes(workspace.left - left - INPUT_BYTES - HEADROOM_BYTES);
      expect(await reading(bytes, () => 10_000, workspace)).toEqual(await whole);
    }
  });
});

it('is the same where documents end before their tags', async () => {
  // Were the two taken for the beginning of one document, its ticks would be those of neither.
  const scale = 100_000;
  const stub = flatten([
    EBML_HEADER,
    element(ID.Segment, element(ID.Info, uint(ID.TimestampScale, 500_000)), { unknown: true }),
  ]);
  const documents = Array.from({ length: 6 }, (_, index) => {
    const ms = START_MS + index * 64;
    const number = fragmentNumber(index);
    const fragment = buildFragment({
      timestampScale: scale,
      tagsBefore: [serviceTags(number, ms), ...contactTags()],
      clusters: [
        { timestamp: ms * 10, blocks: [{ track: 1, timecode: 0, frames: [Buffer.alloc(1024, index)] }] },
      ],
    });
    return index === 0 ? [fragment] : [stub, fragment];
  });
  const bytes = Buffer.concat(documents.flat());
  const single = await reading(bytes, () => 1);
  expect(await reading(bytes, () => bytes.length)).toEqual(single);
  expect(await reading(bytes, () => bytes.length, Workspace.create())).toEqual(single);
});
