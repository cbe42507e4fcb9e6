// An S3 server on loopback: s3rver, with a bucket.

import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** s3rver has no types. */
type S3rver = new (options: object) => { run(): Promise<AddressInfo>; close(): Promise<void> };

export interface S3Server {
  url: string;
  close(): Promise<void>;
}

/** Starts it; objects are files in `directory`. Its only credentials are S3RVER and S3RVER. */
export async function startS3Server(directory: string, bucket: string): Promise<S3Server> {
  const Server = createRequire(import.meta.url)('s3rver') as S3rver;
  const server = new Server({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
