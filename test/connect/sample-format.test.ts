import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleFormat, type TrackFacts } from '../../src/connect/sample-format.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

function track(facts: Partial<TrackFacts>): TrackFacts {
  return {
    name: '',
    codecId: '',
    codecPrivate: undefined,
    sampleRate: undefined,
    channels: undefined,
    bitDepth: undefined,
    ...facts,
  };
}

/** A track as Amazon Connect writes it. */
const connect = track({ name: 'AUDIO_FROM_CUSTOMER', codecId: 'A_AAC', codecPrivate: bytes('1190') });
const l16 = { kind: 'pcm', encoding: 'L16', sampleRate: 8_000, channels: 1, codec: 's16le' };

describe('the MimeType tag', () => {
  test.each([
    'audio/L16;rate=8000;channels=1;',
    'audio/L16; rate=8000; channels=1',
    ' Audio/l16 ; Rate = "8000" ; CHANNELS = "1" ',
    'audio/L16',
    'audio/L16;',
    'audio/L16;rate=;channels',
    'audio/L16;rate=0;channels=99',
    'audio/L16;rate=1000000000;channels=0',
    'audio/L16;rate=NaN;channels=-1',
    'audio/L16;rate=8e3;channels=0x1',
    'video/h264,audio/L16;rate=8000',
  ])('%s is what Amazon Connect sends, whatever the CodecID says', (mimeType) => {
    expect(sampleFormat(connect, mimeType)).toEqual(l16);
    expect(sampleFormat({ ...connect, name: 'audio' }, mimeType)).toEqual(l16);
  });

  test('says rate and channels', () => {
    expect(sampleFormat(connect, 'audio/L16;rate=16000;channels=2')).toEqual({
      ...l16,
      sampleRate: 16_000,
      channels: 2,
    });
  });

  test('before the Audio master, which fills in what it does not say', () => {
    const facts = { ...connect, sampleRate: 16_000, channels: 2 };
    expect(sampleFormat(facts, 'audio/L16;rate=8000;channels=1')).toEqual(l16);
    expect(sampleFormat(facts, 'audio/L16')).toEqual({ ...l16, sampleRate: 16_000, channels: 2 });
  });

  test('an Audio master copied from the false CodecPrivate is not believed', () => {
    const remuxed = { ...connect, sampleRate: 48_000, channels: 2 };
    expect(sampleFormat(remuxed, 'audio/L16')).toEqual(l16);
    expect(sampleFormat(remuxed, undefined)).toEqual(l16);
  });

  test('L16 is big-endian where the codec says so', () => {
    expect(sampleFormat(track({ codecId: 'A_PCM/INT/BIG', bitDepth: 16 }), 'audio/L16;rate=8000')).toEqual({
      ...l16,
      codec: 's16be',
    });
  });

  test.each([
    ['audio/PCMU', 'PCMU', 'mulaw'],
    ['audio/basic', 'PCMU', 'mulaw'],
    ['audio/G711-mulaw', 'PCMU', 'mulaw'],
    ['audio/x-mulaw', 'PCMU', 'mulaw'],
    ['audio/pcma;rate=8000', 'PCMA', 'alaw'],
    ['audio/G711-alaw', 'PCMA', 'alaw'],
  ])('%s', (mimeType, encoding, codec) => {
    expect(sampleFormat(connect, mimeType)).toEqual({
      kind: 'pcm',
      encoding,
      sampleRate: 8_000,
      channels: 1,
      codec,
    });
  });

  test.each(['audio/aac', 'audio/AAC; rate=48000', 'video/h264, audio/aac'])(
    '%s confirms AAC',
    (mimeType) => {
      expect(sampleFormat(connect, mimeType)).toEqual({
        kind: 'aac',
        encoding: 'AAC',
        sampleRate: 48_000,
        channels: 2,
        config: bytes('1190'),
      });
    },
  );

  test('audio/aac does not make AAC of another codec', () => {
    expect(sampleFormat(track({ codecId: 'A_MULAW' }), 'audio/aac')).toMatchObject({ encoding: 'PCMU' });
  });

  test.each(['', ';', 'audio', 'audio/', 'video/h264', 'audio/constructor', 'text/L16'])(
    'one that says nothing leaves it to name and codec: %j',
    (mimeType) => {
      expect(sampleFormat(connect, mimeType)).toEqual(l16);
      expect(sampleFormat(track({ codecId: 'A_ALAW' }), mimeType)).toMatchObject({ encoding: 'PCMA' });
    },
  );
});

