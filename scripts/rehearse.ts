// A call from beginning to end without an account: recorded live through a connection that breaks, uploaded to an S3
// server on loopback, downloaded, and compared with what `split` makes of the dump.
//
//   npm run rehearse
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startS3Server } from '../demo/s3-server.ts';
import { s3Client } from '../src/aws/s3/client.ts';
import { startSimulator } from '../src/simulator/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dump = path.join(root, 'fixtures/demo-call.mkv');
const cli = path.join(root, 'dist/bin/kvsrec.js');
const BUCKET = 'recordings';
const STREAM = 'demo-call';
/** In the middle of the call, and of a block. */
const CUT_AT = 250_001;
/** Times real time, so that it is over in a few seconds. */
const SPEED = 5;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-rehearse-'));
/** What `record --events` has said. */
const events: { event: string; reason?: string }[] = [];
const s3 = await startS3Server(path.join(folder, 's3'), BUCKET);
const simulator = await startSimulator({
  streams: { [STREAM]: { dump, speed: SPEED, stamps: 'kept', begin: 'request' } },
  faults: [{ kind: 'cut', bytes: CUT_AT }],
});
const env = {
  ...process.env,
  ...simulator.environment,
  AWS_ENDPOINT_URL_S3: s3.url,
  AWS_ACCESS_KEY_ID: 'S3RVER',
  AWS_SECRET_ACCESS_KEY: 'S3RVER',
};

let status = 1;
try {
  say(`A call that goes on, on ${simulator.url}; its first connection breaks at byte ${CUT_AT}.`);
  await kvsrec(
    'record',
    '--stream-name',
    STREAM,
    '--start',
    'earliest',
    '--idle-timeout',
    '2s',
    '--events',
    '-o',
    `${folder}/live`,
    '--upload',
    `s3://${BUCKET}/calls/`,
  );
  const reconnects = events.filter(({ event }) => event === 'reconnect');
  say(
    `Connections: ${events.filter(({ event }) => event === 'connected').length}; ${reconnects[0]?.reason ?? 'none broke'}.`,
  );
  if (reconnects.length === 0) throw new Error('no connection broke: nothing was rehearsed');

  Object.assign(process.env, env);
  const client = await s3Client({ endpointUrl: s3.url, region: 'us-east-1' });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const downloaded = new Map<string, Buffer>();
  for (const { Key = '' } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    downloaded.set(path.basename(Key), Buffer.from(await Body!.transformToByteArray()));
    say(`Downloaded s3://${BUCKET}/${Key}, ${downloaded.get(path.basename(Key))!.length} bytes.`);
  }

  await kvsrec('split', dump, '-o', `${folder}/split`, '--quiet');
  const wanted = fs.readdirSync(`${folder}/split`);
  const same = wanted.filter((name) =>
    downloaded.get(name)?.equals(fs.readFileSync(`${folder}/split/${name}`)),
  );
  if (wanted.length === 0 || same.length !== wanted.length || downloaded.size !== wanted.length) {
    throw new Error(`only ${same.length} of ${wanted.length} files are what split makes of the dump`);
  }
  say(`All ${same.length} files are byte for byte what split makes of the dump.`);
  status = 0;
} finally {
  await simulator.close();
  await s3.close();
  fs.rmSync(folder, { recursive: true, force: true });
}
process.exit(status);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs the built command line; lines of JSON on its standard error are events. */
async function kvsrec(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  let rest = '';
  child.stderr.on('data', (text: Buffer) => {
    const lines = (rest + text.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith('{')) events.push(JSON.parse(line));
      else process.stderr.write(`${line}\n`);
    }
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`kvsrec ${args[0]} ended with ${code}`);
}
