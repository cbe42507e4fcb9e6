// Errors and quotas: as the wire has them, and as the SDK's clients understand them.
import { DescribeStreamCommand, GetDataEndpointCommand } from '@aws-sdk/client-kinesis-video';
import { ListFragmentsCommand } from '@aws-sdk/client-kinesis-video-archived-media';
import { GetMediaCommand } from '@aws-sdk/client-kinesis-video-media';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { clientsOf, EARLIEST } from './clients.ts';
import { callDump } from './dumps.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ speed: 'max', streams: { call: callDump(2), other: callDump(1) } });
});
afterEach(() => simulator.close());

/** A request as boto3 sends it: JSON in a POST, signed. */
async function post(path: string, body: unknown, method = 'POST') {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Boto3/1.35.0 md/Botocore#1.35.0 lang/python#3.12.0',
      'X-Amz-Date': '20240918T164128Z',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20240918/us-east-1/kinesisvideo/aws4_request, ' +
        'SignedHeaders=host;x-amz-date, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024',
    },
    ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { response, headers: response.headers };
}

describe('the wire', () => {
  it('an answer: status, headers and body', async () => {
    const { response, headers } = await post('/getDataEndpoint', {
      StreamName: 'call',
      APIName: 'GET_MEDIA',
    });
    expect(response.status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual({ DataEndpoint: simulator.url });
    expect(simulator.log.list().at(-1)).toMatchObject({
      id: headers.get('x-amzn-requestid'),
      operation: 'GetDataEndpoint',
      stream: 'call',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      status: 200,
      parameters: { StreamName: 'call', APIName: 'GET_MEDIA' },
    });
  });

  it('media: chunked, video/webm, beginning with an EBML header', async () => {
    const { response, headers } = await post('/getMedia', {
      StreamName: 'call',
      StartSelector: { StartSelectorType: 'EARLIEST' },
    });
    expect(response.status).toBe(200);
    expect(headers.get('content-type')).toBe('video/webm');
    expect(headers.get('transfer-encoding')).toBe('chunked');
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value!.subarray(0, 4)).toString('hex')).toBe('1a45dfa3');
    await reader.cancel();
  });

  it('an error: status, x-amzn-ErrorType and Message', async () => {
    const { response, headers } = await post('/describeStream', { StreamName: 'nobody' });
    expect(response.status).toBe(404);
    expect(headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ Message: 'The requested stream is not found or not active.' });
  });

  it.each<[string, string, unknown, string, number]>([
    ['no JSON', '/getMedia', '{', 'SerializationException', 400],
    ['a list', '/getMedia', [], 'InvalidArgumentException', 400],
    [
      'no stream',
      '/getMedia',
      { StartSelector: { StartSelectorType: 'NOW' } },
      'InvalidArgumentException',
      400,
    ],
    ['a bad name', '/describeStream', { StreamName: 'a b' }, 'InvalidArgumentException', 400],
    ['a bad ARN', '/describeStream', { StreamARN: 'arn:aws:s3:::x' }, 'InvalidArgumentException', 400],
    ['no selector', '/getMedia', { StreamName: 'call' }, 'InvalidArgumentException', 400],
    [
      'an unknown selector',
      '/getMedia',
      { StreamName: 'call', StartSelector: { StartSelectorType: 'LATEST' } },
      'InvalidArgumentException',
      400,
    ],
    [
      'no fragment number',
      '/getMedia',
      { StreamName: 'call', StartSelector: { StartSelectorType: 'FRAGMENT_NUMBER' } },
      'InvalidArgumentException',
      400,
    ],
    [
      'a bad fragment number',
      '/getMedia',
      {
        StreamName: 'call',
        StartSelector: { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: 'x1' },
      },
      'InvalidArgumentException',
      400,
    ],
    [
      'a bad token',
      '/getMedia',
      {
        StreamName: 'call',
        StartSelector: { StartSelectorType: 'CONTINUATION_TOKEN', ContinuationToken: 'abc' },
      },
      'InvalidArgumentException',
      400,
    ],
    [
      'no time',
      '/getMedia',
      { StreamName: 'call', StartSelector: { StartSelectorType: 'SERVER_TIMESTAMP' } },
      'InvalidArgumentException',
      400,
    ],
    [
      'an unknown API',
      '/getDataEndpoint',
      { StreamName: 'call', APIName: 'X' },
      'InvalidArgumentException',
      400,
    ],
    [
      'a page too large',
      '/listFragments',
      { StreamName: 'call', MaxResults: 1001 },
      'InvalidArgumentException',
      400,
    ],
    ['a bad page', '/listFragments', { StreamName: 'call', NextToken: 'x' }, 'InvalidArgumentException', 400],
    ['no fragments', '/getMediaForFragmentList', { StreamName: 'call' }, 'InvalidArgumentException', 400],
    [
      'a range that runs backwards',
      '/listFragments',
      {
        StreamName: 'call',
        FragmentSelector: {
          FragmentSelectorType: 'SERVER_TIMESTAMP',
          TimestampRange: { StartTimestamp: 2, EndTimestamp: 1 },
        },
      },
      'InvalidArgumentException',
      400,
    ],
    [
      'another account’s ARN',
      '/describeStream',
      { StreamARN: 'arn:aws:kinesisvideo:us-east-1:1:stream/call/1' },
      'ResourceNotFoundException',
      404,
    ],
    ['another operation', '/deleteStream', { StreamName: 'call' }, 'UnknownOperationException', 404],
  ])('%s is refused', async (_, path, body, type, status) => {
    const { response, headers } = await post(path, body);
    expect({ status: response.status, type: headers.get('x-amzn-errortype') }).toEqual({ status, type });
    expect(((await response.json()) as { Message: string }).Message).not.toBe('');
    expect(simulator.log.list().at(-1)).toMatchObject({ error: type, status });
  });

  it('GET is no operation', async () => {
    expect((await post('/getMedia', null, 'GET')).response.status).toBe(404);
  });
});

