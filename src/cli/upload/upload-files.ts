// Uploads finished files, some at the same time, each to its key.

import { stat, unlink } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { AwsSettings } from '../../aws/client-config.ts';
import type { Destination } from '../../aws/s3/object-key.ts';
import type { ObjectTarget, StorageOptions } from '../../aws/s3/object-target.ts';
import type { RecordingFacts } from '../../aws/s3/recording-facts.ts';
import type { UploadedFile } from '../../aws/s3/upload-file.ts';
import { KvsrecError } from '../../errors.ts';
import { failureOf } from '../report-error.ts';
import { type UploadFailure, type UploadOutcome, type UploadReport, uploadFailed } from './outcome.ts';

export interface UploadItem {
  path: string;
  /** What the key ends with: the file's name, or its path below the folder of all files. */
  name: string;
  facts: RecordingFacts;
  /** Why the file could not be read: its outcome, and no other file's. */
  failure?: { error: unknown } | undefined;
}

export interface UploadOptions {
  aws: AwsSettings;
  storage: StorageOptions;
  destination: Destination;
  /** Replace objects that are there and differ. */
  overwrite: boolean;
  deleteLocal: boolean;
  /** Files at the same time. */
  jobs: number;
}

export interface UploadRun {
  signal: AbortSignal;
  /** `bytes` of the file with this index are with S3. */
  onProgress?(index: number, bytes: number): void;
  onOutcome?(index: number, outcome: UploadOutcome): void;
  log(message: string): void;
  /** Makes the object of a file that went up while it grew; undefined where it did not. */
  complete?(path: string, target: ObjectTarget, size: number): Promise<UploadedFile | undefined>;
}

/** A file's place at S3 and what it is stored with. */
export interface PlannedUpload extends Pick<UploadItem, 'path' | 'failure'> {
  target: ObjectTarget;
}

/** What a file and its name tell; of one that cannot be read, its name and why. */
export async function factsOrFailure(path: string): Promise<Pick<UploadItem, 'facts' | 'failure'>> {
  const { factsOfFile, factsOfName } = await import('../../aws/s3/recording-facts.ts');
  try {
    return { facts: await factsOfFile(path) };
  } catch (error) {
    return { facts: factsOfName(path), failure: { error } };
  }
}

/**
 * Gives every file its key.
 * @throws KvsrecError `bad-object-key`, `duplicate-key` (exit 2): nothing has been uploaded then.
 */
export async function planUploads(
  items: readonly UploadItem[],
  { destination, storage, overwrite }: UploadOptions,
): Promise<PlannedUpload[]> {
  const [{ objectKey }, { contentTypeOf, metadataOf }] = await Promise.all([
    import('../../aws/s3/object-key.ts'),
    import('../../aws/s3/recording-facts.ts'),
  ]);
  const taken = new Map<string, string>();
  return items.map(({ path, name, facts, failure }) => {
    const key = objectKey(destination, name, facts);
    const other = taken.get(key);
    if (other !== undefined) {
      throw new KvsrecError(
        'duplicate-key',
        `${other} and ${path} would both be s3://${destination.bucket}/${key}`,
        {
          exitCode: 2,
          hint: 'Give the files different names, or a prefix that ends with a slash.',
        },
      );
    }
    taken.set(key, path);
    const contentType = contentTypeOf(path);
    const { bucket } = destination;
    const metadata = metadataOf(facts);
    const target = { ...storage, bucket, key, contentType, metadata, onlyIfAbsent: !overwrite };
    return { path, target, failure };
  });
}

/**
 * A client for the bucket that uploads go to.
 * @throws KvsrecError (`aws-…`) where the bucket cannot be reached.
 */
export async function uploadClient(
  { aws, destination }: UploadOptions,
  { signal, log }: UploadRun,
): Promise<S3Client> {
  const { bucketClient } = await import('../../aws/s3/client.ts');
  const onRetry = (error: unknown, attempt: number, waitMs: number) =>
    log(`attempt ${attempt} failed (${String(error)}), next one in ${Math.round(waitMs)} ms`);
  return await bucketClient(destination.bucket, aws, { patience: { signal, onRetry } });
}

/**
 * Uploads what was planned. The outcomes are in the order of the files; whatever goes wrong with a file is its outcome.
 */
export async function uploadFiles(
  client: S3Client,
  planned: readonly PlannedUpload[],
  { deleteLocal, jobs }: UploadOptions,
  run: UploadRun,
): Promise<UploadOutcome[]> {
  const { uploadFile } = await import('../../aws/s3/upload-file.ts');
  const outcomes: UploadOutcome[] = [];
  const queue = [...planned.entries()];

  const upload = async (index: number, { path, target, failure }: PlannedUpload): Promise<UploadReport> => {
    run.signal.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    const before = await stat(path);
    const onProgress = (bytes: number) => run.onProgress?.(index, bytes);
    const stored =
      (await run.complete?.(path, target, before.size)) ??
      (await uploadFile(client, path, target, { signal: run.signal, onProgress }));
    const { bucket, key, versionId, bytes, status, etag, crc32, verified } = stored;
    const deletedLocal = deleteLocal && verified && (await deleted(path, before.mtimeMs));
    const { contentType, metadata } = target;
    const checksum = { algorithm: 'CRC32', value: crc32 } as const;
    const url = `s3://${bucket}/${key}`;
    return {
      ...{ file: path, url, bucket, key, versionId, bytes, status, contentType, metadata, etag, checksum },
      ...{ verified, deletedLocal },
    };
  };
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, item] = next;
      const outcome = await upload(index, item).catch((thrown) => failed(item.path, thrown, run.signal));
      outcomes[index] = outcome;
      run.onOutcome?.(index, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, planned.length) }, lane));
  return outcomes;
}

/** Deletes the file unless it has changed since it was uploaded. */
async function deleted(path: string, mtimeMs: number): Promise<boolean> {
  if ((await stat(path)).mtimeMs !== mtimeMs) return false;
  await unlink(path);
  return true;
}

function failed(file: string, thrown: unknown, signal: AbortSignal): UploadFailure {
  const aborted = signal.aborted && thrown instanceof Error && thrown.name === 'AbortError';
  const error = aborted
    ? new KvsrecError('interrupted', `${file}: interrupted before it was uploaded`)
    : thrown;
  return { file, ...failureOf(error) };
}

/** A warning about an outcome, where there is one to give. */
export function uploadWarning(outcome: UploadOutcome, deleteLocal: boolean): string | undefined {
  if (uploadFailed(outcome) || !deleteLocal || outcome.deletedLocal) return undefined;
  return outcome.verified
    ? `${outcome.file} has changed since it was uploaded, and was not deleted`
    : `${outcome.url} could not be compared with ${outcome.file}, which was not deleted`;
}
