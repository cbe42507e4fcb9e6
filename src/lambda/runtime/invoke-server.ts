// The Invoke API of the Lambda service on loopback, for the SDK's clients and `aws lambda invoke --endpoint-url`.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FunctionPool, Throttled } from './function-pool.ts';

/** Most bytes of an event: synchronous, and asynchronous. */
const MAX_BYTES = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 };

export interface InvokeServerOptions {
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** The function of a name, if there is one. */
  find(name: string): FunctionPool | undefined;
  region: string;
}

export interface InvokeServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens, and answers once it does. @throws What listening fails with. */
export async function startInvokeServer(options: InvokeServerOptions): Promise<InvokeServer> {
  const server = http.createServer((request, response) => {
    void answer(request, options).then(
      ({ status, headers, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
      },
      (error) => {
        const refusal =
          error instanceof Refusal ? error : new Refusal(500, 'ServiceException', String(error));
        response
          .writeHead(refusal.status, {
            'content-type': 'application/json',
            'x-amzn-errortype': refusal.type,
            'x-amzn-requestid': randomUUID(),
          })
          .end(JSON.stringify({ Type: 'User', message: refusal.message, Message: refusal.message }));
      },
    );
  });
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  status: number;
  headers: http.OutgoingHttpHeaders;
  body?: string;
}

/** A request that the service refuses. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

async function answer(request: http.IncomingMessage, options: InvokeServerOptions): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, modern, old] =
    /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$|^\/2014-11-13\/functions\/([^/]+)\/invoke-async\/?$/.exec(
      url.pathname,
    ) ?? [];
  const given = modern ?? old;
  if (request.method !== 'POST' || given === undefined) {
    throw new Refusal(404, 'ResourceNotFoundException', `only Invoke and InvokeAsync are served here`);
  }
  const name = functionName(decodeURIComponent(given));
  const pool = options.find(name);
  const arn = `arn:aws:lambda:${options.region}:000000000000:function:${name}`;
  if (pool === undefined) throw new Refusal(404, 'ResourceNotFoundException', `Function not found: ${arn}`);

  const type = old === undefined ? (request.headers['x-amz-invocation-type'] ?? 'RequestResponse') : 'Event';
  const payload =
    (await read(request, type === 'Event' ? MAX_BYTES.Event : MAX_BYTES.RequestResponse)) || '{}';
  requireJson(payload);
  switch (type) {
    case 'DryRun':
      return { status: 204, headers: {} };
    case 'Event':
      return { status: 202, headers: { 'x-amzn-requestid': pool.enqueue(payload, arn) } };
    case 'RequestResponse':
      return await synchronous(pool, payload, arn);
    default:
      throw new Refusal(400, 'InvalidParameterValueException', `InvocationType ${String(type)} is none`);
  }
}

async function synchronous(pool: FunctionPool, payload: string, arn: string): Promise<Answer> {
  const requestId = randomUUID();
  try {
    const outcome = await pool.invoke(payload, arn, requestId);
    return {
      status: 200,
      headers: {
        'x-amzn-requestid': requestId,
        'x-amz-executed-version': '$LATEST',
        ...(outcome.functionError && { 'x-amz-function-error': outcome.functionError }),
      },
      body: outcome.payload,
    };
  } catch (error) {
    if (error instanceof Throttled) throw new Refusal(429, 'TooManyRequestsException', error.message);
    throw error;
  }
}

/** The name in a name, a partial or a whole ARN, without a version. */
function functionName(given: string): string {
  return /function:([^:]+)/.exec(given)?.[1] ?? given.split(':')[0] ?? given;
}

async function read(request: http.IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      throw new Refusal(413, 'RequestTooLargeException', `the event has more than ${most} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function requireJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new Refusal(
      400,
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
}
