// A finished file to S3: nothing if it is there unchanged, otherwise whole and verified, or not at all.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { KvsrecError } from '../../errors.ts';
import { explained } from '../aws-error.ts';
import { crc32, crc32Text } from './crc32.ts';
import { condition, type ObjectTarget, type StoredObject, storageParameters } from './object-target.ts';
import { MAX_PARTS, PART_BYTES } from './part-plan.ts';
import { s3Arn, s3Url } from './s3-url.ts';
import { confirmStored, type Expected, headObject, objectExists, sameBytes } from './stored.ts';

export interface UploadRun {
  /** When it fires, what is under way is aborted, and nothing stays at S3. */
  signal?: AbortSignal | undefined;
  /** Bytes that S3 has. */
  onProgress?(bytes: number): void;
}

export interface UploadedFile extends StoredObject {
  /** `unchanged` where the same bytes were there before. */
  status: 'uploaded' | 'unchanged';
}

/**
 * Uploads a file as `target` says.
 * @throws KvsrecError (`aws-…`, `object-exists`, `upload-not-verified`, `not-a-file`, `file-changed`); Node's errors of
 *   reading as they are; an AbortError. Whatever it throws, no object and no unfinished upload is left.
 */
export async function uploadFile(
  client: S3Client,
  path: string,
  target: ObjectTarget,
  run: UploadRun = {},
): Promise<UploadedFile> {
  const before = await stat(path);
  if (!before.isFile()) {
    throw new KvsrecError('not-a-file', `${path} is no file`, { exitCode: 2, hint: 'Name files.' });
  }
  const { bucket, key } = target;
  const task = {
    doing: `upload ${path} to ${s3Url({ bucket, key })}`,
    action: 's3:PutObject',
    resource: s3Arn(bucket, key),
  };
  return await explained(task, async () => {
    const there = await unchanged(client, path, before.size, target, run);
    return there ?? { ...(await store(client, path, before, target, run)), status: 'uploaded' };
  });
}

/** The object, if it has the file's bytes already. */
async function unchanged(
  client: S3Client,
  path: string,
  bytes: number,
  target: ObjectTarget,
  run: UploadRun,
): Promise<UploadedFile | null> {
  const there = await headObject(client, target);
  if (!there) return null;
  const expected: Expected = { bytes, crc32: 0, md5: () => md5Of(path) };
  if (there.ContentLength === bytes) {
    for await (const chunk of chunksOf(path, run)) expected.crc32 = crc32(chunk, expected.crc32);
    if ((await sameBytes(there, expected)) === true) {
      run.onProgress?.(bytes);
      return {
        bucket: target.bucket,
        key: target.key,
        bytes,
        etag: there.ETag ?? null,
        versionId: there.VersionId ?? null,
        crc32: crc32Text(expected.crc32),
        verified: true,
        status: 'unchanged',
      };
    }
  }
  if (target.onlyIfAbsent) throw objectExists(target);
  return null;
}

async function store(
  client: S3Client,
  path: string,
  before: fs.Stats,
  target: ObjectTarget,
  run: UploadRun,
): Promise<StoredObject> {
  const expected: Expected = { bytes: before.size, crc32: 0, md5: () => md5Of(path) };
  const upload = new Upload({
    client,
    partSize: Math.max(PART_BYTES, Math.ceil(before.size / MAX_PARTS)),
    params: {
      ...storageParameters(target),
      ...condition(target),
      ContentLength: before.size,
      ChecksumAlgorithm: 'CRC32',
      // Of the whole, so that it can be compared with that of a file, however it was cut into parts.
      ...(before.size > PART_BYTES && { ChecksumType: 'FULL_OBJECT' as const }),
      Body: Readable.from(summed(path, before, expected, run), { objectMode: false }),
    },
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => run.onProgress?.(loaded));
  return await confirmStored(client, target, expected, async () => await upload.done());
}

/**
 * The file's bytes, which are counted and summed up on the way. An abort is thrown into the upload from here: its own
 * way of aborting returns before what is at S3 is gone.
 */
async function* summed(
  path: string,
  before: fs.Stats,
  expected: Expected,
  run: UploadRun,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunksOf(path, run)) {
    bytes += chunk.length;
    expected.crc32 = crc32(chunk, expected.crc32);
    if (bytes > before.size) break;
    yield chunk;
  }
  if (bytes === before.size && (await stat(path)).mtimeMs === before.mtimeMs) return;
  throw new KvsrecError('file-changed', `${path} has changed while it was uploaded`, {
    hint: 'Upload files when they are finished.',
  });
}

async function* chunksOf(path: string, { signal }: UploadRun): AsyncGenerator<Buffer> {
  for await (const chunk of fs.createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    signal?.throwIfAborted();
    yield chunk as Buffer;
  }
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of chunksOf(path, {})) hash.update(chunk);
  return hash.digest('hex');
}
