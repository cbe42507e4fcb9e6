// Addresses of objects: `s3://bucket/key`, the key as it is, with nothing escaped.

import { KvsrecError } from '../../errors.ts';

export interface S3Place {
  readonly bucket: string;
  /** The object's key, or a prefix; may be empty. */
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** A name, or the ARN of an access point, which has slashes of its own. */
const URL_PARTS = /^s3:\/\/(arn:[^/]+(?:\/[^/]+)?|[^/]*)(?:\/(.*))?$/is;
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; old buckets may have more.
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;
const ACCESS_POINT = /^arn:[a-z-]+:s3[a-z0-9-]*:[a-z0-9-]*:\d*:[A-Za-z0-9._/:-]+$/;

export function isS3Url(text: string): boolean {
  return /^s3:\/\//i.test(text);
}

/**
 * Takes an address apart. A version of an object is named by `?versionId=…` at its end.
 * @throws KvsrecError `bad-s3-url` (exit 2).
 */
export function parseS3Url(url: string): S3Place {
  const parts = URL_PARTS.exec(url);
  const bucket = parts?.[1] ?? '';
  if (!BUCKET.test(bucket) && !ACCESS_POINT.test(bucket)) {
    throw new KvsrecError('bad-s3-url', `${url} names no bucket`, {
      exitCode: 2,
      hint: 'Addresses look like s3://bucket/key.',
    });
  }
  const [, key = '', versionId] = /^(.*?)(?:\?versionId=([^?&]+))?$/s.exec(parts?.[2] ?? '') ?? [];
  return { bucket, key, ...(versionId !== undefined && { versionId }) };
}

/**
 * The address of one object.
 * @throws KvsrecError `bad-s3-url` (exit 2).
 */
export function parseObjectUrl(url: string): S3Place {
  const place = parseS3Url(url);
  if (place.key === '' || place.key.endsWith('/')) {
    throw new KvsrecError('bad-s3-url', `${url} names no object`, {
      exitCode: 2,
      hint: 'Addresses of objects look like s3://bucket/key; "aws s3 ls" lists what is there.',
    });
  }
  return place;
}

export function s3Url({ bucket, key, versionId }: S3Place): string {
  return `s3://${bucket}/${key}${versionId === undefined ? '' : `?versionId=${versionId}`}`;
}

/** How a policy names an object, or everything in a bucket. */
export function s3Arn(bucket: string, key = '*'): string {
  return bucket.startsWith('arn:') ? `${bucket}/object/${key}` : `arn:aws:s3:::${bucket}/${key}`;
}
