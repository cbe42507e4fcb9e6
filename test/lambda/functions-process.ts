// `kvsrec serve-lambda` as a process, and the SDK's client that invokes its functions.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** Not from the tests' own module: a script that is no test runs these functions, too. */
const CLI = fileURLToPath(new URL('../../dist/bin/kvsrec.js', import.meta.url));

export interface ServedFunctions {
  url: string;
  /** Of the server; the functions' processes are its children. */
  pid: number;
  client: LambdaClient;
  /** Invokes a function and waits for its answer. */
  invoke(name: string, event: unknown): Promise<{ answer: unknown; error: string | undefined }>;
  /** Hands an event over for later. */
  later(name: string, event: unknown): Promise<void>;
  /** Lines of the log so far that are JSON. */
  log(): Record<string, unknown>[];
  text(): string;
  stop(): Promise<void>;
}

export async function serveFunctions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ServedFunctions> {
  const child = spawn(process.execPath, [CLI, 'serve-lambda', '--port', '0', '--json', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const { url } = await announced(child, () => stderr);
  const client = new LambdaClient({
    endpoint: url,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
  const send = (FunctionName: string, event: unknown, InvocationType: 'Event' | 'RequestResponse') =>
    client.send(
      new InvokeCommand({ FunctionName, InvocationType, Payload: Buffer.from(JSON.stringify(event)) }),
    );
  return {
    url,
    pid: child.pid!,
    client,
    async invoke(name, event) {
      const { Payload, FunctionError } = await send(name, event, 'RequestResponse');
      return { answer: JSON.parse(Buffer.from(Payload ?? []).toString()), error: FunctionError };
    },
    async later(name, event) {
      await send(name, event, 'Event');
    },
    log: () =>
      stderr.split('\n').flatMap((line) => {
        try {
          return [JSON.parse(line) as Record<string, unknown>];
        } catch {
          return [];
        }
      }),
    text: () => stderr,
    async stop() {
      client.destroy();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** The document that the process prints once it listens. */
async function announced(child: ChildProcess, stderr: () => string): Promise<{ url: string }> {
  let text = '';
  return await new Promise((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`serve-lambda ended with ${status}: ${stderr()}`)));
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      try {
        resolve(JSON.parse(text) as { url: string });
      } catch {
        // More is to come.
      }
    });
  });
}
