// A growing upload without a file behind it: the first part and what is not sent yet are held here, and can be handed to
// another process.

import type { S3Client } from '@aws-sdk/client-s3';
import { KvsrecError } from '../../errors.ts';
import type { GrowingState } from './growing-state.ts';
import { type FinalHead, type GrowingOptions, GrowingUpload } from './growing-upload.ts';
import { type Bytes, HeldBytes } from './held-bytes.ts';
import type { ObjectTarget, StoredObject } from './object-target.ts';
import { PART_BYTES } from './part-plan.ts';

/** What another process needs to go on: plain data, and up to some 10 MiB of bytes. */
export interface StreamedState {
  upload: GrowingState;
  /** The file's first bytes, a part at most. */
  first: Uint8Array;
  /** The bytes from `tailStart` on, to the end so far. */
  tail: Uint8Array;
  tailStart: number;
}

/** A state whose bytes are read when they are wanted. */
export interface HeldState extends Pick<StreamedState, 'upload' | 'tailStart'> {
  firstBytes: number;
  tailBytes: number;
  read: HeldBytes['read'];
}

/** Most bytes held where S3 takes none: eight parts of the first size. */
const MOST_HELD = 8 * PART_BYTES;

export class StreamedUpload {
  readonly #held: HeldBytes;
  readonly #upload: GrowingUpload;

  private constructor(held: HeldBytes, upload: GrowingUpload) {
    this.#held = held;
    this.#upload = upload;
  }

  static begin(client: S3Client, target: ObjectTarget, options: GrowingOptions = {}): StreamedUpload {
    const held = new HeldBytes();
    return new StreamedUpload(held, new GrowingUpload(client, target, held.read, options));
  }

  /**
   * Takes up what an earlier process has handed over.
   * @throws KvsrecError `upload-lost` where S3 does not have the parts any more whose bytes nobody holds.
   */
  static async resume(
    client: S3Client,
    state: Omit<StreamedState, 'first' | 'tail'> & { first: Bytes; tail: Bytes },
    options: GrowingOptions = {},
  ): Promise<StreamedUpload> {
    const held = await HeldBytes.take(state.first, state.tail, state.tailStart);
    try {
      const upload = await GrowingUpload.resume(client, state.upload, held.read, options);
      if (upload.sentUpTo >= state.tailStart) return new StreamedUpload(held, upload);
      throw new KvsrecError('upload-lost', `S3 has lost parts of ${state.upload.target.key}`, {
        hint: 'A lifecycle rule that aborts multipart uploads must leave them for longer than a call lasts.',
      });
    } catch (error) {
      held.close();
      throw error;
    }
  }

  /** Of the multipart upload, once there is one. */
  get uploadId(): string | null {
    return this.#upload.uploadId;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#held.length;
  }

  /**
   * Takes the file's next bytes, which are copied. Await it: it is what keeps memory bounded.
   * @throws KvsrecError (`aws-…`) where so much is held that it has to be sent first, and S3 does not take it.
   */
  async append(bytes: Uint8Array): Promise<void> {
    this.#held.append(bytes);
    await this.#upload.advance(this.#held.length);
    this.#held.release(this.#upload.sentUpTo);
    if (this.#held.tailBytes > MOST_HELD) await this.flush();
  }

  /** Sends every whole part, so that less than a part is left to hand over. @throws KvsrecError (`aws-…`). */
  async flush(): Promise<void> {
    await this.#upload.flush();
    this.#held.release(this.#upload.sentUpTo);
  }

  /** What another process needs to go on, as of now; parts on their way are sent once more by it. */
  state(): StreamedState {
    const { read, firstBytes, tailStart, tailBytes, ...rest } = this.held();
    return { ...rest, first: read(0, firstBytes), tail: read(tailStart, tailBytes), tailStart };
  }

  /** The same with the bytes where they are; until the next ones are taken. */
  held(): HeldState {
    const upload = this.#upload.state();
    this.#held.release(this.#upload.sentUpTo);
    const { read, firstBytes, tailStart, tailBytes } = this.#held;
    return { upload, read, firstBytes, tailStart, tailBytes };
  }

  /** @see GrowingUpload.complete */
  async complete(head?: FinalHead): Promise<StoredObject> {
    return await this.#upload.complete(this.#held.length, head);
  }

  async abort(): Promise<void> {
    await this.#upload.abort();
  }

  /** Lets go of the bytes, whatever has become of the upload. */
  close(): void {
    this.#held.close();
  }
}
