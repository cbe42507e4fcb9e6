// Real clients against a socket on loopback: what they send, and what a terminal gets to see of it.

import { spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { KinesisVideoClient, ListStreamsCommand } from '@aws-sdk/client-kinesis-video';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clientConfig } from '../../src/aws/client-config.ts';
import { version } from '../../src/version.ts';

async function listening(): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.setHeader('content-type', 'application/json').end('{"StreamInfoList":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('region, endpoint and user agent reach the service', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { url, requests } = await listening();
  const client = new KinesisVideoClient(clientConfig({ region: 'eu-west-3', endpointUrl: url }));
  onTestFinished(() => client.destroy());
  await client.send(new ListStreamsCommand({}));
  expect(requests[0]?.headers['user-agent']).toContain(`kvsrec/${version()}`);
  expect(requests[0]?.headers.authorization).toContain('/eu-west-3/kinesisvideo/');
});

test('what is not set is left to the SDK', () => {
  expect(clientConfig()).not.toHaveProperty('region');
  expect(clientConfig({ region: undefined, profile: undefined, endpointUrl: undefined })).toEqual(
    clientConfig(),
  );
  expect(clientConfig({ profile: 'p' }).profile).toBe('p');
});

test('the remark on the version of Node reaches nobody, other warnings do', () => {
  const source = `
    import { KinesisVideoClient } from '@aws-sdk/client-kinesis-video';
    import { clientConfig } from './src/aws/client-config.ts';
    new KinesisVideoClient(clientConfig({ region: 'eu-west-3' }));
    process.emitWarning('another warning');
  `;
  const { stderr, stdout, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', source],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toContain('another warning');
  expect(stderr).not.toContain('NodeVersionSupportWarning');
});
