// The services that examples and documents name, on loopback: the stream demo-call, a bucket, a recogniser, contacts.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulator } from '../../src/simulator/index.ts';
import { type S3Server, startS3Server } from '../aws/s3/s3-server.ts';
import { startDemo } from '../simulator/transcribe/demo.ts';
import { startConnectServer } from './connect-server.ts';
import { ROOT } from './run-cli.ts';

export interface LoopbackServices {
  /** For the environment of a child process. */
  env: Record<string, string>;
  s3: S3Server;
  /** ARN of demo-call, a call of the past. */
  streamArn: string;
  close(): Promise<void>;
}

/** @param faults Faults that the stream meets, as `kvsrec simulate --fault` takes them. */
export async function startLoopbackServices(faults: string[] = []): Promise<LoopbackServices> {
  const simulator = await startSimulator({
    streams: { 'demo-call': { dump: join(ROOT, 'fixtures/demo-call.mkv'), speed: 'max' } },
    faults,
  });
  const demo = await startDemo();
  const s3 = await startS3Server(['recordings']);
  const streamArn = simulator.streams.list()[0]!.arn;
  const { Recordings } = JSON.parse(
    readFileSync(join(ROOT, 'fixtures/events/contact-record.json'), 'utf8'),
  ) as { Recordings: [{ FragmentStartNumber: string; FragmentStopNumber: string }] };
  const connect = await startConnectServer({
    streamArn,
    startFragment: Recordings[0].FragmentStartNumber,
    stopFragment: Recordings[0].FragmentStopNumber,
  });
  return {
    // The simulator takes any credentials, s3rver its own alone.
    env: { ...demo.env, ...simulator.environment, ...s3.env, ...connect.env },
    s3,
    streamArn,
    async close() {
      await simulator.close();
      await connect.close();
      await s3.close();
      await demo.close();
    },
  };
}