test('a tag too long to be a media type says nothing', () => {
  expect(sampleFormat(track({ codecId: 'A_ALAW' }), `audio/L16;${'x'.repeat(2_000)}`)).toMatchObject({
    encoding: 'PCMA',
  });
});

describe('the track name, without a MimeType tag', () => {
  test.each(['AUDIO_FROM_CUSTOMER', 'AUDIO_TO_CUSTOMER', 'Track_audio/L16', ' audio_to_customer '])(
    '%j is L16',
    (name) => {
      expect(sampleFormat({ ...connect, name }, undefined)).toEqual(l16);
      expect(sampleFormat(track({ name }), undefined)).toEqual(l16);
    },
  );

  test('another name leaves real AAC to be AAC', () => {
    const config = bytes('1210');
    for (const name of ['', 'audio', 'Track_audio/aac', 'AUDIO_FROM_CUSTOMERS']) {
      expect(sampleFormat(track({ name, codecId: 'A_AAC', codecPrivate: config }), undefined)).toEqual({
        kind: 'aac',
        encoding: 'AAC',
        sampleRate: 44_100,
        channels: 2,
        config,
      });
    }
  });

  test('a codec that says what it is, is believed', () => {
    const name = 'AUDIO_TO_CUSTOMER';
    expect(sampleFormat(track({ name, codecId: 'A_MULAW' }), undefined)).toMatchObject({ codec: 'mulaw' });
    expect(sampleFormat(track({ name, codecId: 'A_OPUS' }), undefined)).toMatchObject({ kind: 'raw' });
  });
});

