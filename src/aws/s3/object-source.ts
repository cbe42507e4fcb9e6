// An object as a source of bytes: ranges read ahead, some at the same time, each taken up where it broke off.

import { setTimeout as wait } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { KvsrecError } from '../../errors.ts';
import type { ByteSource } from '../../recording/types.ts';
import { awsError, isTransient } from '../aws-error.ts';
import type { AwsSettings } from '../client-config.ts';
import { bucketClient, type S3Options } from './client.ts';
import { parseObjectUrl, type S3Place, s3Arn, s3Url } from './s3-url.ts';

/** Bytes of a range: S3 serves aligned ranges of 8 or 16 MiB best, one connection each. */
const RANGE_BYTES = 8 * 1024 * 1024;
/** Ranges under way or waiting to be taken: memory is bounded by this many times their size. */
const RANGES_AHEAD = 4;
/** Attempts in a row that bring no byte before an object is given up; the client itself is patient with each. */
const FRUITLESS_ATTEMPTS = 5;
const FIRST_WAIT_MS = 200;

export interface ObjectSourceOptions extends S3Options {
  /** For tests: another size of ranges. */
  rangeBytes?: number;
  signal?: AbortSignal | undefined;
}

export interface ObjectSource extends ByteSource {
  readonly size: number;
  close(): Promise<void>;
}

/**
 * Opens `s3://bucket/key`, `?versionId=…` for a version. All bytes are of one and the same object, or it is an error.
 * @throws KvsrecError `bad-s3-url` (exit 2), `aws-…`.
 */
export async function openObject(
  url: string,
  settings: AwsSettings = {},
  options: ObjectSourceOptions = {},
): Promise<ObjectSource> {
  const place = parseObjectUrl(url);
  const client = await bucketClient(place.bucket, settings, options);
  const reader = new ObjectReader(client, place, options);
  try {
    const first = await reader.first();
    return {
      name: url,
      size: reader.size,
      remote: true,
      chunks: () => reader.chunks(first),
      close: async () => reader.close(),
    };
  } catch (thrown) {
    reader.close();
    throw thrown;
  }
}

/** The body of an answer, from `start` on. */
interface Body {
  start: number;
  stream: AsyncIterable<Uint8Array>;
}

class ObjectReader {
  size = 0;
  readonly #client: S3Client;
  readonly #place: S3Place;
  readonly #rangeBytes: number;
  readonly #abort = new AbortController();
  #etag: string | undefined;

  constructor(client: S3Client, place: S3Place, { rangeBytes = RANGE_BYTES, signal }: ObjectSourceOptions) {
    this.#client = client;
    this.#place = place;
    this.#rangeBytes = rangeBytes;
    signal?.addEventListener('abort', () => this.#abort.abort(), { once: true });
  }

  /** Asks for the first range, which tells the object's size and version as well. */
  async first(): Promise<Body | null> {
    try {
      const { answer, stream } = await this.#ask(0, this.#rangeBytes);
      this.#etag = answer.ETag;
      this.size = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength ?? 0);
      return { start: 0, stream };
    } catch (thrown) {
      // An empty object has no range at all.
      if (thrown instanceof Error && thrown.name === 'InvalidRange') return null;
      throw this.#explained(thrown);
    }
  }

  /** All bytes in order. */
  async *chunks(first: Body | null): AsyncGenerator<Uint8Array> {
    if (first === null) return;
    const queue: Promise<Uint8Array[]>[] = [];
    let next = 0;
    const startOne = () => {
      if (next >= this.size) return;
      const [start, end] = [next, Math.min(next + this.#rangeBytes, this.size)];
      const range = this.#range(start, end, start === 0 ? first : undefined);
      // It is looked at when its turn comes; until then a failure is nobody's.
      range.catch(() => {});
      queue.push(range);
      next = end;
    };
    try {
      while (queue.length < RANGES_AHEAD && next < this.size) startOne();
      for (let range = queue.shift(); range; range = queue.shift()) {
        const pieces = await range;
        startOne();
        yield* pieces;
      }
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#abort.abort();
    this.#client.destroy();
  }

  /** The bytes of a range in pieces, asked for again from where an answer broke off. */
  async #range(start: number, end: number, begun: Body | undefined): Promise<Uint8Array[]> {
    const pieces: Uint8Array[] = [];
    let at = start;
    let body = begun;
    for (let fruitless = 0; ; ) {
      const before = at;
      try {
        body ??= { start: at, stream: (await this.#ask(at, end)).stream };
        for await (const piece of body.stream) {
          pieces.push(piece);
          at += piece.length;
        }
        if (at === end) return pieces;
        // An answer that ends early without an error.
        throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      } catch (thrown) {
        fruitless = at > before ? 1 : fruitless + 1;
        if (fruitless >= FRUITLESS_ATTEMPTS || this.#abort.signal.aborted || !isTransient(thrown)) {
          throw this.#explained(thrown);
        }
        body = undefined;
        await wait(Math.random() * FIRST_WAIT_MS * 2 ** fruitless);
      }
    }
  }

  async #ask(
    start: number,
    end: number,
  ): Promise<{ answer: GetObjectCommandOutput; stream: AsyncIterable<Uint8Array> }> {
    const { bucket, key, versionId } = this.#place;
    const answer = await this.#client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId,
        Range: `bytes=${start}-${end - 1}`,
        ...(this.#etag !== undefined && { IfMatch: this.#etag }),
      }),
      { abortSignal: this.#abort.signal },
    );
    return { answer, stream: answer.Body as unknown as AsyncIterable<Uint8Array> };
  }

  #explained(thrown: unknown): unknown {
    const { bucket, key } = this.#place;
    if (thrown instanceof Error && thrown.name === 'PreconditionFailed') {
      return new KvsrecError('object-changed', `${s3Url(this.#place)} was replaced while it was read`, {
        hint: 'Read it again, or name a version with ?versionId=… in a bucket that keeps them.',
        cause: thrown,
      });
    }
    const action = this.#place.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
    return awsError(thrown, { doing: `read ${s3Url(this.#place)}`, action, resource: s3Arn(bucket, key) });
  }
}
