// DescribeContact through the SDK's client, against a server that answers as the service's reference says.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeContact } from '../../src/aws/describe-contact.ts';

const INSTANCE = 'd5b7a1e2-0c3f-4a5b-8d6e-7f8091a2b3c4';
const CONTACT = 'b0e1c5c2-7d1c-4b7e-9f0a-3c5d2e1f4a6b';
const STREAM = 'arn:aws:kinesisvideo:us-east-1:111122223333:stream/calls-1/1726675200000';

const stream = {
  StorageType: 'KINESIS_VIDEO_STREAM',
  Location: STREAM,
  MediaStreamType: 'AUDIO',
  ParticipantType: 'CUSTOMER',
  FragmentStartNumber: '91343852333181432392682062622220590765191907586',
  FragmentStopNumber: '91343852333181432392682062622220590765191907999',
  // Epoch seconds, as the REST-JSON protocol writes timestamps.
  StartTimestamp: 1726677688.724,
  StopTimestamp: 1726677703.956,
  Status: 'AVAILABLE',
};
let answer: { status: number; type?: string; body: unknown };
const asked: string[] = [];

const server = http.createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    ...(answer.type && { 'x-amzn-errortype': answer.type }),
  });
  response.end(JSON.stringify(answer.body));
});
const ask = () =>
  describeContact(
    { region: 'us-east-1', endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    INSTANCE,
    CONTACT,
  );

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any-secret');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

it('the stream, its fragments and its times, whatever else was recorded', async () => {
  const inBucket = { StorageType: 'S3', Location: 'connect-recordings/calls/1.wav', Status: 'AVAILABLE' };
  answer = { status: 200, body: { Contact: { Id: CONTACT, Recordings: [inBucket, stream] } } };
  expect(await ask()).toMatchObject({
    streamArn: STREAM,
    contactId: CONTACT,
    instanceId: INSTANCE,
    startFragment: stream.FragmentStartNumber,
    stopFragment: stream.FragmentStopNumber,
    startMs: 1726677688724,
    stopMs: 1726677703956,
  });
  expect(asked).toEqual([`GET /contacts/${INSTANCE}/${CONTACT}`]);
});

it('a contact that was not streamed', async () => {
  answer = { status: 200, body: { Contact: { Id: CONTACT, Recordings: [] } } };
  await expect(ask()).rejects.toMatchObject({ code: 'no-media-stream' });
});

it('a refusal names the action that is missing', async () => {
  answer = { status: 403, type: 'AccessDeniedException', body: { Message: 'not authorized' } };
  await expect(ask()).rejects.toMatchObject({
    code: 'aws-access-denied',
    hint: expect.stringContaining('connect:DescribeContact'),
  });
});

it('a contact that is not there', async () => {
  answer = { status: 404, type: 'ResourceNotFoundException', body: { Message: 'no contact' } };
  await expect(ask()).rejects.toMatchObject({ code: 'aws-not-found' });
});