describe('the codec', () => {
  test.each<[string, number | undefined, string]>([
    ['A_PCM/INT/LIT', 8, 'u8'],
    ['A_PCM/INT/LIT', 16, 's16le'],
    ['A_PCM/INT/LIT', undefined, 's16le'],
    ['A_PCM/INT/LIT', 24, 's24le'],
    ['A_PCM/INT/LIT', 32, 's32le'],
    ['A_PCM/INT/BIG', 16, 's16be'],
    ['A_PCM/INT/BIG', 24, 's24be'],
    ['A_PCM/INT/BIG', 32, 's32be'],
    ['A_PCM/FLOAT/IEEE', 32, 'f32le'],
    ['A_PCM/FLOAT/IEEE', undefined, 'f32le'],
  ])('%s of %s bits', (codecId, bitDepth, codec) => {
    const facts = track({ codecId, bitDepth, sampleRate: 44_100, channels: 2 });
    expect(sampleFormat(facts, undefined)).toEqual({
      kind: 'pcm',
      encoding: 'PCM',
      sampleRate: 44_100,
      channels: 2,
      codec,
    });
  });

  test.each<[string, string, string, string]>([
    ['PCM', '0100 0100 803e0000 007d0000 0200 1000', 'PCM', 's16le'],
    ['PCM of 24 bits', '0100 0100 803e0000 80bb0000 0300 1800', 'PCM', 's24le'],
    ['float', '0300 0100 803e0000 00fa0000 0400 2000 0000', 'PCM', 'f32le'],
    ['A-law', '0600 0100 803e0000 803e0000 0100 0800 0000', 'PCMA', 'alaw'],
    ['µ-law', '0700 0100 803e0000 803e0000 0100 0800 0000', 'PCMU', 'mulaw'],
  ])('A_MS/ACM: %s, with the rate of its WAVEFORMATEX', (_, hex, encoding, codec) => {
    const facts = track({ codecId: 'A_MS/ACM', codecPrivate: bytes(hex), sampleRate: 8_000 });
    expect(sampleFormat(facts, undefined)).toEqual({
      kind: 'pcm',
      encoding,
      sampleRate: 16_000,
      channels: 1,
      codec,
    });
  });

  test.each([
    ['A_MULAW', 'PCMU', 'mulaw'],
    ['A_ALAW', 'PCMA', 'alaw'],
  ])('%s', (codecId, encoding, codec) => {
    expect(sampleFormat(track({ codecId }), undefined)).toEqual({
      kind: 'pcm',
      encoding,
      sampleRate: 8_000,
      channels: 1,
      codec,
    });
  });

  test.each<[string, number | undefined, string | undefined, string]>([
    ['A_OPUS', undefined, undefined, 'A_OPUS'],
    ['A_PCM/INT/LIT', 20, undefined, 'A_PCM/INT/LIT'],
    ['A_PCM/FLOAT/IEEE', 64, undefined, 'A_PCM/FLOAT/IEEE'],
    ['A_MS/ACM', undefined, undefined, 'A_MS/ACM'],
    ['A_MS/ACM', undefined, '0100', 'A_MS/ACM'],
    ['A_MS/ACM', undefined, '5500 0100 401f0000 803e0000 0100 0000 0c00', 'A_MS/ACM 0x0055'],
    ['A_AAC', undefined, undefined, 'A_AAC'],
    ['A_AAC', undefined, 'ff', 'A_AAC'],
    ['', undefined, undefined, 'unknown'],
    ['A_\u001b[31m\nX', undefined, undefined, 'A_[31MX'],
  ])('passed through: %j of %s bits, %s', (codecId, bitDepth, hex, encoding) => {
    const facts = track({ codecId, bitDepth, codecPrivate: hex === undefined ? undefined : bytes(hex) });
    expect(sampleFormat(facts, undefined)).toEqual({ kind: 'raw', encoding, sampleRate: 8_000, channels: 1 });
  });

  test('AAC that no elementary stream can carry is passed through with its rate', () => {
    const xheAac = bytes('f94640'); // object type 42, 48 kHz, stereo
    expect(sampleFormat(track({ codecId: 'A_AAC', codecPrivate: xheAac }), undefined)).toEqual({
      kind: 'raw',
      encoding: 'A_AAC',
      sampleRate: 48_000,
      channels: 2,
    });
  });

  test('AAC whose id names the profile needs no CodecPrivate', () => {
    const facts = track({ codecId: 'A_AAC/MPEG4/LC', sampleRate: 48_000, channels: 2 });
    expect(sampleFormat(facts, undefined)).toEqual({
      kind: 'aac',
      encoding: 'AAC',
      sampleRate: 48_000,
      channels: 2,
      config: bytes('1190'),
    });
    expect(
      sampleFormat({ ...facts, codecId: 'A_AAC/MPEG2/LC/SBR', codecPrivate: bytes('') }, undefined),
    ).toMatchObject({
      kind: 'aac',
    });
    expect(sampleFormat({ ...facts, sampleRate: 48_001 }, undefined)).toMatchObject({
      kind: 'raw',
      sampleRate: 48_001,
    });
  });

  test('channels that the AAC configuration leaves open come from the Audio master', () => {
    const facts = track({ codecId: 'A_AAC', codecPrivate: bytes('1200'), channels: 2 });
    expect(sampleFormat(facts, undefined)).toMatchObject({ kind: 'aac', channels: 2 });
    expect(sampleFormat({ ...facts, channels: undefined }, undefined)).toMatchObject({ channels: 1 });
  });
});

test('whatever the stream says, rate and channels are usable', () => {
  const number = fc.option(
    fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1e9, Number.NaN, 99, 768_000, 768_001)),
    {
      nil: undefined,
    },
  );
  const codecId = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'A_AAC',
      'A_AAC/MPEG4/LC',
      'A_MS/ACM',
      'A_PCM/INT/LIT',
      'A_PCM/FLOAT/IEEE',
      'A_MULAW',
      'A_OPUS',
    ),
  );
  const mimeType = fc.option(
    fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('L16', 'PCMU', 'aac', 'opus'), fc.string(), fc.string())
        .map(([type, rate, channels]) => `audio/${type};rate=${rate};channels=${channels}`),
    ),
    { nil: undefined },
  );
  fc.assert(
    fc.property(
      fc.record({
        name: fc.oneof(fc.string(), fc.constant('AUDIO_FROM_CUSTOMER')),
        codecId,
        codecPrivate: fc.option(fc.uint8Array({ maxLength: 44 }), { nil: undefined }),
        sampleRate: number,
        channels: number,
        bitDepth: number,
      }),
      mimeType,
      (facts, mime) => {
        const { sampleRate, channels, encoding } = sampleFormat(facts, mime);
        expect(Number.isInteger(sampleRate) && sampleRate >= 1 && sampleRate <= 768_000).toBe(true);
        expect(Number.isInteger(channels) && channels >= 1 && channels <= 8).toBe(true);
        expect(encoding).toMatch(/^[\x20-\x7e]{1,80}$/);
      },
    ),
    { numRuns: 1_000 },
  );
});
