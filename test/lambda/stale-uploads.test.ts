// Uploads that no state names, against an S3 server on loopback that lists two at a time.

import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { RecordingObjectsState } from '../../src/lambda/objects/recording-objects.ts';
import { abortUnnamed } from '../../src/lambda/record/stale-uploads.ts';
import { useS3 } from '../aws/s3/s3-server.ts';

const s3 = useS3({ attempts: 2, firstWaitMs: 1 });

test('every upload to the key but the one that is named is aborted, however many pages they take', async () => {
  const begin = async (Key: string) =>
    (await s3.client.send(new CreateMultipartUploadCommand({ Bucket: 'calls', Key }))).UploadId!;
  for (let i = 0; i < 4; i++) await begin('a/call.wav');
  const uploadId = await begin('a/call.wav');
  await begin('a/call.wav');
  const other = await begin('a/call.wav.more');
  const state = {
    contacts: [{ objects: [{ upload: { target: { bucket: 'calls', key: 'a/call.wav' }, uploadId } }] }],
  };
  expect(await abortUnnamed(s3.client, state as unknown as RecordingObjectsState)).toBe(5);
  expect(s3.server.openUploads('a/call.wav')).toEqual([uploadId]);
  expect(s3.server.openUploads('a/call.wav.more')).toEqual([other]);
});
