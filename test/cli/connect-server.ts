// Amazon Connect on loopback: DescribeContact of any contact, whose audio is all of one stream.

import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ConnectServer {
  /** For the environment of a child process. */
  env: Record<string, string>;
  close(): Promise<void>;
}

interface Streamed {
  streamArn: string;
  startFragment: string;
  stopFragment: string;
}

export async function startConnectServer(streamed: Streamed): Promise<ConnectServer> {
  const server = http.createServer((request, response) => {
    const [, contactId] = /^\/contacts\/[^/]+\/([^/?]+)$/.exec(request.url ?? '') ?? [];
    response.writeHead(contactId === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ Contact: { Id: contactId, Recordings: [recording(streamed)] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    env: { AWS_ENDPOINT_URL_CONNECT: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function recording({ streamArn, startFragment, stopFragment }: Streamed): object {
  return {
    StorageType: 'KINESIS_VIDEO_STREAM',
    Location: streamArn,
    MediaStreamType: 'AUDIO',
    ParticipantType: 'CUSTOMER',
    FragmentStartNumber: startFragment,
    FragmentStopNumber: stopFragment,
    // Epoch seconds, as the REST-JSON protocol writes timestamps.
    StartTimestamp: 1726677688.724,
    StopTimestamp: 1726677704.5,
    Status: 'AVAILABLE',
  };
}
