import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WavReader } from '../../src/audio/wav-reader.ts';
import { pieces, wavBytes } from './wav-bytes.ts';

async function all(reader: WavReader, blockFrames = 100): Promise<number[]> {
  const block = new Int16Array(blockFrames * reader.channels);
  const samples: number[] = [];
  for (;;) {
    const frames = await reader.read(block);
    samples.push(...block.subarray(0, frames * reader.channels));
    if (frames < blockFrames) return samples;
  }
}

const samples16 = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 300 });
const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });

describe('WavReader', () => {
  test('gives the samples in any chunking, form and block size, past any chunks', async () => {
    const extra = fc.array(
      fc.record({
        id: fc.constantFrom('LIST', 'bext', 'JUNK', 'fact'),
        body: fc.uint8Array({ maxLength: 51 }),
      }),
      { maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        samples16,
        lengths,
        extra,
        fc.constantFrom('RIFF' as const, 'RF64' as const),
        fc.integer({ min: 1, max: 40 }),
        async (samples, chunking, chunks, form, block) => {
          fc.pre(samples.length > 0);
          const bytes = wavBytes({ samples, extra: chunks, form });
          const trailing = Buffer.concat([bytes, Buffer.from('LIST\x04\0\0\0abcd', 'latin1')]);
          const reader = await WavReader.open(pieces(trailing, chunking, trailing.length));
          expect(reader.frames).toBe(samples.length);
          expect(await all(reader, block)).toEqual(samples);
          expect(reader.missingFrames).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('frames of several channels stay whole', async () => {
    const reader = await WavReader.open(
      pieces(wavBytes({ samples: [1, 2, 3, 4, 5, 6, 7], channels: 2 }), [7]),
    );
    expect(await all(reader, 2)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a file that was cut off tells what is missing', async () => {
    const whole = wavBytes({ samples: [1, 2, 3, 4, 5, 6] });
    const cut = whole.subarray(0, whole.length - 5);
    const reader = await WavReader.open(pieces(cut, [9], cut.length));
    expect(reader.frames).toBe(3);
    expect(await all(reader)).toEqual([1, 2, 3]);
    expect(reader.missingFrames).toBe(3);
  });

  test.each([
    [0, 0],
    [0, 36],
    [0, 0xffff_ffff],
    [0xffff_ffff, 0xffff_ffff],
    [0xffff_ffff, 42],
  ])('a size left at %d in a form of %d runs to the end', async (declared, riff) => {
    const bytes = wavBytes({ samples: [5, -6, 7], declared, riff });
    const open = await WavReader.open(pieces(bytes, [5]));
    expect(open.frames).toBeUndefined();
    expect(await all(open)).toEqual([5, -6, 7]);
    expect(open.missingFrames).toBe(0);
    expect((await WavReader.open(pieces(bytes, [5], bytes.length))).frames).toBe(3);
  });

  test('an empty data chunk before others is no audio', async () => {
    const list = Buffer.from('LIST\x04\0\0\0abcd', 'latin1');
    const bytes = wavBytes({ data: list, declared: 0 });
    const reader = await WavReader.open(pieces(bytes, [5], bytes.length));
    expect(reader.frames).toBe(0);
    expect(await all(reader)).toEqual([]);
    expect(reader.missingFrames).toBe(0);
  });

  test.each(['not-wav', 'unsupported-wav'])('a source that is refused as %s is let go of', async (code) => {
    const bytes =
      code === 'not-wav' ? Buffer.alloc(64) : wavBytes({ formatTag: 0x55, data: new Uint8Array(9) });
    let ended = false;
    const source = {
      name: 'a.wav',
      async *chunks() {
        try {
          for (;;) yield bytes;
        } finally {
          ended = true;
        }
      },
    };
    await expect(WavReader.open(source)).rejects.toMatchObject({ code });
    expect(ended).toBe(true);
  });

  test('other widths and G.711 become 16-bit', async () => {
    const read = async (formatTag: number, bits: number, data: number[]) =>
      await all(
        await WavReader.open(pieces(wavBytes({ formatTag, bits, data: Uint8Array.from(data) }), [3])),
      );
    expect(await read(1, 8, [128, 255, 0])).toEqual([0, 0x7f00, -0x8000]);
    expect(await read(1, 24, [0xff, 1, 2, 0xff, 0xff, 0xff])).toEqual([0x0201, -1]);
    // Table values of G.711: the loudest codes.
    expect(await read(7, 8, [0x80, 0x00, 0xff])).toEqual([32_124, -32_124, 0]);
    expect(await read(6, 8, [0xaa, 0x2a])).toEqual([32_256, -32_256]);
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'not-wav'],
    ['text', Buffer.from('no wave file, but long enough to be one'), 'not-wav'],
    ['a dump', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, ...Buffer.alloc(40)]), 'not-wav'],
    ['a header cut off', wavBytes({ samples: [1] }).subarray(0, 30), 'not-wav'],
    ['no fmt chunk', Buffer.concat([Buffer.from('RIFF0000WAVEdata'), Buffer.alloc(8)]), 'not-wav'],
    ['a codec', wavBytes({ formatTag: 0x55, bits: 0, data: new Uint8Array(9) }), 'unsupported-wav'],
    ['no channels', wavBytes({ channels: 0, samples: [1] }), 'unsupported-wav'],
    ['a rate of 0', wavBytes({ rate: 0, samples: [1] }), 'unsupported-wav'],
  ])('refuses %s', async (_what, bytes, code) => {
    await expect(WavReader.open(pieces(bytes, [13]))).rejects.toMatchObject({ code });
  });

  test('a header without an end is given up, not collected', async () => {
    let handed = 0;
    const endless = {
      name: 'endless.wav',
      async *chunks() {
        yield Buffer.from('RIFF\xff\xff\xff\xffWAVEJUNK\xff\xff\xff\x7f', 'latin1');
        for (;;) {
          handed += 65_536;
          yield Buffer.alloc(65_536);
        }
      },
    };
    await expect(WavReader.open(endless)).rejects.toMatchObject({ code: 'not-wav' });
    expect(handed).toBeLessThan(8 * 1024 * 1024);
  });
});
