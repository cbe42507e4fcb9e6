// Finished files to an S3 server on loopback that fails as it is told.

import { randomFillSync } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucketClient, needsPathStyle } from '../../../src/aws/s3/client.ts';
import { crc32, crc32Text } from '../../../src/aws/s3/crc32.ts';
import type { ObjectTarget } from '../../../src/aws/s3/object-target.ts';
import { uploadFile } from '../../../src/aws/s3/upload-file.ts';
import { useS3 } from './s3-server.ts';

const MIB = 2 ** 20;
const noise = randomFillSync(Buffer.alloc(12 * MIB + 3));
const PATIENCE = { attempts: 2, firstWaitMs: 1 };

const s3 = useS3(PATIENCE);
let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kvsrec-upload-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(size: number): { path: string; target: ObjectTarget; content: Buffer } {
  const name = `file-${++count}.wav`;
  const path = join(folder, name);
  const content = noise.subarray(0, size);
  writeFileSync(path, content);
  const target = {
    bucket: 'calls',
    key: `up/${name}`,
    contentType: 'audio/wav',
    metadata: {},
    onlyIfAbsent: true,
  };
  return { path, target, content };
}

test.each([0, 1, 5 * MIB, 5 * MIB + 1, noise.length])(
  '%i bytes, in order and with the sum of the whole',
  async (size) => {
    const { path, target, content } = file(size);
    const progress: number[] = [];
    const stored = await uploadFile(s3.client, path, target, { onProgress: (bytes) => progress.push(bytes) });
    expect(s3.server.object('calls', target.key)?.equals(content)).toBe(true);
    expect(stored).toMatchObject({
      status: 'uploaded',
      bytes: size,
      verified: true,
      crc32: crc32Text(crc32(content)),
    });
    expect(progress.at(-1)).toBe(size);
    const stores = s3.server.requests.filter(({ operation }) => /^(PutObject|UploadPart)$/.test(operation));
    expect(stores.length).toBe(Math.max(1, Math.ceil(size / (5 * MIB))));
    for (const { headers } of stores) expect(headers['x-amz-checksum-crc32']).toBeDefined();
  },
);

test('what an object is stored with', async () => {
  for (const size of [10, 6 * MIB]) {
    const { path, target } = file(size);
    await uploadFile(s3.client, path, {
      ...target,
      metadata: { 'contact-id': 'c', direction: 'from' },
      tags: [
        { tag: 'team', value: 'a b/c' },
        { tag: 'x', value: '' },
      ],
      acl: 'bucket-owner-full-control',
      kmsKeyId: 'alias/recordings',
      storageClass: 'STANDARD_IA',
    });
    const creating = s3.server.requests.findLast(({ operation }) =>
      /^(PutObject|CreateMultipartUpload)$/.test(operation),
    );
    expect(creating?.headers).toMatchObject({
      'content-type': 'audio/wav',
      'x-amz-meta-contact-id': 'c',
      'x-amz-meta-direction': 'from',
      'x-amz-tagging': 'team=a%20b%2Fc&x=',
      'x-amz-acl': 'bucket-owner-full-control',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/recordings',
      'x-amz-storage-class': 'STANDARD_IA',
    });
  }
});

test('what is there unchanged is not sent again; what differs is, where that is wanted', async () => {
  for (const size of [1000, 6 * MIB]) {
    const { path, target } = file(size);
    await uploadFile(s3.client, path, target);
    s3.server.requests.length = 0;
    expect(await uploadFile(s3.client, path, target)).toMatchObject({ status: 'unchanged', verified: true });
    expect(s3.server.operations()).toEqual(['HeadObject']);
    writeFileSync(path, noise.subarray(1, size + 1));
    await expect(uploadFile(s3.client, path, target)).rejects.toMatchObject({ code: 'object-exists' });
    await uploadFile(s3.client, path, { ...target, onlyIfAbsent: false });
    expect(s3.server.object('calls', target.key)?.equals(noise.subarray(1, size + 1))).toBe(true);
  }
});

test('an answer that got lost, with the object there', async () => {
  for (const size of [1000, 6 * MIB]) {
    const { path, target, content } = file(size);
    let cut = false;
    s3.server.fault = ({ operation }) => {
      if (cut || !/^(PutObject|CompleteMultipartUpload)$/.test(operation)) return undefined;
      cut = true;
      return 'cut-after';
    };
    expect(await uploadFile(s3.client, path, target)).toMatchObject({ status: 'uploaded', verified: true });
    expect(s3.server.object('calls', target.key)?.equals(content)).toBe(true);
  }
});