describe('the SDK’s clients', () => {
  it('know the errors by name and status', async () => {
    const { video, media, archive } = clientsOf(simulator);
    const unknown = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
    await expect(video.send(new DescribeStreamCommand({ StreamName: 'nobody' }))).rejects.toMatchObject(
      unknown,
    );
    await expect(
      media.send(new GetMediaCommand({ StreamName: 'nobody', StartSelector: EARLIEST })),
    ).rejects.toMatchObject(unknown);
    await expect(archive.send(new ListFragmentsCommand({ StreamName: 'nobody' }))).rejects.toMatchObject(
      unknown,
    );
  });
});

describe('quotas', () => {
  const open = () => {
    const { media } = clientsOf(simulator);
    return media.send(new GetMediaCommand({ StreamName: 'call', StartSelector: EARLIEST }));
  };

  it('three connections of a stream at a time', async () => {
    const bodies = await Promise.all([open(), open(), open()]);
    await expect(open()).rejects.toMatchObject({
      name: 'ConnectionLimitExceededException',
      $metadata: { httpStatusCode: 400 },
    });
    (bodies[0]!.Payload as unknown as { destroy(): void }).destroy();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const again = await open();
    expect(again.$metadata.httpStatusCode).toBe(200);
  });

  it('five requests a second, for each stream and operation on its own', async () => {
    const { video } = clientsOf(simulator);
    const ask = (StreamName: string) =>
      video.send(new GetDataEndpointCommand({ StreamName, APIName: 'GET_MEDIA' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 7 }, () => ask('call')));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(2);
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'ClientLimitExceededException' });
    await ask('other');
    await video.send(new DescribeStreamCommand({ StreamName: 'call' }));
    await new Promise((resolve) => setTimeout(resolve, 1050));
    await ask('call');
  });

  it('so many bytes a second on a connection; and all of it can be lifted or changed', async () => {
    await simulator.close();
    const bytes = callDump(4);
    const read = async () => {
      const before = Date.now();
      const { Payload } = await open();
      let length = 0;
      for await (const chunk of Payload as unknown as AsyncIterable<Uint8Array>) {
        length += chunk.length;
        if (length >= bytes.length) break;
      }
      return Date.now() - before;
    };
    simulator = await startSimulator({
      speed: 'max',
      streams: { call: bytes },
      quotas: { bytesPerSecond: bytes.length * 2, requestsPerSecond: { GetMedia: 100 } },
    });
    expect(await read()).toBeGreaterThan(400);
    for (let i = 0; i < 8; i++) await open().catch(() => {});
    expect(simulator.log.list('GetMedia').map(({ error }) => error)).toContain(
      'ConnectionLimitExceededException',
    );
    expect(simulator.log.list('GetMedia').map(({ error }) => error)).not.toContain(
      'ClientLimitExceededException',
    );
    await simulator.close();
    simulator = await startSimulator({ speed: 'max', streams: { call: bytes }, quotas: false });
    expect(await read()).toBeLessThan(400);
    await Promise.all(Array.from({ length: 20 }, open));
    expect(simulator.log.list('GetMedia').every(({ error }) => error === null)).toBe(true);
  });
});
