// What unfinished recordings leave for the next invocation: objects in the recordings' bucket, the document last.

import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { explained } from '../../aws/aws-error.ts';
import type { CaptureState } from '../../recording/capture/capture-state.ts';
import type { ByteStore } from '../objects/audio-object.ts';
import type { RecordingObjectsState } from '../objects/recording-objects.ts';
import type { RecordSummary } from './summary.ts';

/** Version of the form below. */
const VERSION = 1;

export interface RecordState {
  version: typeof VERSION;
  /** The chain's first request. */
  run: string;
  /** The link that is to go on from here. */
  link: number;
  /** Null before anything was heard. */
  capture: CaptureState | null;
  objects: RecordingObjectsState | null;
  /**
   * Where the transcript's end lies, which the next link goes on with. It is put after this document, and may be missing;
   * states of earlier versions do not have the field.
   */
  transcript?: string | null;
  /** The answer, once the recording is finished. */
  done: RecordSummary | null;
}

/** The state of one recording. */
export class StateStore implements ByteStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #kmsKey: string | undefined;
  /** Names that were put since the last document. */
  #fresh: string[] = [];
  /** Names that the last document needs. */
  #needed: string[] = [];

  constructor(
    client: S3Client,
    place: { bucket: string; prefix: string; kmsKey: string | undefined },
    id: string,
  ) {
    this.#client = client;
    this.#bucket = place.bucket;
    this.#prefix = `${place.prefix}${id}/`;
    this.#kmsKey = place.kmsKey;
  }

  /** Undefined where there is none. @throws KvsrecError `aws-…` */
  async load(): Promise<RecordState | undefined> {
    let state: RecordState;
    try {
      state = JSON.parse(await text(await this.get('state.json'))) as RecordState;
    } catch (error) {
      if (error instanceof Error && (error.cause as Error | undefined)?.name === 'NoSuchKey')
        return undefined;
      throw error;
    }
    this.#needed = namesOf(state);
    return state.version === VERSION ? state : undefined;
  }

  /** Puts the document, which is what makes everything put before count, and forgets what it no longer needs. */
  async save(state: Omit<RecordState, 'version'>): Promise<void> {
    const whole: RecordState = { version: VERSION, ...state };
    await this.put('state.json', Buffer.from(JSON.stringify(whole)));
    const needed = namesOf(whole);
    const gone = [...new Set([...this.#needed, ...this.#fresh])].filter(
      (name) => name !== 'state.json' && !needed.includes(name),
    );
    this.#needed = needed;
    this.#fresh = [];
    if (gone.length > 0) await this.#forget(gone);
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.#fresh.push(name);
    const Key = this.#prefix + name;
    await explained(this.#task('keep the state in', 's3:PutObject', Key), () =>
      this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key,
          Body: bytes,
          ...(this.#kmsKey !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: this.#kmsKey }),
        }),
      ),
    );
  }

  async get(name: string): Promise<Readable> {
    const Key = this.#prefix + name;
    const { Body } = await explained(this.#task('read the state in', 's3:GetObject', Key), () =>
      this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key })),
    );
    return Body as Readable;
  }

  async #forget(names: readonly string[]): Promise<void> {
    try {
      await this.#client.send(
        new DeleteObjectsCommand({
          Bucket: this.#bucket,
          Delete: { Objects: names.map((name) => ({ Key: this.#prefix + name })), Quiet: true },
        }),
      );
    } catch {
      // The bucket's lifecycle rule removes what is left.
    }
  }

  #task(doing: string, action: string, key: string) {
    return {
      doing: `${doing} s3://${this.#bucket}/${key}`,
      action,
      resource: `arn:aws:s3:::${this.#bucket}/${key}`,
    };
  }
}

/** The names of the bytes that a state refers to. */
function namesOf({ objects, transcript }: RecordState): string[] {
  const ofObjects = (objects?.contacts ?? []).flatMap((contact) =>
    contact.objects.flatMap(({ first, tail }) => [first, tail]),
  );
  return transcript ? [...ofObjects, transcript] : ofObjects;
}
