// The backfill: dumps that lie in a bucket to recordings, each dump once however often it is asked for.

import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { explained } from '../aws/aws-error.ts';
import type { StorageOptions } from '../aws/s3/object-target.ts';
import { KvsrecError } from '../errors.ts';
import { sha256 } from '../recording/digest.ts';
import { StreamSplitter } from '../recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS, type InputReport, type Layout } from '../recording/types.ts';
import { type DumpObject, dumpsOf } from './backfill-event.ts';
import type { LambdaContext, LambdaHandler } from './handler.ts';
import { RecordingObjects } from './objects/recording-objects.ts';
import type { Telemetry } from './telemetry.ts';

export interface BackfillDependencies {
  s3: S3Client;
  bucket: string;
  prefix: string;
  combined: { bucket: string; prefix: string };
  layouts: readonly Layout[];
  gapToleranceMs: number;
  storage: StorageOptions;
  telemetry(context: LambdaContext): Telemetry;
}

/** What became of a dump. */
export interface BackfilledDump extends DumpObject {
  /** The report, in the recordings' bucket. */
  report: string;
  contacts: number;
  /** It was done before; nothing was done now. */
  already?: true;
}

/** Makes the handler. It does every dump before it throws for those that failed; a retry does those alone. */
export function createBackfill(dependencies: BackfillDependencies): LambdaHandler {
  return async (event, context) => {
    const telemetry = dependencies.telemetry(context);
    const dumps: BackfilledDump[] = [];
    const failures: { dump: DumpObject; error: unknown }[] = [];
    try {
      for (const dump of dumpsOf(event)) {
        try {
          dumps.push(await backfilled(dump, dependencies, telemetry));
        } catch (error) {
          telemetry.count('Failures', 1);
          telemetry.error('a dump failed', error, { source: `s3://${dump.bucket}/${dump.key}` });
          failures.push({ dump, error });
        }
      }
      telemetry.info('backfill done', { dumps: dumps.length, failed: failures.length });
    } finally {
      telemetry.flush();
    }
    const [first] = failures;
    if (first === undefined) return { dumps };
    throw new KvsrecError(
      'backfill-failed',
      `${failures.length} of ${failures.length + dumps.length} dumps failed: ${failures
        .map(({ dump, error }) => `s3://${dump.bucket}/${dump.key} (${(error as Error).message})`)
        .join('; ')}`,
      { cause: first.error, hint: 'A retry does those alone.' },
    );
  };
}

/** Where a dump's report lies: named by the dump, told apart by a digest. */
function reportKey(prefix: string, { bucket, key }: DumpObject): string {
  const name = (key.split('/').at(-1) ?? '').replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100);
  const digest = sha256().update(`${bucket}/${key}`).digest('hex').slice(0, 16);
  return `${prefix}reports/${name}-${digest}.json`;
}

async function backfilled(
  dump: DumpObject,
  dependencies: BackfillDependencies,
  telemetry: Telemetry,
): Promise<BackfilledDump> {
  const { s3, bucket, prefix, storage } = dependencies;
  const name = `s3://${dump.bucket}/${dump.key}`;
  const report = reportKey(prefix, dump);
  const source = await explained(
    { doing: `read ${name}`, action: 's3:GetObject', resource: `arn:aws:s3:::${dump.bucket}/${dump.key}` },
    () => s3.send(new GetObjectCommand({ Bucket: dump.bucket, Key: dump.key })),
  );
  const etag = source.ETag ?? '';
  const done = await readReport(dependencies, report);
  if (done !== null && done.etag === etag) {
    (source.Body as unknown as { destroy(): void }).destroy();
    return { ...dump, report, contacts: done.contacts, already: true };
  }
  const { input, objects, late } = await split(
    name,
    source.Body as AsyncIterable<Uint8Array>,
    etag,
    dependencies,
  );
  const document = { etag, inputs: [input], objects };
  await explained(
    {
      doing: `store s3://${bucket}/${report}`,
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${bucket}/${report}`,
    },
    () =>
      s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: report,
          Body: JSON.stringify(document),
          ContentType: 'application/json',
          ...(storage.kmsKeyId !== undefined && {
            ServerSideEncryption: 'aws:kms',
            SSEKMSKeyId: storage.kmsKeyId,
          }),
        }),
      ),
  );
  const seconds = input.contacts.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
  telemetry.count('AudioSeconds', seconds);
  telemetry.count('Recordings', input.contacts.length);
  telemetry.count('Gaps', input.warnings.filter(({ code }) => code === 'gap').length);
  if (late > 0) {
    telemetry.count('LostAudio', 1);
    telemetry.warn('audio came too late for the combined objects', { source: name, frames: late });
  }
  return { ...dump, report, contacts: input.contacts.length };
}

async function split(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  etag: string,
  { s3, bucket, prefix, combined, layouts, storage, gapToleranceMs }: BackfillDependencies,
) {
  const run = sha256().update(`${name}\n${etag}`).digest('hex').slice(0, 32);
  const objects = new RecordingObjects({
    client: s3,
    bucket,
    prefix,
    combined,
    layouts,
    track: 'both',
    storage,
    run,
  });
  try {
    const splitter = new StreamSplitter(
      undefined,
      { ...DEFAULT_RECORDING_OPTIONS, layouts, gapToleranceMs },
      { tap: objects },
    );
    for await (const chunk of chunks) {
      splitter.push(chunk);
      await objects.drain();
    }
    const contacts = splitter.finish(name);
    const made = await objects.complete();
    const input: InputReport = {
      input: name,
      bytes: splitter.received,
      contacts,
      warnings: splitter.warnings.list(),
    };
    return { input, objects: made, late: objects.late };
  } catch (error) {
    await objects.abort();
    throw error;
  } finally {
    objects.close();
  }
}

/** The ETag and contacts of an earlier report; null where there is none that can be read. */
async function readReport(
  { s3, bucket }: BackfillDependencies,
  key: string,
): Promise<{ etag: string; contacts: number } | null> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const { etag, inputs } = JSON.parse((await Body?.transformToString()) ?? '') as {
      etag: string;
      inputs: { contacts: unknown[] }[];
    };
    return { etag, contacts: inputs[0]?.contacts.length ?? 0 };
  } catch {
    // Not there, or not ours: it is made.
    return null;
  }
}
