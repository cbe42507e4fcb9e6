// One HTTP request: which operation it is, its body, its faults, and the errors as the service answers them.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LONGEST_TIMER_MS } from '../duration.ts';
import { getMediaForFragmentList, listFragments } from './archived-media.ts';
import type { Call, Service } from './call.ts';
import { describeStream, getDataEndpoint, listStreams } from './control-plane.ts';
import type { FaultBoard } from './fault-board.ts';
import { getMedia } from './get-media.ts';
import { type Operation, operationOf } from './operations.ts';
import { putMedia } from './put-media.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';
import { ServiceError } from './service-error.ts';

/** Largest JSON body, bytes: a thousand fragment numbers of 128 digits. */
const MAX_BODY_BYTES = 256 * 1024;

const JSON_OPERATIONS: Record<
  Exclude<Operation, 'PutMedia'>,
  (call: Call, body: unknown) => Promise<void>
> = {
  DescribeStream: describeStream,
  GetDataEndpoint: getDataEndpoint,
  GetMedia: getMedia,
  GetMediaForFragmentList: getMediaForFragmentList,
  ListFragments: listFragments,
  ListStreams: listStreams,
};

/** What handling needs besides the service itself. */
export interface Desk {
  readonly service: Service;
  readonly faults: FaultBoard;
  readonly log: RequestLog;
  /** Called when a request was answered, or its answer has ended. */
  readonly onRequest: (record: RequestRecord) => void;
}

/** A fault that leaves the request without an answer. */
const REFUSED = Symbol('refused');

/** Whoever asked left before there was an answer. */
const GONE = Symbol('gone');

/** Handles a request; never rejects. */
export async function handleRequest(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const operation = request.method === 'POST' ? operationOf(request.url) : undefined;
  const record: RequestRecord = {
    id: randomUUID(),
    at: Date.now(),
    operation: operation ?? null,
    stream: null,
    parameters: null,
    accessKeyId: accessKeyOf(request),
    status: null,
    error: null,
    fragments: 0,
    bytes: 0,
    ended: null,
  };
  desk.log.add(record);
  response.setHeader('x-amzn-RequestId', record.id);
  request.on('error', () => {});
  response.on('error', () => {});
  try {
    if (operation === undefined) {
      throw new ServiceError('UnknownOperationException', `No operation at ${request.method} ${request.url}`);
    }
    await run(desk, operation, { request, response, record });
  } catch (error) {
    if (error === REFUSED) request.socket.resetAndDestroy();
    else if (error === GONE) record.ended = 'client';
    else refuse(error, response, record);
  }
  desk.onRequest(record);
}

async function run(
  desk: Desk,
  operation: Operation,
  { request, response, record }: Pick<Call, 'request' | 'response' | 'record'>,
): Promise<void> {
  const call: Call = {
    operation,
    service: desk.service,
    request,
    response,
    record,
    faults: async (stream) => {
      const faults = desk.faults.take({ operation, stream, key: record.accessKeyId });
      if (faults.latencyMs > 0) await late(response, faults.latencyMs);
      if (faults.refuse) throw REFUSED;
      if (faults.error !== null) {
        const { type, message, status } = faults.error;
        throw new ServiceError(type, message ?? MESSAGES[type] ?? `Ordered: ${type}`, status);
      }
      return faults;
    },
    answer: (document) => {
      record.status = 200;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(document));
    },
  };
  if (operation === 'PutMedia') {
    await putMedia(call);
    return;
  }
  const body = await jsonBody(request);
  record.parameters = body;
  await JSON_OPERATIONS[operation](call, body);
}

/** Waits before an answer. A connection that closes meanwhile would never tell a body, or its quota, that it is over. */
async function late(response: ServerResponse, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = () => {
      clearTimeout(timer);
      response.off('close', over);
      resolve();
    };
    const timer = setTimeout(over, Math.min(ms, LONGEST_TIMER_MS));
    response.once('close', over);
  });
  if (response.closed) throw GONE;
}

/** What the service says with the errors that can be ordered. */
const MESSAGES: Record<string, string> = {
  AccessDeniedException: 'User is not authorized to perform this operation on this resource.',
  ClientLimitExceededException: 'Rate exceeded.',
  ConnectionLimitExceededException: 'Limit exceeded on number of connections.',
  ExpiredTokenException: 'The security token included in the request is expired',
  InternalFailure: 'The request processing has failed because of an unknown error.',
  NotAuthorizedException: 'The caller is not authorized to perform an operation on the given stream.',
  ResourceNotFoundException: 'The requested stream is not found or not active.',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
};

function refuse(error: unknown, response: ServerResponse, record: RequestRecord): void {
  const refusal =
    error instanceof ServiceError
      ? error
      : new ServiceError('InternalFailure', error instanceof Error ? error.message : String(error));
  record.error = refusal.type;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  record.status = refusal.status;
  // A body that was not read would be taken for the next request.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  response.writeHead(refusal.status, {
    'Content-Type': 'application/json',
    'x-amzn-ErrorType': refusal.type,
  });
  response.end(JSON.stringify({ Message: refusal.message }));
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw new ServiceError('InvalidArgumentException', 'The request body is too large', 413);
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON', 400);
  }
}

/** The access key id of a request's signature (Signature Version 4), in the header or the address. */
function accessKeyOf(request: IncomingMessage): string | null {
  const header = /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '');
  const query = /[?&]X-Amz-Credential=([^&%/]+)/.exec(request.url ?? '');
  return header?.[1] ?? query?.[1] ?? null;
}
