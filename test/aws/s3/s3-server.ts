// An S3 server on loopback: s3rver, and in front of it what s3rver does not do: whole requests or none, checksums that
// are verified and remembered, ListParts, AbortMultipartUpload, conditions, and faults to order.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { Patience } from '../../../src/aws/patiently.ts';
import { s3Client } from '../../../src/aws/s3/client.ts';
import { combineCrc32, crc32, crc32Text } from '../../../src/aws/s3/crc32.ts';

/** s3rver has no types. */
interface S3rver {
  store: S3rverStore;
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
interface S3rverStore {
  getResourcePath(bucket: string, key: string | undefined, resource: string): string;
  putMetadata(bucket: string, key: string, metadata: unknown, md5: string): Promise<void>;
  putObject(object: { bucket: string; key: string; metadata: unknown; content: Content }): Promise<Stored>;
  putPart(bucket: string, uploadId: string, number: number, content: Content): Promise<Stored>;
}
type Content = Buffer | Readable;
interface Stored {
  size: number;
  md5: string;
}
type S3rverClass = new (options: Record<string, unknown>) => S3rver;

export interface SeenRequest {
  method: string;
  /** Decoded: `bucket/key`. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  bodyBytes: number;
  /** What the request is for, as the SDK's commands are called. */
  operation: string;
}

/** What becomes of a request: an error of S3, a cut before or after it has taken effect, or an answer cut short. */
export type Fault =
  | { status: number; code: string; message?: string; headers?: Record<string, string> }
  | 'cut-before'
  | 'cut-after'
  | { cutAnswerAfter: number };

export interface S3Server {
  url: string;
  /** For the environment of a child process. */
  env: Record<string, string>;
  requests: SeenRequest[];
  /** Asked for every request, with its number from 0; nothing means no fault. The request waits for a promise. */
  fault: (request: SeenRequest, index: number) => Fault | undefined | Promise<Fault | undefined>;
  /** Bytes of an object, null where there is none. */
  object(bucket: string, key: string): Buffer | null;
  /** Ids of multipart uploads to a key that were begun and neither completed nor aborted. */
  openUploads(key: string): string[];
  /** Operations so far, in order. */
  operations(): string[];
  close(): Promise<void>;
}

interface PartSeen {
  size: number;
  etag: string;
  crc: number;
}

/** A server and a client for the tests of a file, the environment set for both; each test begins without faults. */
export function useS3(patience?: Patience): { server: S3Server; client: S3Client } {
  const used = {} as { server: S3Server; client: S3Client };
  beforeAll(async () => {
    used.server = await startS3Server();
    for (const [name, value] of Object.entries(used.server.env)) vi.stubEnv(name, value);
    used.client = await s3Client({}, { patience });
  });
  afterEach(() => {
    used.server.fault = () => undefined;
    used.server.requests.length = 0;
  });
  afterAll(async () => {
    used.client.destroy();
    vi.unstubAllEnvs();
    await used.server.close();
  });
  return used;
}

export async function startS3Server(buckets: readonly string[] = ['calls']): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'kvsrec-s3-'));
  const Server = createRequire(import.meta.url)('s3rver') as S3rverClass;
  const s3rver = new Server({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: buckets.map((name) => ({ name })),
  });
  storeBeforeAnswer(s3rver.store);
  const { port: inner } = await s3rver.run();
  const uploads = new Map<string, { key: string; parts: Map<number, PartSeen> }>();
  const sums = new Map<string, { crc: number; type: string }>();
  const sockets = new Set<Socket>();

  const server = http.createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const body = await wholeBody(request);
    // The sender went away: S3 stores nothing of it.
    if (body === null) return;
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.slice(1)),
      query: url.searchParams,
      headers: request.headers,
      bodyBytes: body.length,
      operation: operationOf(request.method ?? '', url),
    };
    api.requests.push(seen);
    const fault = await api.fault(seen, api.requests.length - 1);
    if (fault === 'cut-before') return void request.socket.destroy();
    if (typeof fault === 'object' && 'status' in fault) {
      return answer(response, fault.status, errorXml(fault.code, fault.message), fault.headers);
    }
    const result = await inTurn(seen, async () => {
      const early = checked(seen, body);
      if (early) return { status: early.status, headers: XML, body: Buffer.from(errorXml(early.code)) };
      const own = /^(ListParts|AbortMultipartUpload|ListMultipartUploads)$/.test(seen.operation);
      const done = own ? multipart(seen) : await forward(request, url, body);
      remember(seen, body, done);
      return done;
    });
    if (fault === 'cut-after') return void request.socket.destroy();
    const stored = sums.get(seen.path);
    if (
      stored &&
      /^(Head|Get|Put)Object$|^CompleteMultipartUpload$/.test(seen.operation) &&
      result.status < 300
    ) {
      if (
        (seen.headers['x-amz-checksum-mode'] === 'ENABLED' && result.status !== 206) ||
        seen.method === 'PUT'
      ) {
        result.headers['x-amz-checksum-crc32'] = crc32Text(stored.crc);
        result.headers['x-amz-checksum-type'] = stored.type;
      }
    }
    if (fault && 'cutAnswerAfter' in fault) {
      response.writeHead(result.status, result.headers);
      response.write(result.body.subarray(0, fault.cutAnswerAfter), () => request.socket.destroy());
      return;
    }
    response.writeHead(result.status, result.headers).end(seen.method === 'HEAD' ? undefined : result.body);
  }

  /** Conditional writes one after the other, as S3 decides them. */
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn(seen: SeenRequest, work: () => Promise<Result>): Promise<Result> {
    const conditional = seen.headers['if-none-match'] !== undefined || seen.headers['if-match'] !== undefined;
    if (!conditional || seen.method === 'GET') return work();
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  /** The refusals that s3rver leaves out. */
  function checked(seen: SeenRequest, body: Buffer): { status: number; code: string } | undefined {
    const sum = seen.headers['x-amz-checksum-crc32'];
    const ofBody = seen.operation === 'PutObject' || seen.operation === 'UploadPart';
    if (ofBody && sum !== undefined && sum !== crc32Text(crc32(body)))
      return { status: 400, code: 'BadDigest' };
    const uploadId = seen.query.get('uploadId');
    const upload = uploadId === null ? undefined : uploads.get(uploadId);
    if (uploadId !== null && !upload) return { status: 404, code: 'NoSuchUpload' };
    const [bucket = '', ...rest] = seen.path.split('/');
    const there = existsSync(objectFile(bucket, rest.join('/')));
    const creates = seen.operation === 'PutObject' || seen.operation === 'CompleteMultipartUpload';
    if (creates && seen.headers['if-none-match'] === '*' && there)
      return { status: 412, code: 'PreconditionFailed' };
    if (creates && seen.headers['if-match'] !== undefined) {
      if (!there) return { status: 404, code: 'NoSuchKey' };
      if (seen.headers['if-match'] !== etagOf(objectFile(bucket, rest.join('/'))))
        return { status: 412, code: 'PreconditionFailed' };
    }
    // s3rver announces a byte of an empty object, and sends none.
    if (
      seen.operation === 'GetObject' &&
      there &&
      seen.headers.range &&
      statSync(objectFile(bucket, rest.join('/'))).size === 0
    ) {
      return { status: 416, code: 'InvalidRange' };
    }
    if (seen.operation === 'GetObject' && there && seen.headers['if-match'] !== undefined) {
      if (seen.headers['if-match'] !== etagOf(objectFile(bucket, rest.join('/')))) {
        return { status: 412, code: 'PreconditionFailed' };
      }
    }
    if (seen.operation === 'CompleteMultipartUpload' && upload)
      return completable(seen, upload.parts, String(body));
    return undefined;
  }

  /** S3's rules for the parts: all there, in ascending order, 5 MiB at least but for the last, sums as announced. */
  function completable(
    seen: SeenRequest,
    parts: Map<number, PartSeen>,
    xml: string,
  ): { status: number; code: string } | undefined {
    const listed = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      etag: /<ETag>(.*?)</.exec(part)?.[1]?.replace(/&quot;|"/g, ''),
      crc: /<ChecksumCRC32>(.*?)</.exec(part)?.[1],
    }));
    let whole = 0;
    for (const [index, { number, etag, crc }] of listed.entries()) {
      const part = parts.get(number);
      if (!part || part.etag !== etag) return { status: 400, code: 'InvalidPart' };
      if (crc !== undefined && crc !== crc32Text(part.crc)) return { status: 400, code: 'InvalidPart' };
      if (index > 0 && number <= listed[index - 1]!.number) return { status: 400, code: 'InvalidPartOrder' };
      if (index < listed.length - 1 && part.size < 5 * 2 ** 20)
        return { status: 400, code: 'EntityTooSmall' };
      whole = combineCrc32(whole, part.crc, part.size);
    }
    const announced = seen.headers['x-amz-checksum-crc32'];
    if (announced !== undefined && announced !== crc32Text(whole)) return { status: 400, code: 'BadDigest' };
    sums.set(`?${seen.path}`, { crc: whole, type: 'FULL_OBJECT' });
    return undefined;
  }

  function multipart(seen: SeenRequest): Result {
    const id = seen.query.get('uploadId') ?? '';
    if (seen.operation === 'AbortMultipartUpload') {
      uploads.delete(id);
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    }
    if (seen.operation === 'ListMultipartUploads') {
      const wanted = `${seen.path.split('/')[0]}/${seen.query.get('prefix') ?? ''}`;
      const [keyMarker, idMarker] = [
        seen.query.get('key-marker') ?? '',
        seen.query.get('upload-id-marker') ?? '',
      ];
      const open = [...uploads]
        .filter(([, { key }]) => key.startsWith(wanted))
        .map(([id, { key }]) => ({ id, name: key.slice(key.indexOf('/') + 1) }))
        .sort((a, b) => (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1))
        .filter(({ id, name }) => name > keyMarker || (name === keyMarker && id > idMarker));
      // Pages of two, here as well.
      const page = open.slice(0, 2);
      const rows = page.map(
        ({ id, name }) => `<Upload><Key>${name}</Key><UploadId>${id}</UploadId></Upload>`,
      );
      const { id = '', name = '' } = page.at(-1) ?? {};
      const more = `<IsTruncated>${open.length > 2}</IsTruncated><NextKeyMarker>${name}</NextKeyMarker><NextUploadIdMarker>${id}</NextUploadIdMarker>`;
      const xml = `<?xml version="1.0"?><ListMultipartUploadsResult>${more}${rows.join('')}</ListMultipartUploadsResult>`;
      return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
    }
    const from = Number(seen.query.get('part-number-marker') ?? 0);
    // Pages of two, so that whoever lists has to turn them.
    const rest = [...(uploads.get(id)?.parts ?? [])]
      .sort(([a], [b]) => a - b)
      .filter(([number]) => number > from);
    const page = rest.slice(0, 2);
    const rows = page.map(
      ([number, { size, etag, crc }]) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size>` +
        `<ChecksumCRC32>${crc32Text(crc)}</ChecksumCRC32></Part>`,
    );
    const more = `<IsTruncated>${rest.length > 2}</IsTruncated><NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>`;
    const xml = `<?xml version="1.0"?><ListPartsResult>${rows.join('')}${more}</ListPartsResult>`;
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
  }

  function remember(seen: SeenRequest, body: Buffer, result: Result): void {
    if (result.status >= 300) return;
    const id = seen.query.get('uploadId') ?? '';
    if (seen.operation === 'CreateMultipartUpload') {
      const begun = /<UploadId>(.*?)<\/UploadId>/.exec(String(result.body))?.[1] ?? '';
      uploads.set(begun, { key: seen.path, parts: new Map() });
    } else if (seen.operation === 'UploadPart') {
      const etag = createHash('md5').update(body).digest('hex');
      uploads
        .get(id)
        ?.parts.set(Number(seen.query.get('partNumber')), { size: body.length, etag, crc: crc32(body) });
    } else if (seen.operation === 'CompleteMultipartUpload') {
      uploads.delete(id);
      const sum = sums.get(`?${seen.path}`);
      if (sum) sums.set(seen.path, sum);
      const field = sum
        ? `<ChecksumCRC32>${crc32Text(sum.crc)}</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>`
        : '';
      result.body = Buffer.from(
        String(result.body).replace('</CompleteMultipartUploadResult>', `${field}$&`),
      );
      result.headers['content-length'] = String(result.body.length);
    } else if (seen.operation === 'PutObject') {
      sums.set(seen.path, { crc: crc32(body), type: 'FULL_OBJECT' });
    }
  }

  function forward(request: IncomingMessage, url: URL, body: Buffer): Promise<Result> {
    const { expect: _, 'if-none-match': __, 'if-match': ____, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const onward = http.request(
        { port: inner, host: '127.0.0.1', method: request.method, path: url.pathname + url.search, headers },
        async (answered) => {
          const chunks: Buffer[] = [];
          try {
            for await (const chunk of answered) chunks.push(chunk as Buffer);
          } catch (error) {
            return reject(error);
          }
          const { 'transfer-encoding': ___, connection: _____, ...kept } = answered.headers;
          resolve({
            status: answered.statusCode ?? 0,
            headers: kept as Record<string, string>,
            body: Buffer.concat(chunks),
          });
        },
      );
      onward.once('error', reject).end(body);
    });
  }

  const objectFile = (bucket: string, key: string) => join(directory, bucket, `${key}._S3rver_object`);
  // s3rver keeps the sum beside the object.
  const etagOf = (file: string) => `"${readFileSync(`${file}.md5`, 'utf8')}"`;

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: S3Server = {
    url,
    env: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      // Neither a developer's own files nor a machine's role.
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    requests: [],
    fault: () => undefined,
    object: (bucket, key) => {
      const file = objectFile(bucket, key);
      return existsSync(file) ? readFileSync(file) : null;
    },
    openUploads: (key) =>
      [...uploads].filter(([, upload]) => upload.key.endsWith(`/${key}`)).map(([id]) => id),
    operations: () => api.requests.map(({ operation }) => operation),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await s3rver.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return api;
}

/**
 * s3rver answers when it has read what it is to store, whether or not that is in a file yet: on a busy machine an object
 * that was acknowledged was not there. Here the answer waits, and an object is there whole or not at all.
 */
function storeBeforeAnswer(store: S3rverStore): void {
  const write = async (path: string, content: Content): Promise<Stored> => {
    const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
    await mkdir(dirname(path), { recursive: true });
    // A key may be as long as a file's name can be.
    const unfinished = join(dirname(path), randomUUID());
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
    return { size: bytes.length, md5: createHash('md5').update(bytes).digest('hex') };
  };
  store.putObject = async ({ bucket, key, metadata, content }) => {
    const stored = await write(store.getResourcePath(bucket, key, 'object'), content);
    await store.putMetadata(bucket, key, metadata, stored.md5);
    return stored;
  };
  store.putPart = async (bucket, uploadId, number, content) => {
    const path = join(store.getResourcePath(bucket, undefined, 'uploads'), uploadId, String(number));
    const stored = await write(path, content);
    await writeFile(`${path}.md5`, stored.md5);
    return stored;
  };
}

const XML = { 'content-type': 'application/xml' };

interface Result {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function operationOf(method: string, url: URL): string {
  const [, , ...key] = url.pathname.split('/');
  if (key.join('/') === '' && method === 'GET' && url.searchParams.has('uploads'))
    return 'ListMultipartUploads';
  if (key.join('/') === '') return method === 'HEAD' ? 'HeadBucket' : `${method} bucket`;
  const has = (name: string) => url.searchParams.has(name);
  if (method === 'POST') return has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (method === 'PUT') return has('partNumber') ? 'UploadPart' : 'PutObject';
  if (method === 'DELETE') return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'HEAD') return 'HeadObject';
  return has('uploadId') ? 'ListParts' : 'GetObject';
}

/** The body, or null where the connection broke before its end. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return request.complete ? Buffer.concat(chunks) : null;
}

function errorXml(code: string, message = `${code} as ordered`): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>TEST</RequestId></Error>`;
}

function answer(
  response: ServerResponse,
  status: number,
  xml: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(xml);
}
