// A damaged fragment costs its own audio only: all other audio lies where its time says.
import { describe, expect, it } from 'vitest';
import { call, FRAGMENT_COUNT, flipIn, misplaced } from './placement.ts';
import { seeded } from './random.ts';

const FLIPS = 100;
const PAUSE_MS = 640;

const cases = (['before', 'after'] as const).flatMap((tagsAt) =>
  Array.from({ length: FRAGMENT_COUNT }, (_, damaged) => ({ tagsAt, damaged })),
);

describe.each(cases)('contact tags $tagsAt the Cluster, fragment $damaged damaged', ({ tagsAt, damaged }) => {
  it.each([
    { what: 'with a pause after it, to the sample', pauseMs: PAUSE_MS },
    { what: 'without one, within the gap tolerance', pauseMs: 0 },
  ])('$what', ({ pauseMs }) => {
    const built = call(tagsAt, damaged, pauseMs);
    for (let seed = 0; seed < FLIPS; seed++) {
      const flip = flipIn(built, damaged, seeded(1000 * damaged + seed));
      const faults = misplaced(built, damaged, flip, pauseMs > 0);
      if (faults.length > 0) {
        const at = flip.offset - built.fragments[damaged]!.start;
        expect.fail(`byte ${at} of the fragment became ${flip.byte}:\n${faults.join('\n')}`);
      }
    }
  });
});

describe('what was misplaced once', () => {
  it.each([
    {
      what: 'the first block of all claims to be 2 s late',
      tagsAt: 'before',
      damaged: 0,
      at: 1060,
      byte: 0x08,
    },
    {
      what: 'the first block of all claims to be 16 s late',
      tagsAt: 'before',
      damaged: 0,
      at: 1060,
      byte: 0x3f,
    },
    { what: 'the other track’s first is 512 ms late', tagsAt: 'before', damaged: 0, at: 2097, byte: 0x02 },
    { what: 'a Cluster runs 182 ms into the next one', tagsAt: 'after', damaged: 2, at: 551, byte: 0xca },
    { what: 'a Cluster runs 128 ms into the next one', tagsAt: 'after', damaged: 3, at: 551, byte: 0xd4 },
  ] as const)('$what', ({ tagsAt, damaged, at, byte }) => {
    const built = call(tagsAt, damaged, 0);
    const offset = built.fragments[damaged]!.start + at;
    expect(misplaced(built, damaged, { offset, byte }, false)).toEqual([]);
  });
});

it('notices audio that is not there', () => {
  const built = call('before', 2, 0);
  const elsewhere = built.payloads.at(-1)!.start;
  const flip = { offset: elsewhere, byte: built.bytes[elsewhere]! ^ 1 };
  expect(misplaced(built, 2, flip, false)).not.toEqual([]);
});
