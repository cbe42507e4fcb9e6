import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseWavHeader,
  RF64_HEADER_BYTES,
  RIFF_MAX_DATA_BYTES,
  WAV_HEADER_BYTES,
  wavHeader,
} from '../../src/audio/wav.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

describe('wavHeader', () => {
  test('an hour of 8 kHz mono', () => {
    const header = wavHeader({ sampleRate: 8_000, channels: 1, dataBytes: 57_600_000 });
    expect(header.length + 57_600_000).toBe(57_600_044);
    const fields = [
      ['52494646', '24e86e03', '57415645'], // RIFF, 57,600,036 bytes, WAVE
      ['666d7420', '10000000', '0100', '0100', '401f0000', '803e0000', '0200', '1000'], // fmt
      ['64617461', '00e86e03'], // data, 57,600,000 bytes
    ];
    expect(hex(header)).toBe(fields.flat().join(''));
  });

  test('the last size that fits RIFF and the first that does not', () => {
    const last = wavHeader({ sampleRate: 8_000, channels: 1, dataBytes: RIFF_MAX_DATA_BYTES });
    expect(last.length).toBe(WAV_HEADER_BYTES);
    expect(new DataView(last.buffer).getUint32(4, true)).toBe(0xffff_fffe);
    const first = wavHeader({ sampleRate: 8_000, channels: 1, dataBytes: RIFF_MAX_DATA_BYTES + 2 });
    expect(first.length).toBe(RF64_HEADER_BYTES);
    expect(parseWavHeader(first)).toMatchObject({ dataOffset: 80, dataBytes: RIFF_MAX_DATA_BYTES + 2 });
  });

  test('RF64 by EBU Tech 3306', () => {
    const dataBytes = 0x1_0000_0000;
    const header = Buffer.from(wavHeader({ sampleRate: 8_000, channels: 2, dataBytes }));
    expect(header.subarray(0, 20)).toEqual(
      Buffer.concat([latin1('RF64'), u32(0xffff_ffff), latin1('WAVEds64'), u32(28)]),
    );
    expect(header.readBigUInt64LE(20)).toBe(BigInt(dataBytes + 80 - 8));
    expect(header.readBigUInt64LE(28)).toBe(BigInt(dataBytes));
    expect(header.readBigUInt64LE(36)).toBe(BigInt(dataBytes / 4));
    expect(header.readUInt32LE(44)).toBe(0);
    expect(header.subarray(48, 56)).toEqual(Buffer.concat([latin1('fmt '), u32(16)]));
    expect(header.subarray(72)).toEqual(Buffer.concat([latin1('data'), u32(0xffff_ffff)]));
  });

  test.each([
    { sampleRate: 0, channels: 1, dataBytes: 0 },
    { sampleRate: 8_000.5, channels: 1, dataBytes: 0 },
    { sampleRate: 8_000, channels: 0, dataBytes: 0 },
    { sampleRate: 0xffff_ffff, channels: 2, dataBytes: 0 },
    { sampleRate: 8_000, channels: 1, dataBytes: -2 },
    { sampleRate: 8_000, channels: 2, dataBytes: 6 },
    { sampleRate: 8_000, channels: 1, dataBytes: Number.POSITIVE_INFINITY },
  ])('refuses %o', (format) => {
    expect(() => wavHeader(format)).toThrowError(RangeError);
  });
});

