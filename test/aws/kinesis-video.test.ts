// The clients of Kinesis Video Streams, and a service that takes requests and keeps silent.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { kinesisSource } from '../../src/aws/get-media.ts';
import { KinesisVideo } from '../../src/aws/kinesis-video.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'made-up');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'made-up');
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** Answers look-ups where that is wanted, and nothing else. */
async function silentService(answersLookUps: boolean) {
  const asked: string[] = [];
  let onAsked = () => {};
  const first = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  const server = http.createServer(({ url = '' }, response) => {
    asked.push(url);
    onAsked();
    if (answersLookUps && url === '/getDataEndpoint') response.end(JSON.stringify({ DataEndpoint: address }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address, asked, first };
}

test('a request that is never answered is given up, as something to be tried again', async () => {
  const { address, asked } = await silentService(true);
  const service = new KinesisVideo({ region: 'us-east-1', endpointUrl: address }, { requestTimeoutMs: 100 });
  const source = kinesisSource(service, { name: 'call' });
  await expect(source.open({ at: 'now' }, new AbortController().signal)).rejects.toMatchObject({
    kind: 'transient',
    error: { code: 'aws-timeout' },
  });
  expect(asked).toEqual(['/getDataEndpoint', '/getMedia']);
  service.close();
});

test('nobody who gives up waits for the answer to a look-up', async () => {
  const { address, asked, first } = await silentService(false);
  const service = new KinesisVideo({ region: 'us-east-1', endpointUrl: address });
  const abort = new AbortController();
  const opening = kinesisSource(service, { name: 'call' }).open({ at: 'now' }, abort.signal);
  const { archive } = kinesisSource(service, { name: 'call' });
  const range = { clock: 'server', startMs: 0, endMs: 1 } as const;
  const listing = archive!.list(range, abort.signal)[Symbol.asyncIterator]().next();
  const opened = archive!.open(['1'], abort.signal);
  void first.then(() => abort.abort());
  const results = await Promise.allSettled([opening, listing, opened]);
  for (const result of results) expect(result).toMatchObject({ reason: { name: 'AbortError' } });
  // None was asked a second time.
  expect(asked.length).toBeLessThanOrEqual(3);
  service.close();
});
