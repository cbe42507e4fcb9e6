// A WAV object under the input prefix, transcribed into the tables: S3, DynamoDB, the stand-in for Transcribe and the
// function on loopback.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { wavBytes } from '../audio/wav-bytes.ts';
import { startS3Server } from '../aws/s3/s3-server.ts';
import { buildOnce, ROOT } from '../cli/run-cli.ts';
import { DEMO_DUMP, samplesOf, startDemo } from '../simulator/transcribe/demo.ts';
import { startDynamoServer } from './dynamo-server.ts';
import { serveFunctions } from './functions-process.ts';

const CONTACT = '5a0c2b7e-0000-4000-8000-1234567890ab';
const SPEED = 16;

test('inputFileName: both channels are transcribed; what is no such file is refused', async ({
  onTestFinished,
}) => {
  buildOnce();
  const s3 = await startS3Server(['calls']);
  onTestFinished(() => s3.close());
  const dynamo = await startDynamoServer();
  onTestFinished(() => dynamo.close());
  const transcribe = await startDemo({ rules: { maxPace: 200, speed: SPEED } });
  onTestFinished(() => transcribe.close());
  const client = new S3Client({
    endpoint: s3.url,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
  onTestFinished(() => client.destroy());
  await client.send(
    new PutObjectCommand({ Bucket: 'calls', Key: 'tries/two sides.wav', Body: stereoDemo() }),
  );
  const functions = await serveFunctions(['--handler', 'record', '--timeout', '100s'], {
    ...s3.env,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: transcribe.url,
    RECORDINGS_BUCKET_NAME: 'calls',
    INPUT_KEY_PREFIX: 'tries/',
    TABLE_CALLER_TRANSCRIPT: 'contactTranscriptSegments',
    TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: 'contactTranscriptSegmentsToCustomer',
    KVSREC_LAMBDA_TRANSCRIBE_PACE: String(SPEED),
  });
  onTestFinished(() => functions.stop());

  const { answer } = await functions.invoke('record', {
    inputFileName: 'two sides.wav',
    connectContactId: CONTACT,
  });
  expect(answer).toMatchObject({
    result: 'Success',
    endedBy: 'end-of-file',
    contactId: CONTACT,
    transcript: { complete: true },
  });
  const tables = {
    from: await dynamo.items('contactTranscriptSegments'),
    to: await dynamo.items('contactTranscriptSegmentsToCustomer'),
  };
  const { segments } = JSON.parse(readFileSync(join(ROOT, 'fixtures', 'demo-call.script.json'), 'utf8')) as {
    segments: { direction: 'from' | 'to'; startMs: number; text: string }[];
  };
  for (const direction of ['from', 'to'] as const) {
    const items = tables[direction].sort((a, b) => Number(a.StartTime) - Number(b.StartTime));
    expect(items.map(({ ContactId, Transcript }) => ({ ContactId, Transcript }))).toEqual(
      segments
        .filter((segment) => segment.direction === direction)
        .map(({ text }) => ({ ContactId: CONTACT, Transcript: text })),
    );
  }

  const none = await functions.invoke('record', { inputFileName: 'none.wav', connectContactId: CONTACT });
  expect(none).toMatchObject({
    error: 'Unhandled',
    answer: { errorType: 'aws-no-object', errorMessage: expect.stringContaining('tries/none.wav') },
  });
  const streamARN =
    'arn:aws:kinesisvideo:eu-central-1:111122223333:stream/kvsrec-connect-demo-contact-1/1726677688724';
  for (const event of [{}, { inputFileName: 'two sides.wav', streamARN, saveCallRecording: true }]) {
    const { answer: refused } = await functions.invoke('record', { ...event, connectContactId: CONTACT });
    expect(refused).toMatchObject({
      errorType: 'bad-event',
      errorMessage: expect.stringContaining('exactly one of streamARN and inputFileName'),
    });
  }
});

/** The demo call, from the customer on the left. */
function stereoDemo(): Buffer {
  const { from = new Int16Array(0), to = new Int16Array(0) } = samplesOf(DEMO_DUMP);
  const samples = Array.from({ length: 2 * Math.max(from.length, to.length) }, (_, i) =>
    i % 2 === 0 ? (from[i >> 1] ?? 0) : (to[i >> 1] ?? 0),
  );
  return wavBytes({ samples, channels: 2 });
}
