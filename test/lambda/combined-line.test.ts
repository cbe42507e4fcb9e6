// Both directions into one line, in any pieces, and taken up by another process at any moment.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AudioObject } from '../../src/lambda/objects/audio-object.ts';
import { CombinedLine } from '../../src/lambda/objects/combined-line.ts';

/** What an object would get. */
class Collected {
  readonly bytes: number[] = [];
  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte);
  }
  zeros(count: number): void {
    for (let i = 0; i < count; i++) this.bytes.push(0);
  }
  get samples(): number[] {
    return [...new Int16Array(Uint8Array.from(this.bytes).buffer)];
  }
}

const object = (collected: Collected) => collected as unknown as AudioObject;
const clip = (value: number) => Math.max(-32_768, Math.min(32_767, value));

/** A piece of a side: samples, or a number of frames of silence. */
const piece = fc.tuple(
  fc.constantFrom(0 as const, 1 as const),
  fc.oneof(
    fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 60 }),
  ),
);

describe('CombinedLine', () => {
  test('gives the sum and both sides, however the pieces come and whoever goes on', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(30), (pieces, restart) => {
        const stereo = new Collected();
        const mixed = new Collected();
        let line = new CombinedLine(object(stereo), object(mixed));
        const sides: [number[], number[]] = [[], []];
        pieces.forEach(([side, content], index) => {
          if (index === restart) {
            const state = JSON.parse(JSON.stringify(line.state)) as typeof line.state;
            line = new CombinedLine(object(stereo), object(mixed), state);
          }
          line.take(side, typeof content === 'number' ? content : Int16Array.from(content));
          sides[side].push(...(typeof content === 'number' ? Array<number>(content).fill(0) : content));
        });
        line.flush();
        const length = Math.max(sides[0].length, sides[1].length);
        const at = (side: 0 | 1, i: number) => sides[side][i] ?? 0;
        const frames = Array.from({ length }, (_, i) => i);
        expect(stereo.samples).toEqual(frames.flatMap((i) => [at(0, i), at(1, i)]));
        expect(mixed.samples).toEqual(frames.map((i) => clip(at(0, i) + at(1, i))));
        expect(line.late).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('a direction that is dead holds up nothing; what comes too late of it is counted', () => {
    const mixed = new Collected();
    const line = new CombinedLine(undefined, object(mixed));
    for (let i = 0; i < 4; i++) line.take(0, new Int16Array(100_000).fill(7));
    // Thirty seconds of lead, then fifteen are left.
    expect(mixed.bytes.length / 2).toBe(180_000);
    line.take(1, new Int16Array(400_000).fill(1));
    line.flush();
    expect(line.late).toBe(180_000);
    expect(mixed.samples.slice(0, 180_000).every((sample) => sample === 7)).toBe(true);
    expect(mixed.samples.slice(180_000).every((sample) => sample === 8)).toBe(true);
    expect(mixed.samples).toHaveLength(400_000);
  });
});
