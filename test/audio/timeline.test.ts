// The timeline against a naive one that holds every sample.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrackTimeline } from '../../src/audio/timeline.ts';

interface Block {
  position: number;
  frames: number;
}

/** The rule once more, on samples; a block's samples are numbered, silence is 0. */
function naive(blocks: readonly Block[], tolerance: number): number[] {
  const samples: number[] = [];
  for (const [index, { position, frames }] of blocks.entries()) {
    const block = Array.from({ length: frames }, (_, i) => (index + 1) * 1000 + i);
    const near = index > 0 && Math.abs(position - samples.length) <= tolerance;
    if (near) {
      samples.push(...block);
      continue;
    }
    while (samples.length < position) samples.push(0);
    samples.push(...block.slice(samples.length - position));
  }
  return samples;
}

function placed(blocks: readonly Block[], tolerance: number): number[] {
  const timeline = new TrackTimeline();
  const samples: number[] = [];
  for (const [index, { position, frames }] of blocks.entries()) {
    timeline.place(position, frames, tolerance);
    for (let i = 0; i < timeline.silence; i++) samples.push(0);
    for (let i = 0; i < timeline.kept; i++) samples.push((index + 1) * 1000 + timeline.skip + i);
    expect(timeline.end).toBe(samples.length);
    expect(timeline.skip + timeline.kept).toBe(frames);
  }
  return samples;
}

describe('TrackTimeline', () => {
  it('places blocks like the naive one', () => {
    const block = fc.record({ position: fc.nat(400), frames: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), fc.nat(50), (blocks, tolerance) => {
        expect(placed(blocks, tolerance)).toEqual(naive(blocks, tolerance));
      }),
      { numRuns: 2000 },
    );
  });

  it('puts the first block exactly where it says, within the tolerance, too', () => {
    const timeline = new TrackTimeline();
    timeline.place(5, 10, 800);
    expect(timeline).toMatchObject({ silence: 5, skip: 0, kept: 10, end: 15, started: true });
  });

  it.each([
    [110, { silence: 0, skip: 0, kept: 50 }],
    [90, { silence: 0, skip: 0, kept: 50 }],
    [111, { silence: 11, skip: 0, kept: 50 }],
    [89, { silence: 0, skip: 11, kept: 39 }],
    [20, { silence: 0, skip: 50, kept: 0 }],
  ])('after 100 frames, with a tolerance of 10, a block at %i', (position, expected) => {
    const timeline = new TrackTimeline();
    timeline.append(100);
    timeline.place(position, 50, 10);
    expect(timeline).toMatchObject(expected);
  });
});
