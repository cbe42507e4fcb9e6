// The fragment a recording begins with, where GetMedia begins after it.
import { setTimeout as wait } from 'node:timers/promises';
import type { Fragment } from '../../kvs/fragment.ts';
import { serviceError } from '../../kvs/tags.ts';
import { backoffMs } from './backoff.ts';
import type { CallRecorder } from './call-recorder.ts';
import { FragmentFeed } from './fragment-feed.ts';
import { type MediaSource, SourceFault } from './media-source.ts';
import { readWatched } from './watched-read.ts';

export type TakeFragment = (fragment: Fragment, raw: readonly Uint8Array[]) => void;

/** A fragment that was just sent may take a moment to be in the archive. */
const ATTEMPTS = 5;

/** Gets fragment `number` from the archive for `take`, or says why it is missing from the recording. */
export async function fetchNamed(
  number: string,
  { archive }: MediaSource,
  recorder: CallRecorder,
  take: TakeFragment,
  signal: AbortSignal,
): Promise<void> {
  let why = 'the source has no archive';
  for (let attempt = 1; archive !== undefined && attempt <= ATTEMPTS && !signal.aborted; attempt++) {
    if (attempt > 1) await wait(backoffMs(attempt), undefined, { signal }).catch(() => {});
    try {
      const outcome = await fetchOne(number, archive, recorder, take, signal);
      if (outcome === undefined) return;
      why = outcome;
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof SourceFault)) throw error;
      why = error.error.message;
      if (error.kind === 'fatal') break;
    }
  }
  recorder.warnings.add({
    code: 'truncated',
    message: `the service begins after fragment ${number}, with which the recording was to begin, and the archive does not give it: ${why}`,
  });
}

/** Answers why it did not come. */
async function fetchOne(
  number: string,
  archive: NonNullable<MediaSource['archive']>,
  recorder: CallRecorder,
  take: TakeFragment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const connection = await archive.open([number], signal);
  let why: string | undefined;
  let taken = false;
  let failure: { error: unknown } | undefined;
  const accept: TakeFragment = (fragment, raw) => {
    // A further Cluster of its Segment has no number of its own.
    if (fragment.number !== number && !(taken && fragment.number === null)) return;
    taken = true;
    take(fragment, raw);
  };
  const feed = new FragmentFeed(
    {
      fragment: accept,
      tagsOnly: (tags) => {
        why = serviceError(tags)?.meaning ?? why;
      },
      damage: ({ reason }) => {
        why = reason;
      },
      isComplete: () => false,
      failed: (error) => {
        failure = { error };
        connection.close();
      },
    },
    recorder.keepsRaw,
  );
  try {
    await readWatched(connection, recorder.request.stallTimeoutMs, (chunk) => {
      recorder.bytes += chunk.length;
      feed.push(chunk);
      return undefined;
    });
  } finally {
    connection.close();
    feed.close();
  }
  if (failure !== undefined) throw failure.error;
  const remainder = feed.end();
  if (remainder?.looksWhole && why === undefined) {
    for (const { fragment, raw } of remainder.pieces) accept(fragment, raw);
  }
  return taken ? undefined : (why ?? 'it did not come');
}
