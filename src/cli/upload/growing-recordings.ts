// Recordings to S3 while they are made: after each checkpoint, whatever stands in the files for good goes up in parts.

import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { GrowingState } from '../../aws/s3/growing-state.ts';
import type { GrowingUpload } from '../../aws/s3/growing-upload.ts';
import type { ObjectTarget } from '../../aws/s3/object-target.ts';
import type { PartSlots } from '../../aws/s3/part-slots.ts';
import type { RecordingFacts } from '../../aws/s3/recording-facts.ts';
import type { UploadedFile } from '../../aws/s3/upload-file.ts';
import type { CaptureState } from '../../recording/capture/capture-state.ts';
import type { FilePatch } from '../../recording/contact-files.ts';
import type { FileState } from '../../recording/state.ts';
import { planUploads, type UploadOptions } from './upload-files.ts';

/** Parts in memory at the same time, however many calls are recorded: 5 MiB each, more from the 1,000th part on. */
const PARTS_AT_A_TIME = 4;

/** Uploads of a checkpoint's files, by the file's path below the folder. */
export type GrowingStates = Record<string, GrowingState>;

interface Tools {
  client: S3Client;
  slots: PartSlots;
  upload: typeof GrowingUpload;
}

/** A file of a recording that goes on. */
interface OpenFile extends FileState {
  facts: RecordingFacts;
}

export class GrowingRecordings {
  readonly #folder: string;
  readonly #options: UploadOptions;
  readonly #connect: () => Promise<S3Client>;
  readonly #log: (message: string) => void;
  /** By the file's path below the folder; the other name is the one that the file has while it grows. */
  readonly #uploads = new Map<string, { upload: GrowingUpload; temporary: string }>();
  #tools: Promise<Tools> | undefined;
  /** What is done one after the other, so that no two steps begin an upload for the same file. */
  #steps: Promise<void> = Promise.resolve();

  /** @param folder The folder of all files: what is below it becomes part of the keys. */
  constructor(
    folder: string,
    options: UploadOptions,
    connect: () => Promise<S3Client>,
    log: (message: string) => void,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#connect = connect;
    this.#log = log;
  }

