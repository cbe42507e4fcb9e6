// The parts that S3 has of a multipart upload.

import { ListPartsCommand, type S3Client } from '@aws-sdk/client-s3';
import { explained } from '../aws-error.ts';
import { s3Arn, s3Url } from './s3-url.ts';

/** ETag and size in bytes of each part, by its number; null where there is no such upload any more. */
export async function listParts(
  client: S3Client,
  { bucket, key }: { bucket: string; key: string },
  uploadId: string,
): Promise<Map<number, { etag: string; size: number }> | null> {
  const task = {
    doing: `take up the upload of ${s3Url({ bucket, key })}`,
    action: 's3:ListMultipartUploadParts',
    resource: s3Arn(bucket, key),
  };
  return await explained(task, async () => {
    const found = new Map<number, { etag: string; size: number }>();
    for (let PartNumberMarker: string | undefined; ; ) {
      try {
        const page = await client.send(
          new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: uploadId, PartNumberMarker }),
        );
        for (const { PartNumber = 0, ETag = '', Size = 0 } of page.Parts ?? []) {
          found.set(PartNumber, { etag: ETag, size: Size });
        }
        if (!page.IsTruncated) return found;
        PartNumberMarker = page.NextPartNumberMarker;
      } catch (thrown) {
        if (thrown instanceof Error && thrown.name === 'NoSuchUpload') return null;
        throw thrown;
      }
    }
  });
}
