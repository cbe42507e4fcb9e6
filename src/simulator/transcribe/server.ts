// A loopback stand-in for Amazon Transcribe streaming: HTTP/2 without TLS, as the SDK speaks it to an `http:` endpoint.
// It recognises no speech. It answers what its script says, when the audio it is said in has arrived.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { wallClockAt } from './clock.ts';
import { PlainLocator, Reference } from './locator.ts';
import { TRANSCRIBE_RULES, type TranscribeOptions } from './options.ts';
import { operationAt, readParameters, refusal, type SessionParameters } from './parameters.ts';
import type { SessionRecord } from './record.ts';
import type { ExceptionName } from './script.ts';
import { Session } from './session.ts';

export interface TranscribeStandIn {
  /** For `AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING`. */
  readonly url: string;
  readonly port: number;
  /** Every session asked for so far and not refused, in order. */
  readonly sessions: readonly SessionRecord[];
  /** Requests that were refused, by the exception's name. */
  readonly refused: readonly ExceptionName[];
  close(): Promise<void>;
}

const STATUS: Record<ExceptionName, number> = {
  BadRequestException: 400,
  LimitExceededException: 429,
  InternalFailureException: 500,
  ConflictException: 409,
  ServiceUnavailableException: 503,
};

/** Starts it. It listens on 127.0.0.1 unless told otherwise. */
export async function startTranscribe(options: TranscribeOptions): Promise<TranscribeStandIn> {
  const rules = { ...TRANSCRIBE_RULES, ...options.rules };
  const reference = options.reference && new Reference(options.reference);
  const sessions: SessionRecord[] = [];
  const refused: ExceptionName[] = [];
  const open = new Map<string, Session>();
  const clock = options.clock ?? wallClockAt(rules.speed);
  let asked = 0;

  const refuse = (stream: ServerHttp2Stream, name: ExceptionName, message: string) => {
    refused.push(name);
    stream.on('error', () => {});
    stream.respond({
      ':status': STATUS[name],
      'content-type': 'application/json',
      'x-amzn-errortype': name,
      'x-amzn-request-id': randomUUID(),
    });
    stream.end(JSON.stringify({ Message: message }));
    stream.resume();
  };

  const begin = (stream: ServerHttp2Stream, parameters: SessionParameters, headers: IncomingHttpHeaders) => {
    const number = ++asked;
    const faults = (options.script.faults ?? []).filter(({ session }) => (session ?? number) === number);
    const id = parameters.sessionId ?? randomUUID();
    const wrong = refusal(parameters);
    if (wrong !== undefined) return refuse(stream, 'BadRequestException', wrong);
    const atOnce = faults.find(({ afterMs, afterEnd }) => afterMs === undefined && afterEnd === undefined);
    if (atOnce?.kind === 'exception') {
      return refuse(stream, atOnce.exception ?? 'InternalFailureException', 'As ordered.');
    }
    if (atOnce?.kind === 'reset') return stream.session?.destroy();
    if (open.has(id)) return refuse(stream, 'ConflictException', 'A session with this id is open.');
    if (open.size >= rules.maxSessions) {
      return refuse(stream, 'LimitExceededException', `${rules.maxSessions} sessions are open.`);
    }
    const responseHeaders = Object.fromEntries(
      [...parameters.values].map(([name, value]) => [`x-amzn-transcribe-${name}`, value]),
    );
    stream.respond({
      ':status': 200,
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-request-id': randomUUID(),
      ...responseHeaders,
      'x-amzn-transcribe-session-id': id,
    });
    const session = new Session(number, id, parameters, stream, {
      script: options.script,
      locator:
        options.locator?.(parameters) ??
        reference?.locator(parameters.channels) ??
        new PlainLocator(parameters.channels),
      rules,
      clock,
      faults: atOnce === undefined ? faults : [...faults, { ...atOnce, afterMs: 0 }],
      secret:
        options.secretAccessKey === undefined
          ? undefined
          : { secretAccessKey: options.secretAccessKey, authorization: headers.authorization ?? '' },
      keepAudio: options.keepAudio ?? options.onAudio === undefined,
      onAudio: options.onAudio,
      onEnd: (record) => {
        if (open.get(record.id) === session) open.delete(record.id);
      },
    });
    open.set(id, session);
    sessions.push(session.record);
    options.onSession?.(session.record);
  };

  const server = createServer();
  const connections = new Set<{ destroy(): void }>();
  server.on('session', (connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
  });
  server.on('stream', (stream, headers) => {
    const path = String(headers[':path']).split('?')[0]!;
    const operation = headers[':method'] === 'POST' ? operationAt(path) : undefined;
    if (operation !== undefined) {
      begin(stream, readParameters(operation, headers), headers);
    } else if (path === '/sessions' && headers[':method'] === 'GET') {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.end(JSON.stringify(sessions.map(summary)));
    } else {
      stream.respond({ ':status': 404 });
      stream.end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port, address, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    port,
    sessions,
    refused,
    async close() {
      for (const session of open.values()) session.destroy();
      for (const connection of connections) connection.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A session as `GET /sessions` tells it. */
function summary({ parameters, audio: _audio, ...record }: SessionRecord): unknown {
  return {
    ...record,
    operation: parameters.operation,
    sampleRate: parameters.sampleRate,
    channels: parameters.channels,
    parameters: Object.fromEntries(parameters.values),
  };
}
