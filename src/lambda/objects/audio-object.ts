// One recorded object of a bucket: takes audio as it comes, and becomes an object when the recording has ended.

import type { S3Client } from '@aws-sdk/client-s3';
import { WAV_HEADER_BYTES, wavHeader } from '../../audio/wav.ts';
import type { GrowingState } from '../../aws/s3/growing-state.ts';
import type { ObjectTarget, StoredObject } from '../../aws/s3/object-target.ts';
import { PART_BYTES } from '../../aws/s3/part-plan.ts';
import type { PartSlots } from '../../aws/s3/part-slots.ts';
import { headObject } from '../../aws/s3/stored.ts';
import { StreamedUpload } from '../../aws/s3/streamed-upload.ts';
import { KvsrecError } from '../../errors.ts';
import { sha256 } from '../../recording/digest.ts';
import type { Layout, TrackDirection } from '../../recording/types.ts';

/** What an object holds. */
export interface ObjectFacts {
  contactId: string | null;
  /** The contact's first audio, milliseconds since the epoch. */
  startMs: number;
  layout: Layout;
  direction: TrackDirection | 'both';
  /** Of a WAV object; undefined for payloads that are passed through. */
  wav?: { sampleRate: number; channels: number } | undefined;
}

/** Plain data with which another process goes on; the bytes are kept apart, under `first` and `tail`. */
export interface AudioObjectState {
  facts: ObjectFacts;
  upload: GrowingState;
  tailStart: number;
  first: string;
  tail: string;
}

/** Where bytes of a state are kept, by name. */
export interface ByteStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Bytes of zeros handed over at a time. */
const ZEROS = Buffer.alloc(256 * 1024);

export class AudioObject {
  readonly facts: ObjectFacts;
  readonly target: ObjectTarget;
  readonly #upload: StreamedUpload | MadeBefore;
  readonly #slots: PartSlots;
  /** What was taken and not handed on: bytes, or a number of zero bytes. */
  #queue: (Uint8Array | number)[] = [];
  /** The first part is full, and kept where it never changes again. */
  #firstKept: string | undefined;
  #savedUploadId: string | null = null;

  private constructor(
    facts: ObjectFacts,
    target: ObjectTarget,
    upload: StreamedUpload | MadeBefore,
    slots: PartSlots,
    firstKept?: string,
  ) {
    this.facts = facts;
    this.target = target;
    this.#upload = upload;
    this.#slots = slots;
    this.#firstKept = firstKept;
  }

  static begin(client: S3Client, target: ObjectTarget, facts: ObjectFacts, slots: PartSlots): AudioObject {
    const object = new AudioObject(facts, target, StreamedUpload.begin(client, target, { slots }), slots);
    // Room for the header, which tells the length.
    if (facts.wav !== undefined) object.#queue.push(WAV_HEADER_BYTES);
    return object;
  }

  /**
   * Takes up what an earlier process has left. Where that process has made the object and died before it could say so,
   * the object stays as it is: `mark` names the metadata that tells a run's own objects.
   * @throws KvsrecError `upload-lost`, `aws-…`.
   */
  static async resume(
    client: S3Client,
    { facts, upload, tailStart, first, tail }: AudioObjectState,
    bytes: ByteStore,
    slots: PartSlots,
    mark: string,
  ): Promise<AudioObject> {
    const state = { upload, tailStart, first: later(bytes, first), tail: later(bytes, tail) };
    try {
      const resumed = await StreamedUpload.resume(client, state, { slots });
      const kept = resumed.held().firstBytes === PART_BYTES ? first : undefined;
      const object = new AudioObject(facts, upload.target, resumed, slots, kept);
      object.#savedUploadId = upload.uploadId;
      return object;
    } catch (error) {
      if (!(error instanceof KvsrecError && error.code === 'upload-lost')) throw error;
      const made = await madeAlready(client, upload.target, mark);
      if (made === undefined) throw error;
      const madeBefore = { ...made, state: { facts, upload, tailStart, first, tail } };
      return new AudioObject(facts, upload.target, madeBefore, slots);
    }
  }

  /** Takes a copy of the bytes. */
  write(bytes: Uint8Array): void {
    this.#queue.push(new Uint8Array(bytes));
  }

  zeros(count: number): void {
    if (count > 0) this.#queue.push(count);
  }