test.each([
  ['AccessDenied', 403, 'aws-access-denied'],
  ['SlowDown', 503, 'aws-throttled'],
  ['InternalError', 500, 'aws-service-error'],
])(
  '%s leaves neither an object nor an upload',
  async (code, status, expected) => {
    for (const size of [1000, 11 * MIB]) {
      const { path, target } = file(size);
      s3.server.fault = ({ operation, query }) =>
        operation === 'PutObject' || (operation === 'UploadPart' && query.get('partNumber') === '2')
          ? { status, code }
          : undefined;
      await expect(uploadFile(s3.client, path, target)).rejects.toMatchObject({ code: expected });
      expect(s3.server.object('calls', target.key)).toBeNull();
      expect(s3.server.openUploads(target.key)).toEqual([]);
    }
  },
  60_000,
);

test('throttling that passes is waited out', async () => {
  const { path, target, content } = file(6 * MIB);
  let refusals = 0;
  s3.server.fault = ({ operation }) =>
    operation === 'UploadPart' && refusals++ < 3 ? { status: 503, code: 'SlowDown' } : undefined;
  await uploadFile(s3.client, path, target);
  expect(s3.server.object('calls', target.key)?.equals(content)).toBe(true);
});

test('an abort leaves neither an object nor an upload', async () => {
  const { path, target } = file(noise.length);
  const abort = new AbortController();
  s3.server.fault = ({ operation }) => {
    if (operation === 'CreateMultipartUpload') abort.abort();
    return undefined;
  };
  await expect(uploadFile(s3.client, path, target, { signal: abort.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(s3.server.object('calls', target.key)).toBeNull();
  expect(s3.server.openUploads(target.key)).toEqual([]);
});

test('a file that changes meanwhile is an error, and no object', async () => {
  for (const change of [
    (path: string) => appendFileSync(path, 'more'),
    (path: string) => truncateSync(path, 10),
  ]) {
    const { path, target } = file(6 * MIB);
    s3.server.fault = ({ operation }) => {
      if (operation === 'HeadObject') change(path);
      return undefined;
    };
    await expect(uploadFile(s3.client, path, target)).rejects.toMatchObject({ code: 'file-changed' });
    expect(s3.server.object('calls', target.key)).toBeNull();
    expect(s3.server.openUploads(target.key)).toEqual([]);
  }
});

test('bytes that arrive as others are refused by S3', async () => {
  const { path, target } = file(1000);
  s3.server.fault = ({ operation }) =>
    operation === 'PutObject' ? { status: 400, code: 'BadDigest' } : undefined;
  await expect(uploadFile(s3.client, path, target)).rejects.toMatchObject({ code: 'aws-rejected' });
});

test('a conflict with another request is not told as an object that is there', async () => {
  const { path, target } = file(1000);
  s3.server.fault = ({ operation }) =>
    operation === 'PutObject' ? { status: 409, code: 'ConditionalRequestConflict' } : undefined;
  await expect(uploadFile(s3.client, path, target)).rejects.toMatchObject({ code: 'aws-conflict' });
});

test('a role that may write and nothing else', async () => {
  const { path, target, content } = file(6 * MIB);
  s3.server.fault = ({ method }) => (method === 'HEAD' ? { status: 403, code: 'AccessDenied' } : undefined);
  const writer = await bucketClient('calls', {}, { patience: PATIENCE });
  expect(await uploadFile(writer, path, target)).toMatchObject({ status: 'uploaded', verified: true });
  expect(s3.server.object('calls', target.key)?.equals(content)).toBe(true);
  writeFileSync(path, 'different');
  await expect(uploadFile(writer, path, target)).rejects.toMatchObject({ code: 'object-exists' });
  writer.destroy();
});

test('a bucket that does not exist', async () => {
  await expect(bucketClient('nowhere', {}, { patience: PATIENCE })).rejects.toMatchObject({
    code: 'aws-no-bucket',
  });
});

test('a bucket in another region is worked with in its own', async () => {
  const { path, target } = file(10);
  const elsewhere = { 'x-amz-bucket-region': 'eu-west-3' };
  s3.server.fault = ({ headers }) =>
    headers.authorization?.includes('/eu-west-3/')
      ? undefined
      : { status: 301, code: 'PermanentRedirect', headers: elsewhere };
  const there = await bucketClient('calls', {}, { patience: PATIENCE });
  await uploadFile(there, path, target);
  expect(s3.server.object('calls', target.key)).not.toBeNull();
  there.destroy();
  // Without the search for the region, the error says where the bucket is.
  await expect(uploadFile(s3.client, path, target)).rejects.toMatchObject({
    code: 'aws-wrong-region',
    hint: 'Give --region eu-west-3.',
  });
});

test('the bucket goes into the path for other servers than those of AWS', () => {
  expect(needsPathStyle(undefined)).toBe(false);
  expect(needsPathStyle('http://localhost:4566')).toBe(true);
  expect(needsPathStyle('https://minio.example.net')).toBe(true);
  expect(needsPathStyle('https://bucket.vpce-1a2b.s3.eu-west-3.vpce.amazonaws.com')).toBe(false);
  expect(needsPathStyle('https://s3.cn-north-1.amazonaws.com.cn')).toBe(false);
});
