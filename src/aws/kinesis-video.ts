// The clients of Kinesis Video Streams, made once for all streams, and the endpoints at which a stream's media are had.
import http from 'node:http';
import https from 'node:https';
import { type APIName, GetDataEndpointCommand, KinesisVideoClient } from '@aws-sdk/client-kinesis-video';
import type { KinesisVideoArchivedMediaClient } from '@aws-sdk/client-kinesis-video-archived-media';
import { KinesisVideoMediaClient } from '@aws-sdk/client-kinesis-video-media';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { KvsrecError } from '../errors.ts';
import { awsError } from './aws-error.ts';
import { type AwsSettings, clientConfig } from './client-config.ts';
import type { StreamId } from './stream-id.ts';
import { regionOf, streamName } from './stream-id.ts';

/** Milliseconds within which the service has to begin to answer. */
const REQUEST_TIMEOUT_MS = 20_000;

/** Shared by all recordings of a process. */
export class KinesisVideo {
  readonly #settings: AwsSettings;
  readonly #handler: NodeHttpHandler;
  #control: KinesisVideoClient | undefined;
  readonly #media = new Map<string, KinesisVideoMediaClient>();
  readonly #archived = new Map<string, KinesisVideoArchivedMediaClient>();
  readonly #endpoints = new Map<string, Promise<string>>();

  /** @param options `requestTimeoutMs`: in place of 20 s. */
  constructor(
    settings: AwsSettings = {},
    { requestTimeoutMs = REQUEST_TIMEOUT_MS }: { requestTimeoutMs?: number } = {},
  ) {
    this.#settings = settings;
    // A connection a call, and each lasts as long as the call does.
    const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
    this.#handler = new NodeHttpHandler({
      ...clientConfig(settings).requestHandler,
      requestTimeout: requestTimeoutMs,
      // Without it, no more than a warning comes of the time.
      throwOnRequestTimeout: true,
      httpAgent: new http.Agent(agent),
      httpsAgent: new https.Agent(agent),
    });
  }

  /** @throws What the SDK throws. */
  async media(stream: StreamId): Promise<KinesisVideoMediaClient> {
    const endpoint = await this.#endpoint(stream, 'GET_MEDIA');
    return kept(this.#media, endpoint, () => new KinesisVideoMediaClient(this.#dataConfig(endpoint)));
  }

  /** @throws What the SDK throws. */
  async archived(
    stream: StreamId,
    api: 'LIST_FRAGMENTS' | 'GET_MEDIA_FOR_FRAGMENT_LIST',
  ): Promise<KinesisVideoArchivedMediaClient> {
    const [endpoint, { KinesisVideoArchivedMediaClient: Client }] = await Promise.all([
      this.#endpoint(stream, api),
      import('@aws-sdk/client-kinesis-video-archived-media'),
    ]);
    return kept(this.#archived, endpoint, () => new Client(this.#dataConfig(endpoint)));
  }

  /**
   * After a request for a stream has failed, its endpoints are looked up anew, since they may have moved, and credentials
   * that have expired are asked for anew. Answers the fault, to be thrown.
   */
  failed(stream: StreamId, fault: unknown): unknown {
    for (const key of this.#endpoints.keys()) {
      if (key.endsWith(` ${streamName(stream)}`)) this.#endpoints.delete(key);
    }
    const reason = fault instanceof Error ? fault.cause : undefined;
    if (reason instanceof KvsrecError && reason.code === 'aws-expired-credentials') {
      this.#control = undefined;
      this.#media.clear();
      this.#archived.clear();
    }
    return fault;
  }

  /** Lets go of all connections. */
  close(): void {
    this.#handler.destroy();
  }

  async #endpoint(stream: StreamId, api: APIName): Promise<string> {
    const key = `${api} ${streamName(stream)}`;
    const asked = kept(this.#endpoints, key, () => this.#ask(stream, api));
    try {
      return await asked;
    } catch (error) {
      this.#endpoints.delete(key);
      throw error;
    }
  }

  async #ask(stream: StreamId, api: APIName): Promise<string> {
    this.#control ??= new KinesisVideoClient({
      ...clientConfig(this.#settings),
      requestHandler: this.#handler,
    });
    const control = this.#control;
    try {
      const { DataEndpoint } = await control.send(
        new GetDataEndpointCommand({ ...streamParameters(stream), APIName: api }),
      );
      return DataEndpoint!;
    } catch (error) {
      throw awsError(error, {
        doing: `look up the endpoint of the stream ${streamName(stream)}`,
        action: 'kinesisvideo:GetDataEndpoint',
        resource: stream.arn,
        region: await control.config.region().catch(() => undefined),
        ownRegion: regionOf(stream),
      });
    }
  }

  #dataConfig(endpoint: string) {
    return {
      ...clientConfig(this.#settings),
      endpoint,
      requestHandler: this.#handler,
      // Whoever reads on knows better when to ask again: after which fragment, and within which quota.
      maxAttempts: 1,
    };
  }
}

/** A stream as the service's requests name it. */
export function streamParameters(stream: StreamId): { StreamARN?: string; StreamName?: string } {
  return stream.arn === undefined ? { StreamName: stream.name! } : { StreamARN: stream.arn };
}

function kept<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
