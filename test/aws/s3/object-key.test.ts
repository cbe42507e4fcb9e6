import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asFolder, objectKey, parseDestination, safeName } from '../../../src/aws/s3/object-key.ts';
import { contentTypeOf, factsOfName, metadataOf } from '../../../src/aws/s3/recording-facts.ts';
import { parseObjectUrl, parseS3Url, s3Url } from '../../../src/aws/s3/s3-url.ts';

const ID = 'b0e14540-ca63-4a9c-9273-2b3f1b0a5c1e';
const NAME = `${ID}_20240918T164128724Z_AUDIO_FROM_CUSTOMER.wav`;
const FACTS = factsOfName(NAME);

describe('keys', () => {
  test.each([
    ['s3://calls', NAME],
    ['s3://calls/', NAME],
    ['s3://calls/a/b/', `a/b/${NAME}`],
    ['s3://calls/{date}/{contactId}/{direction}/', `20240918/${ID}/from/${NAME}`],
    ['s3://calls/{year}/{month}/{day}/{layout}-{what}/', `2024/09/18/separate-AUDIO_FROM_CUSTOMER/${NAME}`],
    ['s3://calls/{start}.wav', '20240918T164128724Z.wav'],
  ])('%s', (url, key) => {
    expect(objectKey(parseDestination(url), NAME, FACTS)).toBe(key);
  });

  test.each([
    ['s3://calls/a b/', 'bad-object-key'],
    ['s3://calls/dt=1/', 'bad-object-key'],
    ['s3://calls/a+b:c/', 'bad-object-key'],
    ['s3://calls/../x/', 'bad-object-key'],
    ['s3://calls/a//b/', 'bad-object-key'],
    ['s3://calls/{tomorrow}/', 'bad-object-key'],
    ['s3://', 'bad-s3-url'],
    ['s3:///key', 'bad-s3-url'],
    ['s3://calls/?versionId=1', 'bad-object-key'],
  ])('%s is refused', (url, code) => {
    expect(() => parseDestination(url)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test('what the name does not tell cannot be asked for, but for the contact', () => {
    const facts = factsOfName('notes.txt');
    expect(objectKey(parseDestination('s3://calls/{contactId}/'), 'notes.txt', facts)).toBe(
      'unknown/notes.txt',
    );
    expect(() => objectKey(parseDestination('s3://calls/{date}/'), 'notes.txt', facts)).toThrow(
      /does not tell the \{date\}/,
    );
  });

  test('a folder, whether or not there is a slash', () => {
    expect(asFolder(parseDestination('s3://calls/a'))).toEqual({ bucket: 'calls', template: 'a/' });
    expect(asFolder(parseDestination('s3://calls'))).toEqual({ bucket: 'calls', template: '' });
  });

  test('any name and any contact id give a key that no event escapes, different ones for different names', () => {
    const { template, bucket } = parseDestination('s3://calls/{contactId}/');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (id, name) => {
          const key = objectKey({ template, bucket }, name, { ...FACTS, contactId: id });
          expect(key).toMatch(/^[A-Za-z0-9._/-]+$/);
          expect(key.split('/').every((part) => !/^\.{0,2}$/.test(part))).toBe(true);
        },
      ),
    );
    expect(safeName('a b.wav')).not.toBe(safeName('a_b.wav'));
    expect(safeName('a b.wav')).toMatch(/^a_b-[0-9a-f]{8}\.wav$/);
  });
});

describe('facts', () => {
  test('of a name', () => {
    expect(FACTS).toEqual({
      contactId: ID,
      startMs: Date.UTC(2024, 8, 18, 16, 41, 28, 724),
      what: 'AUDIO_FROM_CUSTOMER',
      direction: 'from',
      layout: 'separate',
    });
    expect(factsOfName('x/unknown_20240918T164128724Z_STEREO.wav')).toMatchObject({
      contactId: null,
      direction: 'both',
      layout: 'stereo',
    });
    expect(factsOfName('c_20249918T164128724Z_STEREO.wav').startMs).toBeNull();
  });

  test('as metadata, an untrusted id made fit for a header', () => {
    expect(metadataOf({ ...FACTS, durationMs: 1234.4, sampleRate: 8000 })).toEqual({
      'contact-id': ID,
      direction: 'from',
      start: '2024-09-18T16:41:28.724Z',
      'duration-ms': '1234',
      'sample-rate': '8000',
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (contactId) => {
        expect(metadataOf({ ...FACTS, contactId })['contact-id']).toMatch(
          /^([\x21-\x7e]([\x20-\x7e]{0,254}[\x21-\x7e])?)?$/,
        );
      }),
    );
    expect(metadataOf({ ...FACTS, contactId: 'a\r\nx-amz-acl: public-read' })['contact-id']).toBe(
      'a%0D%0Ax-amz-acl: public-read',
    );
  });

  test('content types', () => {
    expect(contentTypeOf('a.WAV')).toBe('audio/wav');
    expect(contentTypeOf('a')).toBe('application/octet-stream');
  });
});

test('addresses of objects', () => {
  expect(parseS3Url('s3://b.c-1/a key+with:all?kinds')).toEqual({
    bucket: 'b.c-1',
    key: 'a key+with:all?kinds',
  });
  expect(parseObjectUrl('s3://b-c/k?versionId=x.Y_1')).toEqual({
    bucket: 'b-c',
    key: 'k',
    versionId: 'x.Y_1',
  });
  expect(s3Url({ bucket: 'b-c', key: 'k', versionId: 'v' })).toBe('s3://b-c/k?versionId=v');
  const arn = 'arn:aws:s3:eu-west-3:123456789012:accesspoint/rec';
  expect(parseObjectUrl(`s3://${arn}/k/l`)).toEqual({ bucket: arn, key: 'k/l' });
  for (const url of ['s3://bucket', 's3://bucket/', 's3://bucket/folder/', 's3://Sp ace/k']) {
    expect(() => parseObjectUrl(url)).toThrow(expect.objectContaining({ code: 'bad-s3-url' }));
  }
});
