// overlay and redact: WAV objects made of others, as Connect Audio Utils does it, streaming and without ffmpeg.

import type { S3Client } from '@aws-sdk/client-s3';
import { type MergeLayout, mergeWav, type PcmStream } from '../audio/merge.ts';
import { type RedactionFill, redactWav } from '../audio/redact.ts';
import type { WavReader } from '../audio/wav-reader.ts';
import { overlayEvent, redactEvent } from './audio-event.ts';
import type { LambdaContext, LambdaHandler } from './handler.ts';
import { type ObjectName, openWavObject, type StoredAudio, storeWav } from './s3-audio.ts';
import type { Telemetry } from './telemetry.ts';

export interface AudioDependencies {
  s3: S3Client;
  /** KMS key of the targets; the bucket's own encryption if undefined. */
  kmsKey: string | undefined;
  telemetry(context: LambdaContext): Telemetry;
}

/** Lays one object over another; the result is as long as the longer one. */
export function createOverlay(dependencies: AudioDependencies & { layout: MergeLayout }): LambdaHandler {
  return told('overlay', dependencies, async (event) => {
    const { sources, target } = overlayEvent(event);
    return await make(dependencies, sources, target, ([first, second]) =>
      mergeWav(first!, second!, dependencies.layout),
    );
  });
}

/** Puts silence or a tone in place of passages. */
export function createRedact(dependencies: AudioDependencies & { fill: RedactionFill }): LambdaHandler {
  return told('redact', dependencies, async (event) => {
    const { source, target, timestamps } = redactEvent(event);
    return await make(dependencies, [source], target, ([reader]) =>
      redactWav(reader!, timestamps, dependencies.fill),
    );
  });
}

async function make(
  { s3, kmsKey }: AudioDependencies,
  sources: readonly ObjectName[],
  target: ObjectName,
  transform: (readers: readonly WavReader[]) => PcmStream,
): Promise<StoredAudio> {
  const opened = await Promise.allSettled(sources.map((source) => openWavObject(s3, source)));
  const readers = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return await storeWav(s3, target, transform(readers), kmsKey);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** The handler with its lines in the log. */
function told(
  what: string,
  { telemetry }: AudioDependencies,
  work: (event: unknown) => Promise<StoredAudio>,
): LambdaHandler {
  return async (event, context) => {
    const said = telemetry(context);
    try {
      const stored = await work(event);
      said.info(`${what} stored`, { bytes: stored.bytes, durationMs: stored.durationMs });
      said.count('AudioSeconds', stored.durationMs / 1000);
      return stored;
    } catch (error) {
      said.count('Failures', 1);
      said.error(`${what} failed`, error);
      throw error;
    } finally {
      said.flush();
    }
  };
}