  /**
   * Notes what a checkpoint is about to change in bytes that stood already, and answers the state of the uploads that
   * goes into it. Call `follow` when the checkpoint and its changes are made.
   */
  states(state: CaptureState, patches: readonly FilePatch[]): GrowingStates {
    for (const { upload, temporary } of this.#uploads.values()) invalidate(upload, temporary, patches);
    const open = filesOf(state).flatMap(({ path }) => {
      const growing = this.#uploads.get(path);
      return growing === undefined ? [] : [[path, growing.upload.state()] as const];
    });
    return Object.fromEntries(open);
  }

  /** Sends what is whole of a recording's files by now; never waits, and never fails the recording. */
  follow(state: CaptureState): void {
    const files = filesOf(state);
    this.#steps = this.#steps.then(async () => {
      for (const file of files) await this.#advance(file);
    });
  }

  /** Takes up the uploads of a process that is gone. Where S3 cannot be asked, they begin anew in the end. */
  async adopt(states: GrowingStates, state: CaptureState, patches: readonly FilePatch[]): Promise<void> {
    for (const file of filesOf(state)) {
      const left = states[file.path];
      if (left === undefined) continue;
      try {
        const { client, slots, upload } = await this.#ready();
        const taken = await upload.resume(client, left, this.#reader(file), { slots });
        invalidate(taken, file.temporary, patches);
        this.#uploads.set(file.path, { upload: taken, temporary: file.temporary });
      } catch (thrown) {
        this.#log(`the upload of ${file.path} cannot be taken up: ${String(thrown)}`);
      }
    }
  }

  /**
   * Makes the object of a finished file, if most of it is at S3 already; undefined where it has to be uploaded as a
   * whole. The parts are compared with the file's bytes before there is an object, which could not be replaced any more:
   * a change may have waited for the disk longer than for the last checkpoint, and the long form moves all bytes.
   */
  async complete(path: string, target: ObjectTarget, size: number): Promise<UploadedFile | undefined> {
    await this.#steps;
    const name = relative(this.#folder, path).split(sep).join('/');
    const upload = this.#uploads.get(name)?.upload;
    this.#uploads.delete(name);
    if (upload === undefined || !upload.begun) return undefined;
    const { bucket, key } = upload.target;
    if (bucket === target.bucket && key === target.key) {
      try {
        await upload.recheck((start, end) => sumOf(path, start, end));
        return { ...(await upload.complete(size)), status: 'uploaded' };
      } catch (thrown) {
        this.#log(`${path}: what was sent while it grew is given up: ${String(thrown)}`);
      }
    }
    await upload.abort().catch((thrown) => this.#log(`${path}: ${String(thrown)}`));
    return undefined;
  }

  /** Leaves no parts at S3 of recordings that were given up; those that can be gone on with keep theirs. */
  async close(): Promise<void> {
    await this.#steps;
    for (const [path, { upload, temporary }] of this.#uploads) {
      if (existsSync(join(this.#folder, temporary))) continue;
      await upload.abort().catch((thrown) => this.#log(`${path}: ${String(thrown)}`));
    }
    this.#uploads.clear();
  }

  async #advance(file: OpenFile): Promise<void> {
    try {
      let upload = this.#uploads.get(file.path)?.upload;
      if (upload === undefined) {
        const [planned] = await planUploads(
          [{ path: join(this.#folder, file.path), name: file.path, facts: file.facts }],
          this.#options,
        );
        const tools = await this.#ready();
        const onProblem = (error: Error) => this.#log(`${file.path}: ${error.message}; tried again later`);
        upload = new tools.upload(tools.client, planned!.target, this.#reader(file), {
          slots: tools.slots,
          onProblem,
        });
        this.#uploads.set(file.path, { upload, temporary: file.temporary });
      }
      // Not awaited: a slow S3 holds up no recording.
      void upload.advance(file.size);
    } catch (thrown) {
      this.#log(`${file.path} cannot go up while it grows: ${String(thrown)}`);
    }
  }

  async #ready(): Promise<Tools> {
    this.#tools ??= Promise.all([
      this.#connect(),
      import('../../aws/s3/growing-upload.ts'),
      import('../../aws/s3/part-slots.ts'),
    ]).then(([client, { GrowingUpload }, { PartSlots }]) => ({
      client,
      slots: new PartSlots(PARTS_AT_A_TIME),
      upload: GrowingUpload,
    }));
    this.#tools.catch(() => {
      this.#tools = undefined;
    });
    return await this.#tools;
  }

  /** Reads a file under whichever of its names it has. */
  #reader({ path, temporary }: FileState) {
    return async (offset: number, length: number): Promise<Uint8Array> => {
      const file = await this.#open(temporary, path);
      try {
        const bytes = Buffer.allocUnsafeSlow(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await file.close();
      }
    };
  }

  async #open(temporary: string, path: string): Promise<FileHandle> {
    return await open(join(this.#folder, temporary)).catch(() => open(join(this.#folder, path)));
  }
}

/** The WAV files of the recordings that go on. A raw file of a codec has no head to wait for, and is small. */
function filesOf(state: CaptureState): OpenFile[] {
  return state.engine.contacts.flatMap((contact) => {
    if (!('open' in contact) || contact.open.originNs === undefined) return [];
    const { contactId, originNs, files } = contact.open;
    const startMs = Number(BigInt(originNs) / 1_000_000n);
    return files.files
      .filter(({ wav }) => wav !== undefined)
      .map((file) => {
        const { layout, direction, wav } = file;
        const what = /_([A-Z][A-Z0-9_]*)\.wav$/.exec(file.path)?.[1] ?? null;
        return {
          ...file,
          facts: { contactId, startMs, what, direction, layout, sampleRate: wav!.sampleRate },
        };
      });
  });
}

/** Parts that have bytes which a checkpoint changes are no good. A patch tells the name that the file has meanwhile. */
function invalidate(upload: GrowingUpload, temporary: string, patches: readonly FilePatch[]): void {
  for (const { path, position, bytes } of patches) {
    if (path === temporary) upload.invalidate(position, bytes.length);
  }
}

/** CRC-32 of a file's bytes `[start, end)`, of those that there are. */
async function sumOf(path: string, start: number, end: number): Promise<number> {
  const { crc32 } = await import('../../aws/s3/crc32.ts');
  let sum = 0;
  for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: 1024 * 1024 })) {
    sum = crc32(chunk as Buffer, sum);
  }
  return sum;
}
