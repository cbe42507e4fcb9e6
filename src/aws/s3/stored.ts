// Whether an object is what it should be: after it was stored, and before it is stored once more.

import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { KvsrecError } from '../../errors.ts';
import { crc32Text } from './crc32.ts';
import type { ObjectTarget, StoredObject } from './object-target.ts';
import { s3Url } from './s3-url.ts';

/** What an object should be. */
export interface Expected {
  bytes: number;
  crc32: number;
  /** The MD5 (hex), which takes a reading of its own, for servers that know nothing better. */
  md5?: () => Promise<string>;
}

/** What S3 says of an object. */
interface Answer {
  ContentLength?: number | undefined;
  ETag?: string | undefined;
  VersionId?: string | undefined;
  ChecksumCRC32?: string | undefined;
  /** COMPOSITE sums are of the parts' sums, and say nothing without the parts. */
  ChecksumType?: string | undefined;
}

/** What S3 says of an object, null where there is none, undefined where it does not say (403). */
export async function headObject(
  client: S3Client,
  { bucket, key }: { bucket: string; key: string },
): Promise<Answer | null | undefined> {
  try {
    return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
  } catch (thrown) {
    const status = (thrown as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404) return null;
    if (status === 403) return undefined;
    throw thrown;
  }
}

/** Whether the bytes are the same: true, false, or undefined where the answer does not tell. */
export async function sameBytes(answer: Answer, expected: Expected): Promise<boolean | undefined> {
  if (answer.ContentLength !== undefined && answer.ContentLength !== expected.bytes) return false;
  if (answer.ChecksumCRC32 !== undefined && !isComposite(answer)) {
    return answer.ChecksumCRC32 === crc32Text(expected.crc32);
  }
  // The ETag is the MD5 of the bytes unless the object came in parts or is encrypted with a key of KMS; so an equal one
  // proves something, and a different one does not.
  const [, md5] = /^"([0-9a-f]{32})"$/.exec(answer.ETag ?? '') ?? [];
  if (md5 === undefined || expected.md5 === undefined) return undefined;
  return (await expected.md5()) === md5 ? true : undefined;
}

function isComposite({ ChecksumType, ChecksumCRC32 }: Answer): boolean {
  return ChecksumType === 'COMPOSITE' || /-\d+$/.test(ChecksumCRC32 ?? '');
}

/**
 * Does what makes the object, and makes sure that it is there as it should be. S3 has compared the sums that came with
 * the bytes by then. An answer that got lost (the object is there, the repeated request is refused) is success.
 * @throws KvsrecError `object-exists`, `upload-not-verified`; what `store` throws.
 */
export async function confirmStored(
  client: S3Client,
  target: ObjectTarget,
  expected: Expected,
  store: () => Promise<Answer>,
): Promise<StoredObject> {
  let answer: Answer | null | undefined;
  try {
    answer = await store();
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : '';
    const exists = name === 'PreconditionFailed' || name === 'ConditionalRequestConflict';
    if (!exists && name !== 'NoSuchUpload') throw thrown;
    answer = await headObject(client, target);
    // Another request for the same key was under way, and has left nothing there.
    if (answer === null && name === 'ConditionalRequestConflict') throw thrown;
    if (!answer || (await sameBytes(answer, expected)) !== true) throw exists ? objectExists(target) : thrown;
  }
  let same = await sameBytes(answer, expected);
  if (same === undefined) {
    answer = (await headObject(client, target)) ?? answer;
    same = await sameBytes(answer, expected);
  }
  // A service that keeps no sums and may not be asked has at least compared the one that came with the bytes.
  if (same === false) {
    throw new KvsrecError('upload-not-verified', `${s3Url(target)} is not what was sent`, {
      hint: 'Nothing was deleted here. Something else may be writing to the same key; upload again.',
    });
  }
  const { bucket, key } = target;
  return {
    bucket,
    key,
    bytes: expected.bytes,
    etag: answer.ETag ?? null,
    versionId: answer.VersionId ?? null,
    crc32: crc32Text(expected.crc32),
    verified: same === true,
  };
}

export function objectExists(place: { bucket: string; key: string }): KvsrecError {
  return new KvsrecError('object-exists', `${s3Url(place)} exists already, and is not the same`, {
    hint: 'Choose another prefix, or replace it with --overwrite.',
  });
}
