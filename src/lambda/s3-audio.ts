// WAV objects of a bucket in and out as streams, for the functions that make one of others.

import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { PcmStream } from '../audio/merge.ts';
import { wavHeader } from '../audio/wav.ts';
import { WavReader } from '../audio/wav-reader.ts';
import { explained } from '../aws/aws-error.ts';
import { KvsrecError } from '../errors.ts';

/** An object as the events of Connect Audio Utils name it; the key stands as it is, nothing in it is escaped. */
export interface ObjectName {
  Bucket: string;
  Key: string;
}

export interface StoredAudio extends ObjectName {
  bytes: number;
  durationMs: number;
}

/** Bytes of a part, and parts on their way at the same time: what is held in memory of a target. */
const PART_BYTES = 5 * 1024 * 1024;
const PARTS_IN_FLIGHT = 2;

/** Opens a WAV object. @throws KvsrecError `not-wav`, `unsupported-wav`, `aws-…`. */
export async function openWavObject(client: S3Client, { Bucket, Key }: ObjectName): Promise<WavReader> {
  const name = `s3://${Bucket}/${Key}`;
  const object = await explained(
    { doing: `read ${name}`, action: 's3:GetObject', resource: `arn:aws:s3:::${Bucket}/${Key}` },
    () => client.send(new GetObjectCommand({ Bucket, Key })),
  );
  return await WavReader.open({
    name,
    size: object.ContentLength,
    chunks: () => object.Body as AsyncIterable<Uint8Array>,
  });
}

/**
 * Stores a stream as a WAV object. Its length must be known, since the header comes first.
 * @throws KvsrecError `incomplete-source` where a source gives less than its length; nothing is stored then.
 */
export async function storeWav(
  client: S3Client,
  { Bucket, Key }: ObjectName,
  stream: PcmStream,
  kmsKey: string | undefined,
): Promise<StoredAudio> {
  const { sampleRate, channels, frames } = stream;
  if (frames === undefined) throw new RangeError('the length of the stream is not known');
  const dataBytes = 2 * channels * frames;
  const header = wavHeader({ sampleRate, channels, dataBytes });
  const upload = new Upload({
    client,
    params: {
      Bucket,
      Key,
      ContentType: 'audio/wav',
      Body: Readable.from(body(header, stream, dataBytes, `s3://${Bucket}/${Key}`), { objectMode: false }),
      ...(kmsKey !== undefined && { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKey }),
    },
    partSize: PART_BYTES,
    queueSize: PARTS_IN_FLIGHT,
  });
  await explained(
    {
      doing: `store s3://${Bucket}/${Key}`,
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${Bucket}/${Key}`,
    },
    () => upload.done(),
  );
  return {
    Bucket,
    Key,
    bytes: header.length + dataBytes,
    durationMs: Math.round((frames / sampleRate) * 1000),
  };
}

async function* body(
  header: Uint8Array,
  stream: PcmStream,
  dataBytes: number,
  name: string,
): AsyncGenerator<Uint8Array> {
  yield header;
  let sent = 0;
  for await (const pcm of stream.pcm()) {
    sent += pcm.length;
    // A chunk is valid until the next one, and the upload gathers several.
    yield Buffer.from(pcm);
  }
  if (sent !== dataBytes) {
    throw new KvsrecError('incomplete-source', `${name}: the source gave ${sent} bytes of ${dataBytes}`, {
      hint: 'The connection may have broken off; the same event works again.',
    });
  }
}
