// Uploads a file while it grows. Its beginning changes last (a WAV's header tells the length), and the parts of a
// multipart upload may come in any order: the first part waits for the end, all others go as soon as they are whole.

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { KvsrecError } from '../../errors.ts';
import { explained } from '../aws-error.ts';
import { combineCrc32, crc32, crc32Text } from './crc32.ts';
import type { GrowingBacklog, GrowingState, SentPart } from './growing-state.ts';
import { listParts } from './list-parts.ts';
import { condition, type ObjectTarget, type StoredObject, storageParameters } from './object-target.ts';
import { PART_BYTES, type PartRange, partRange, partsOf } from './part-plan.ts';
import { PartSlots, type Room } from './part-slots.ts';
import { s3Arn, s3Url } from './s3-url.ts';
import { confirmStored } from './stored.ts';

/** Bytes of the file as they stand now: `length` of them from `offset`, in the memory of `room` or elsewhere. */
export type ReadRange = (offset: number, length: number, room: Room) => Uint8Array | Promise<Uint8Array>;

/** What the file begins with in the end: `bytes` in place of its first `replaces` bytes, of another length if need be. */
export interface FinalHead {
  bytes: Uint8Array;
  replaces: number;
}

export interface GrowingOptions {
  /** Parts on their way at the same time; each is held in memory meanwhile. Uploads may share them. */
  slots?: PartSlots;
  /** Called when a part could not be sent; it stays unsent, is tried again later, and nothing else stops. */
  onProblem?(error: Error): void;
}

/** Parts of this upload that are due at the same time, on their way or waiting for a slot. */
const PARTS_AT_A_TIME = 2;

/** Milliseconds after a failure in which no further part is tried; the client itself has been patient before. */
const PAUSE_MS = 15_000;

export class GrowingUpload {
  readonly target: ObjectTarget;
  readonly #client: S3Client;
  readonly #read: ReadRange;
  readonly #options: GrowingOptions;
  readonly #slots: PartSlots;
  readonly #sent = new Map<number, SentPart>();
  readonly #inFlight = new Map<number, Promise<void>>();
  /** Parts whose bytes have changed since they were read; counted, since that can happen while they are on their way. */
  readonly #changes = new Map<number, number>();
  #uploadId: string | null = null;
  #creating: Promise<string> | undefined;
  #settled = 0;
  /** The first part after the first that was not started yet. */
  #next = 2;
  #problem: Error | null = null;
  #pausedUntil = 0;
  #cancel = new AbortController();

  /**
   * Sends nothing yet. A file that ends within the first part never becomes a multipart upload.
   * @param read Reads the file where a part is due, so that none waits in memory.
   */
  constructor(client: S3Client, target: ObjectTarget, read: ReadRange, options: GrowingOptions = {}) {
    this.#client = client;
    this.target = target;
    this.#read = read;
    this.#options = options;
    this.#slots = options.slots ?? new PartSlots(PARTS_AT_A_TIME);
  }

  /**
   * Takes up what an earlier process has left. What S3 does not have (any more) as the state has it is sent again.
   * @throws KvsrecError where S3 cannot be asked.
   */
  static async resume(
    client: S3Client,
    state: GrowingState,
    read: ReadRange,
    options: GrowingOptions = {},
  ): Promise<GrowingUpload> {
    const upload = new GrowingUpload(client, state.target, read, options);
    upload.#settled = state.settled;
    if (state.uploadId === null) return upload;
    const there = await listParts(client, state.target, state.uploadId);
    // Somebody has aborted it: all that is left is to begin again.
    if (there === null) return upload;
    upload.#uploadId = state.uploadId;
    for (const part of state.parts) {
      const listed = there.get(part.number);
      if (listed?.etag === part.etag && listed.size === part.size) upload.#sent.set(part.number, part);
    }
    return upload;
  }

  /** Null until the first part is sent. */
  get uploadId(): string | null {
    return this.#uploadId;
  }

  /** Whether S3 has, or is just being asked for, a multipart upload, which only `complete` and `abort` take away. */
  get begun(): boolean {
    return this.#uploadId !== null || this.#inFlight.size > 0;
  }

