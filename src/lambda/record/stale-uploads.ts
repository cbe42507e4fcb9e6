// Multipart uploads that a process began and died before it could name them in a state: nobody else would end them.

import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { explained } from '../../aws/aws-error.ts';
import type { RecordingObjectsState } from '../objects/recording-objects.ts';

/**
 * Aborts every upload to the state's objects but the ones that it names. Answers how many there were.
 * @throws KvsrecError `aws-…`
 */
export async function abortUnnamed(client: S3Client, state: RecordingObjectsState): Promise<number> {
  let aborted = 0;
  for (const { upload } of state.contacts.flatMap(({ objects }) => objects)) {
    const { bucket, key } = upload.target;
    const task = {
      doing: `look for unfinished uploads to s3://${bucket}/${key}`,
      action: 's3:ListBucketMultipartUploads',
      resource: `arn:aws:s3:::${bucket}`,
    };
    await explained(task, async () => {
      let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
      for (let more: boolean | undefined = true; more; ) {
        const page: ListMultipartUploadsCommandOutput = await client.send(
          new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key, ...markers }),
        );
        for (const { Key, UploadId } of page.Uploads ?? []) {
          if (Key !== key || UploadId === undefined || UploadId === upload.uploadId) continue;
          await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
          aborted++;
        }
        more = page.IsTruncated;
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      }
    });
  }
  return aborted;
}
