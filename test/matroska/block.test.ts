// Blocks: track numbers, signed timecodes, the three lacings, and laces that do not add up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockContent, blockContent, flatten, type Lacing } from '../../fixtures/mkv-writer.ts';
import { BlockHeader } from '../../src/matroska/block.ts';

/** Parses a payload that stands in the middle of other bytes. */
function parse(payload: Uint8Array) {
  const bytes = Buffer.concat([Buffer.alloc(5, 0xee), payload, Buffer.alloc(5, 0xee)]);
  const header = new BlockHeader();
  const fault = header.parse(bytes, 5, 5 + payload.length);
  const frames = Array.from({ length: fault === undefined ? header.frames : 0 }, (_, i) =>
    Buffer.from(bytes.subarray(header.starts[i], header.ends[i])),
  );
  return { fault, frames, track: header.track, timecode: header.timecode };
}

function frame(length: number, fill = 1): Buffer {
  return Buffer.alloc(length, fill);
}

function written(block: Partial<BlockContent>): Buffer {
  return flatten(blockContent({ track: 1, timecode: 0, frames: [frame(4)], ...block }));
}

describe('a block', () => {
  it.each([0, 1, -1, 64, -64, 32_767, -32_768])('has the signed timecode %i', (timecode) => {
    expect(parse(written({ timecode }))).toMatchObject({ fault: undefined, timecode });
  });

  it('has one frame without lacing', () => {
    const payload = Buffer.from('a sound');
    const { track, frames } = parse(written({ track: 2, frames: [payload] }));
    expect(track).toBe(2);
    expect(frames).toEqual([payload]);
  });

  it('may be empty', () => {
    expect(parse(written({ frames: [frame(0)] }))).toMatchObject({ fault: undefined, frames: [frame(0)] });
  });

  it('may have a wide track number', () => {
    const narrow = written({});
    const wide = Buffer.concat([Buffer.from([0x41, 0x23]), narrow.subarray(1)]);
    expect(parse(wide)).toMatchObject({ fault: undefined, track: 0x123, frames: [frame(4)] });
  });

  it.each([
    ['81 00 00', /too short/],
    ['', /too short/],
    ['00 00 00 00 00', /track number/],
    ['08 00 00 00 01 00 00 80 01', /track number/],
    ['40 01 00 00', /track number/],
  ])('is refused: %s', (hex, reason) => {
    expect(parse(Buffer.from(hex.replaceAll(' ', ''), 'hex')).fault).toMatch(reason);
  });
});

describe('a lace', () => {
  it.each(['xiph', 'ebml'] as const)('of the %s kind gives back any frames', (lacing) => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(3), fc.integer({ min: 250, max: 260 }), fc.nat(3000)), {
          minLength: 1,
          maxLength: 256,
        }),
        (lengths) => {
          const frames = lengths.map((length, i) => frame(length, i));
          expect(parse(written({ lacing, frames })).frames).toEqual(frames);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([1, 2, 3, 256])('of the fixed kind gives back %i frames', (count) => {
    const frames = Array.from({ length: count }, (_, i) => frame(40, i));
    expect(parse(written({ lacing: 'fixed', frames })).frames).toEqual(frames);
  });

  const HEADER: Record<Exclude<Lacing, 'none'>, string> = {
    xiph: '81000002',
    fixed: '81000004',
    ebml: '81000006',
  };

  it.each([
    ['xiph', '', /no frame count/],
    ['xiph', '01', /cut off/],
    ['xiph', '01ffff', /cut off/],
    ['xiph', '010500', /larger than their block/],
    ['fixed', '', /no frame count/],
    ['fixed', '01aabbcc', /not of one size/],
    ['ebml', '', /no frame count/],
    ['ebml', '01', /cut off/],
    ['ebml', '0100', /not valid/],
    ['ebml', '0140', /not valid/],
    ['ebml', '01ff00', /not valid/],
    ['ebml', '028180aabb', /negative size/],
    ['ebml', '0190aa', /larger than their block/],
  ] as const)('of the %s kind that reads “%s” is refused', (lacing, rest, reason) => {
    expect(parse(Buffer.from(HEADER[lacing] + rest, 'hex')).fault).toMatch(reason);
  });

  it('never gives frames outside its block, whatever it says', () => {
    fc.assert(
      fc.property(fc.constantFrom(0x02, 0x04, 0x06), fc.uint8Array({ maxLength: 40 }), (lacing, rest) => {
        const payload = Buffer.concat([Buffer.from([0x81, 0, 0, lacing]), rest]);
        const { fault, frames } = parse(payload);
        if (fault !== undefined) return;
        const bytes = frames.reduce((sum, { length }) => sum + length, 0);
        expect(bytes).toBeLessThan(rest.length);
        const end = Buffer.from(rest).subarray(rest.length - bytes);
        expect(Buffer.concat(frames).equals(end)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