  /** Hands on what was taken. Await it: it keeps memory bounded. @throws KvsrecError `aws-…` */
  async drain(): Promise<void> {
    if ('bytes' in this.#upload) {
      this.#queue = [];
      return;
    }
    while (this.#queue.length > 0) {
      const next = this.#queue[0]!;
      if (typeof next === 'number') {
        const now = Math.min(next, ZEROS.length);
        await this.#upload.append(ZEROS.subarray(0, now));
        if (now === next) this.#queue.shift();
        else this.#queue[0] = next - now;
      } else {
        await this.#upload.append(next);
        this.#queue.shift();
      }
    }
  }

  /** @throws RangeError where something is queued, which a state would lack. */
  requireDrained(): void {
    if (this.#queue.length > 0) throw new RangeError(`${this.target.key} is not drained`);
  }

  /** An upload has begun that no state names. */
  get unnamedUpload(): boolean {
    return !('bytes' in this.#upload) && this.#upload.uploadId !== this.#savedUploadId;
  }

  /**
   * Puts what another process needs into `bytes`, as of now. To be called when drained; names that end in `version` may
   * be forgotten with the next state, others are still needed then.
   */
  async save(bytes: ByteStore, version: string): Promise<AudioObjectState> {
    const name = sha256().update(this.target.key).digest('hex').slice(0, 16);
    const versioned = { first: `${name}.first.${version}`, tail: `${name}.tail.${version}` };
    if ('bytes' in this.#upload) {
      // The state is known again by what S3 no longer has; the bytes are of no use any more.
      for (const unused of Object.values(versioned)) await bytes.put(unused, Buffer.alloc(0));
      return { ...this.#upload.state, ...versioned };
    }
    // Whole parts go to S3 rather than into the state.
    await this.#upload.flush();
    const { upload, read, firstBytes, tailStart, tailBytes } = this.#upload.held();
    const full = firstBytes === PART_BYTES;
    const names = { ...versioned, first: this.#firstKept ?? (full ? `${name}.first` : versioned.first) };
    await this.#slots.use(async (room) => {
      if (this.#firstKept === undefined) await bytes.put(names.first, read(0, firstBytes, room));
      if (full) this.#firstKept = names.first;
      await bytes.put(names.tail, read(tailStart, tailBytes, room));
    });
    this.#savedUploadId = upload.uploadId;
    return { facts: this.facts, upload, tailStart, ...names };
  }

  /**
   * Makes the object, its header first.
   * @throws KvsrecError `aws-…`, `upload-not-verified`. May be called again after a failure.
   */
  async complete(): Promise<MadeObject> {
    if ('bytes' in this.#upload) return this.#upload;
    await this.drain();
    const { wav } = this.facts;
    if (wav === undefined) return await this.#upload.complete();
    const dataBytes = this.#upload.length - WAV_HEADER_BYTES;
    return await this.#upload.complete({
      bytes: wavHeader({ ...wav, dataBytes }),
      replaces: WAV_HEADER_BYTES,
    });
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    if (!('bytes' in this.#upload)) await this.#upload.abort();
  }

  /** Lets go of what is held here, whatever has become of the object. */
  close(): void {
    if (!('bytes' in this.#upload)) this.#upload.close();
  }
}

/** Bytes that are asked for when they are wanted: an answer that nobody reads keeps its connection. */
async function* later(bytes: ByteStore, name: string): AsyncGenerator<Uint8Array> {
  yield* await bytes.get(name);
}

/** An object that is there. */
export type MadeObject = Pick<StoredObject, 'bucket' | 'key' | 'bytes'>;

/** One that a process made which died before it could say so, with the state it had left. */
type MadeBefore = MadeObject & { state: AudioObjectState };

/** The object where a process that died had made it already; `mark` is what the target's metadata says of the run. */
async function madeAlready(
  client: S3Client,
  target: ObjectTarget,
  mark: string,
): Promise<MadeObject | undefined> {
  const answer = (await headObject(client, target)) as
    | { ContentLength?: number; Metadata?: Record<string, string> }
    | null
    | undefined;
  if (answer?.Metadata?.[mark] !== target.metadata[mark]) return undefined;
  return { bucket: target.bucket, key: target.key, bytes: answer?.ContentLength ?? 0 };
}
