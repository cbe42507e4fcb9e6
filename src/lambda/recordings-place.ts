// Where recordings go and how they are stored, from the environment.

import type { StorageOptions } from '../aws/s3/object-target.ts';
import type { Layout } from '../recording/types.ts';
import type { Environment } from './environment.ts';

export interface RecordingsPlace {
  bucket: string;
  prefix: string;
  combined: { bucket: string; prefix: string };
  layouts: readonly Layout[];
  storage: StorageOptions;
}

/** Combined audio in a bucket of its own lies at the top, as the sample has it; else beside the others. */
export function recordingsPlace(
  environment: Environment<'record'> | Environment<'backfill'>,
): RecordingsPlace {
  const {
    RECORDINGS_BUCKET_NAME: bucket,
    RECORDINGS_KEY_PREFIX: prefix,
    KVSREC_LAMBDA_COMBINED_BUCKET: other,
    KVSREC_LAMBDA_COMBINED_KEY_PREFIX: otherPrefix,
  } = environment;
  return {
    bucket,
    prefix,
    combined: { bucket: other ?? bucket, prefix: otherPrefix ?? (other === undefined ? prefix : '') },
    layouts: environment.KVSREC_LAMBDA_LAYOUT,
    storage: {
      acl: environment.RECORDINGS_PUBLIC_READ_ACL ? 'public-read' : undefined,
      kmsKeyId: environment.KVSREC_LAMBDA_KMS_KEY,
    },
  };
}