describe('parseWavHeader', () => {
  test('reads back what wavHeader writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 768_000 }),
        fc.integer({ min: 1, max: 8 }),
        fc.oneof(fc.nat(1_000_000), fc.integer({ min: 0x1000_0000, max: 0x100_0000_0000 })),
        (sampleRate, channels, frames) => {
          const dataBytes = frames * channels * 2;
          const header = wavHeader({ sampleRate, channels, dataBytes });
          expect(parseWavHeader(header)).toEqual({
            formatTag: 1,
            channels,
            sampleRate,
            bitsPerSample: 16,
            dataOffset: header.length,
            dataBytes,
            runsToEnd: frames === 0,
          });
        },
      ),
    );
  });

  test('reads RF64 with other chunks, as ffmpeg writes it', () => {
    const bytes = Buffer.from(
      '52463634ffffffff57415645647336341c0000000a01000000000000a0000000000000005000000000000000000000' +
        '00666d74201000000001000100401f0000803e0000020010004c4953541a000000494e464f495346540e0000004c61' +
        '766635392e32372e3130300064617461ffffffff',
      'hex',
    );
    expect(parseWavHeader(bytes)).toEqual({
      formatTag: 1,
      channels: 1,
      sampleRate: 8_000,
      bitsPerSample: 16,
      dataOffset: 114,
      dataBytes: 160,
      runsToEnd: false,
    });
  });

  test('reads an extensible format, as sox writes it', () => {
    const bytes = Buffer.from(
      '524946462802000057415645666d742028000000feff0200401f000080bb000006001800160018000300000001000000' +
        '00001000800000aa00389b71666163740400000050000000' +
        '64617461e0010000',
      'hex',
    );
    expect(parseWavHeader(bytes)).toEqual({
      formatTag: 1,
      channels: 2,
      sampleRate: 8_000,
      bitsPerSample: 24,
      dataOffset: 80,
      dataBytes: 480,
      runsToEnd: false,
    });
  });

  test('reads µ-law, as sox writes it', () => {
    const bytes = Buffer.from(
      '524946468200000057415645666d74201200000007000100401f0000401f0000010008000000' +
        '666163740400000050000000' +
        '6461746150000000',
      'hex',
    );
    expect(parseWavHeader(bytes)).toMatchObject({
      formatTag: 7,
      bitsPerSample: 8,
      dataOffset: 58,
      dataBytes: 80,
    });
  });

  const ordinary = wavHeader({ sampleRate: 8_000, channels: 1, dataBytes: 100 });

  test('skips chunks of odd size with their pad byte', () => {
    const chunk = Buffer.concat([latin1('odd '), u32(3), Buffer.alloc(4)]);
    const bytes = Buffer.concat([
      ordinary.subarray(0, 12),
      chunk,
      ordinary.subarray(12, 36),
      chunk,
      ordinary.subarray(36),
    ]);
    expect(parseWavHeader(bytes)).toMatchObject({ dataOffset: 44 + 24, dataBytes: 100 });
  });

  test('a size left open runs to the end of the file', () => {
    const bytes = Buffer.concat([ordinary.subarray(0, 40), u32(0xffff_ffff)]);
    expect(parseWavHeader(bytes)).toMatchObject({ dataBytes: Number.POSITIVE_INFINITY, runsToEnd: true });
  });

  test('reads a view that does not begin its buffer', () => {
    const bytes = Buffer.concat([Buffer.alloc(5), ordinary, Buffer.alloc(9)]).subarray(5);
    expect(parseWavHeader(bytes)).toMatchObject({ sampleRate: 8_000, dataOffset: 44 });
  });

  test('what is no WAV, or ends before its data, is undefined', () => {
    for (let length = 0; length < ordinary.length; length++) {
      expect(parseWavHeader(ordinary.subarray(0, length))).toBeUndefined();
    }
    expect(parseWavHeader(latin1('RIFX\0\0\0\0WAVE'))).toBeUndefined();
    expect(parseWavHeader(latin1('RIFF\0\0\0\0AVI '))).toBeUndefined();
    const noFormat = Buffer.concat([ordinary.subarray(0, 12), ordinary.subarray(36)]);
    expect(parseWavHeader(noFormat)).toBeUndefined();
    const hugeChunk = Buffer.concat([
      ordinary.subarray(0, 12),
      latin1('LIST'),
      u32(0xffff_fff0),
      ordinary.subarray(12),
    ]);
    expect(parseWavHeader(hugeChunk)).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(80), (noise, at) => {
        const bytes = Buffer.concat([
          wavHeader({ sampleRate: 8_000, channels: 1, dataBytes: 2 ** 33 }),
          Buffer.alloc(60),
        ]);
        bytes.set(noise.subarray(0, bytes.length - at), at);
        parseWavHeader(bytes);
      }),
    );
  });
});
