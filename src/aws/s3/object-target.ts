// Where an object goes and what it is stored with.

import type {
  ObjectCannedACL,
  PutObjectCommandInput,
  ServerSideEncryption,
  StorageClass,
} from '@aws-sdk/client-s3';

/** What all objects of a run are stored with. */
export interface StorageOptions {
  /** Object tags, in their order. */
  readonly tags?: readonly { readonly tag: string; readonly value: string }[] | undefined;
  /** A canned ACL. Buckets with ACLs disabled accept `bucket-owner-full-control` alone. */
  readonly acl?: string | undefined;
  /** `AES256`, `aws:kms` or `aws:kms:dsse`; the bucket's own encryption if not given. */
  readonly sse?: string | undefined;
  /** Id or ARN of a KMS key; means `aws:kms` where `sse` says nothing. */
  readonly kmsKeyId?: string | undefined;
  readonly storageClass?: string | undefined;
}

export interface ObjectTarget extends StorageOptions {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  /** User metadata: lower-case names, printable ASCII values. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Refuse to replace an object that is there. */
  readonly onlyIfAbsent?: boolean | undefined;
}

/** The parameters that PutObject and CreateMultipartUpload share. */
export function storageParameters(target: ObjectTarget) {
  const { tags = [], acl, sse, kmsKeyId, storageClass } = target;
  const encryption = sse ?? (kmsKeyId === undefined ? undefined : 'aws:kms');
  return {
    Bucket: target.bucket,
    Key: target.key,
    ContentType: target.contentType,
    Metadata: { ...target.metadata },
    ...(tags.length > 0 && { Tagging: tagging(tags) }),
    ...(acl !== undefined && { ACL: acl as ObjectCannedACL }),
    ...(encryption !== undefined && { ServerSideEncryption: encryption as ServerSideEncryption }),
    ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
    ...(storageClass !== undefined && { StorageClass: storageClass as StorageClass }),
  } satisfies Partial<PutObjectCommandInput>;
}

/** Tags as a query string, the form in which a request that stores an object carries them. */
function tagging(tags: readonly { tag: string; value: string }[]): string {
  return tags.map(({ tag, value }) => `${encodeURIComponent(tag)}=${encodeURIComponent(value)}`).join('&');
}

/** The condition under which an object comes into being. */
export function condition({ onlyIfAbsent }: ObjectTarget): { IfNoneMatch?: '*' } {
  return onlyIfAbsent ? { IfNoneMatch: '*' } : {};
}

/** An object as it was stored and verified. */
export interface StoredObject {
  bucket: string;
  key: string;
  bytes: number;
  etag: string | null;
  versionId: string | null;
  /** CRC-32 of all bytes as S3 spells it (base64). */
  crc32: string;
  /** Whether S3 has said that it has these bytes; some other servers keep no sums, and compare only what comes in. */
  verified: boolean;
}