  /** What a later process needs; may be taken at any time. */
  state(): GrowingState {
    const parts = [...this.#sent.values()].sort((a, b) => a.number - b.number);
    return { version: 1, target: this.target, uploadId: this.#uploadId, settled: this.#settled, parts };
  }

  backlog(): GrowingBacklog {
    let bytes = 0;
    for (let number = 2; partRange(number).end <= this.#settled; number++) {
      const { start, end } = partRange(number);
      if (!this.#sent.has(number)) bytes += end - start;
    }
    return { bytes, problem: this.#problem };
  }

  /** Offset up to which every whole part after the first is with S3: what lies between is needed no more. */
  get sentUpTo(): number {
    let number = 2;
    while (this.#sent.has(number)) number++;
    return partRange(number).start;
  }

  /**
   * Says that the file's first `settled` bytes are final, its head aside, and sends the parts that are whole. Whoever
   * awaits it is held up while too many are on their way; whoever does not loses nothing.
   */
  async advance(settled: number): Promise<void> {
    this.#settled = Math.max(this.#settled, settled);
    this.#startParts();
    if (this.#inFlight.size >= PARTS_AT_A_TIME) await Promise.race(this.#inFlight.values());
  }

  /** Says that settled bytes have changed after all. Parts that have them are sent again in the end. */
  invalidate(offset: number, length: number): void {
    for (let number = 2; partRange(number).start < offset + length; number++) {
      if (partRange(number).end <= offset) continue;
      this.#changes.set(number, (this.#changes.get(number) ?? 0) + 1);
      this.#sent.delete(number);
    }
  }

  /**
   * Waits until nothing is on its way, and compares every part with the bytes that stand in the file now. Those that
   * differ are sent again in the end.
   * @param sumOf CRC-32 of the file's bytes `[start, end)`.
   */
  async recheck(sumOf: (start: number, end: number) => Promise<number>): Promise<void> {
    await this.#rest();
    for (const { number, size, crc32 } of this.state().parts) {
      const { start } = partRange(number);
      if ((await sumOf(start, start + size)) !== crc32) this.#sent.delete(number);
    }
  }

  /**
   * Sends what is missing, the first part last, and makes the object. May be called again after a failure.
   * @param size Bytes of the file, counted before its head is replaced.
   * @throws KvsrecError (`aws-…`, `object-exists`, `upload-not-verified`). The parts stay with S3 until `abort`.
   */
  async complete(size: number, head?: FinalHead): Promise<StoredObject> {
    this.#settled = size;
    await this.#rest();
    return await explained(this.#task('store', 's3:PutObject'), async () => {
      if (size <= PART_BYTES) return await this.#slots.use((room) => this.#putWhole(size, room, head));
      try {
        return await this.#putParts(size, head);
      } catch (thrown) {
        if (!isGone(thrown)) throw thrown;
        // Somebody has aborted the upload, a lifecycle rule perhaps: once more from the beginning.
        this.#forget();
        return await this.#putParts(size, head);
      }
    });
  }

  /**
   * Sends every whole part that is missing, the first one aside, and waits for it.
   * @throws KvsrecError (`aws-…`) of the first that cannot be sent.
   */
  async flush(): Promise<void> {
    await this.#rest();
    await explained(this.#task('store', 's3:PutObject'), async () => {
      const whole: PartRange[] = [];
      for (let number = 2; partRange(number).end <= this.#settled; number++) whole.push(partRange(number));
      await this.#sendMissing(whole);
    });
  }

  /** Leaves nothing behind at S3. What has been stored stays. */
  async abort(): Promise<void> {
    this.#cancel.abort();
    await Promise.all(this.#inFlight.values());
    await this.#creating?.catch(() => {});
    await this.#discard();
    this.#cancel = new AbortController();
  }

  /** Waits until nothing is on its way. */
  async #rest(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.values());
    this.#pausedUntil = 0;
  }

  async #putParts(size: number, head?: FinalHead): Promise<StoredObject> {
    const ranges = [...partsOf(size)];
    for (const { number, start, end } of ranges) {
      if (this.#sent.get(number)?.size !== end - start) this.#sent.delete(number);
    }
    await this.#sendMissing(ranges.slice(1));
    await this.#send(ranges[0]!, head);
    return await this.#join(ranges.map(({ number }) => this.#sent.get(number)!));
  }

  async #sendMissing(ranges: readonly PartRange[]): Promise<void> {
    const missing = ranges.filter(({ number }) => !this.#sent.has(number));
    const lanes = Array.from({ length: PARTS_AT_A_TIME }, async () => {
      for (let range = missing.shift(); range; range = missing.shift()) await this.#send(range);
    });
    for (const result of await Promise.allSettled(lanes)) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  #startParts(): void {
    if (Date.now() < this.#pausedUntil) return;
    for (let number = this.#next; this.#inFlight.size < PARTS_AT_A_TIME; number++) {
      const range = partRange(number);
      if (range.end > this.#settled) return;
      // What failed or changed before is left to the end, or comes when everything newer is sent.
      if (this.#sent.has(number) || this.#inFlight.has(number)) continue;
      this.#next = number + 1;
      this.#inFlight.set(number, this.#sendInBackground(range));
    }
  }

  async #sendInBackground(range: PartRange): Promise<void> {
    try {
      await explained(this.#task('store', 's3:PutObject'), () => this.#send(range));
      this.#problem = null;
    } catch (thrown) {
      if (thrown instanceof KvsrecError && isGone(thrown.cause)) this.#forget();
      this.#next = Math.min(this.#next, range.number);
      if (this.#cancel.signal.aborted) return;
      this.#problem = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#pausedUntil = Date.now() + PAUSE_MS;
      this.#options.onProblem?.(this.#problem);
    } finally {
      this.#inFlight.delete(range.number);
    }
    this.#startParts();
  }

  async #send(range: PartRange, head?: FinalHead): Promise<void> {
    await this.#slots.use((room) => this.#sendNow(range, room, head));
  }

  async #sendNow({ number, start, end }: PartRange, room: Room, head?: FinalHead): Promise<void> {
    const UploadId = await this.#create();
    const changes = this.#changes.get(number);
    const body = await this.#bytes(start, end, room, head);
    const sum = crc32(body);
    const { ETag } = await this.#client.send(
      new UploadPartCommand({
        ...this.#place,
        UploadId,
        PartNumber: number,
        Body: body,
        ContentLength: body.length,
        ChecksumAlgorithm: 'CRC32',
        ChecksumCRC32: crc32Text(sum),
      }),
      { abortSignal: this.#cancel.signal },
    );
    // The bytes, or the upload itself, may have become another one meanwhile.
    if (this.#changes.get(number) !== changes || this.#uploadId !== UploadId) return;
    this.#sent.set(number, { number, size: end - start, etag: ETag ?? '', crc32: sum });
    if (number === 1) this.#headBytes = body.length;
  }

  /** Bytes of the first part as sent. */
  #headBytes = 0;

  async #bytes(start: number, end: number, room: Room, head?: FinalHead): Promise<Uint8Array> {
    const from = head === undefined ? start : head.replaces;
    const length = Math.max(0, end - from);
    const before = head?.bytes.length ?? 0;
    const whole = head && room(before + length);
    const bytes = await this.#read(
      from,
      length,
      whole ? (most) => whole.subarray(before, before + most) : room,
    );
    if (bytes.length !== length) {
      throw new KvsrecError('upload-source-short', `${this.target.key} cannot be read as far as byte ${end}`);
    }
    if (head === undefined || whole === undefined) return bytes;
    whole.set(bytes, before);
    whole.set(head.bytes);
    return whole;
  }

  async #create(): Promise<string> {
    if (this.#uploadId !== null) return this.#uploadId;
    this.#creating ??= this.#client
      .send(
        new CreateMultipartUploadCommand({
          ...storageParameters(this.target),
          ChecksumAlgorithm: 'CRC32',
          ChecksumType: 'FULL_OBJECT',
        }),
      )
      .then(({ UploadId }) => {
        this.#uploadId = UploadId ?? '';
        return this.#uploadId;
      })
      .finally(() => {
        this.#creating = undefined;
      });
    return await this.#creating;
  }

  async #join(parts: readonly SentPart[]): Promise<StoredObject> {
    const [first, ...rest] = parts;
    const sum = rest.reduce((whole, part) => combineCrc32(whole, part.crc32, part.size), first!.crc32);
    const bytes = rest.reduce((total, { size }) => total + size, this.#headBytes);
    const stored = await confirmStored(this.#client, this.target, { bytes, crc32: sum }, () =>
      this.#client.send(
        new CompleteMultipartUploadCommand({
          ...this.#place,
          UploadId: this.#uploadId ?? '',
          MultipartUpload: {
            Parts: parts.map(({ number, etag, crc32 }) => ({
              PartNumber: number,
              ETag: etag,
              ChecksumCRC32: crc32Text(crc32),
            })),
          },
          ChecksumCRC32: crc32Text(sum),
          ChecksumType: 'FULL_OBJECT',
          ...condition(this.target),
        }),
      ),
    );
    this.#forget();
    return stored;
  }

  async #putWhole(size: number, room: Room, head?: FinalHead): Promise<StoredObject> {
    const body = await this.#bytes(0, size, room, head);
    const sum = crc32(body);
    const stored = await confirmStored(this.#client, this.target, { bytes: body.length, crc32: sum }, () =>
      this.#client.send(
        new PutObjectCommand({
          ...storageParameters(this.target),
          Body: body,
          ContentLength: body.length,
          ChecksumAlgorithm: 'CRC32',
          ChecksumCRC32: crc32Text(sum),
          ...condition(this.target),
        }),
      ),
    );
    // The file has become shorter than it once was.
    await this.#discard();
    return stored;
  }

  async #discard(): Promise<void> {
    const UploadId = this.#uploadId;
    if (UploadId === null) return;
    await explained(this.#task('abort the upload of', 's3:AbortMultipartUpload'), async () => {
      try {
        await this.#client.send(new AbortMultipartUploadCommand({ ...this.#place, UploadId }));
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === 'NoSuchUpload')) throw thrown;
      }
    });
    this.#forget();
  }

  #forget(): void {
    this.#uploadId = null;
    this.#sent.clear();
    this.#next = 2;
  }

  get #place() {
    return { Bucket: this.target.bucket, Key: this.target.key };
  }

  #task(doing: string, action: string) {
    const { bucket, key } = this.target;
    return { doing: `${doing} ${s3Url({ bucket, key })}`, action, resource: s3Arn(bucket, key) };
  }
}

function isGone(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'NoSuchUpload';
}
