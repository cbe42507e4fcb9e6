// Objects as sources of bytes, from an S3 server on loopback that breaks off as it is told.

import { randomFillSync } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { openObject } from '../../../src/aws/s3/object-source.ts';
import type { ByteSource } from '../../../src/recording/types.ts';
import { useS3 } from './s3-server.ts';

const KIB = 1024;
const content = randomFillSync(Buffer.alloc(900 * KIB + 17));
const OPTIONS = { rangeBytes: 64 * KIB, patience: { attempts: 2, firstWaitMs: 1 } };
// What events escape may be in keys that others have made.
const KEY = 'odd/a b+c:d?e=ü#%.mkv';
const URL = `s3://calls/${KEY}`;

const s3 = useS3();

const put = (key: string, body: Uint8Array) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'calls', Key: key, Body: body }));

async function all(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source.chunks()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test.each([0, 1, 64 * KIB, 64 * KIB + 1, content.length])('%i bytes', async (size) => {
  await put(KEY, content.subarray(0, size));
  const source = await openObject(URL, {}, OPTIONS);
  expect(source).toMatchObject({ name: URL, size });
  expect((await all(source)).equals(content.subarray(0, size))).toBe(true);
  await source.close();
});

test('connections that break off are taken up where they broke, on the same object', async () => {
  await put(KEY, content);
  let answers = 0;
  s3.server.fault = ({ operation }) => {
    if (operation !== 'GetObject') return undefined;
    const turn = answers++;
    return turn % 3 === 0 ? { cutAnswerAfter: 20_000 } : turn % 7 === 1 ? 'cut-before' : undefined;
  };
  const source = await openObject(URL, {}, OPTIONS);
  expect((await all(source)).equals(content)).toBe(true);
  const gets = s3.server.requests.filter(({ operation }) => operation === 'GetObject');
  expect(gets.length).toBeGreaterThan(20);
  for (const { headers } of gets.slice(2)) expect(headers['if-match']).toMatch(/^"[0-9a-f]+"$/);
  await source.close();
});

test('an object that is replaced meanwhile is an error, never a mixture', async () => {
  await put(KEY, content);
  const source = await openObject(URL, {}, OPTIONS);
  await put(KEY, Buffer.alloc(content.length));
  await expect(all(source)).rejects.toMatchObject({ code: 'object-changed' });
  await source.close();
});

test('memory is bounded by a few ranges ahead', async () => {
  await put('ahead', content);
  const source = await openObject('s3://calls/ahead', {}, OPTIONS);
  const chunks = source.chunks()[Symbol.asyncIterator]();
  await chunks.next();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(
    s3.server.requests.filter(({ operation, path }) => operation === 'GetObject' && path === 'calls/ahead')
      .length,
  ).toBe(5);
  await chunks.return?.();
  await source.close();
});

test.each([
  ['s3://calls/missing.mkv', undefined, 'aws-no-object'],
  ['s3://nowhere/a.mkv', undefined, 'aws-no-bucket'],
  [URL, { status: 403, code: 'AccessDenied' }, 'aws-access-denied'],
  [URL, { status: 503, code: 'SlowDown' }, 'aws-throttled'],
  [
    URL,
    { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-3' } },
    'aws-wrong-region',
  ],
  [URL, { status: 403, code: 'InvalidObjectState' }, 'aws-object-archived'],
  ['s3://calls/', undefined, 'bad-s3-url'],
])('%s with %j', async (url, fault, code) => {
  await put(KEY, content.subarray(0, 10));
  s3.server.fault = ({ operation }) => (operation === 'GetObject' ? fault : undefined);
  await expect(openObject(url, {}, OPTIONS)).rejects.toMatchObject({ code });
});

test('a server that goes away for good is an error', async () => {
  await put(KEY, content);
  const source = await openObject(URL, {}, OPTIONS);
  s3.server.fault = () => 'cut-before';
  await expect(all(source)).rejects.toMatchObject({ code: 'aws-connection-lost' });
  await source.close();
}, 60_000);

test('a version is asked for by its id', async () => {
  await put('versioned', content.subarray(0, 10));
  const source = await openObject('s3://calls/versioned?versionId=v1.x', {}, OPTIONS);
  await all(source);
  await source.close();
  expect(s3.server.requests.find(({ operation }) => operation === 'GetObject')?.query.get('versionId')).toBe(
    'v1.x',
  );
});
