// The fragment a recording begins with, where GetMedia begins after it.
import { setTimeout as wait } from 'node:timers/promises';
import { serviceError } from '../../kvs/tags.ts';
import { backoffMs } from './backoff.ts';
import type { CallRecorder } from './call-recorder.ts';
import { FragmentFeed } from './fragment-feed.ts';
import { type MediaSource, SourceFault } from './media-source.ts';

/** A fragment that was just sent may take a moment to be in the archive. */
const ATTEMPTS = 5;

/** Takes fragment `number` from the archive into the recording, or says why it is missing from it. */
export async function fetchNamed(
  number: string,
  { archive }: MediaSource,
  recorder: CallRecorder,
  signal: AbortSignal,
): Promise<void> {
  let why = 'the source has no archive';
  for (let attempt = 1; archive !== undefined && attempt <= ATTEMPTS && !signal.aborted; attempt++) {
    if (attempt > 1) await wait(backoffMs(attempt), undefined, { signal }).catch(() => {});
    try {
      const outcome = await fetchOne(number, archive, recorder, signal);
      if (outcome === undefined) return;
      why = outcome;
    } catch (error) {
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
  signal: AbortSignal,
): Promise<string | undefined> {
  const connection = await archive.open([number], signal);
  let why: string | undefined;
  const feed = new FragmentFeed(
    {
      fragment: (fragment, raw) => {
        if (fragment.number === number) recorder.take(fragment, raw);
      },
      tagsOnly: (tags) => {
        why = serviceError(tags)?.meaning ?? why;
      },
      damage: ({ reason }) => {
        why = reason;
      },
      isComplete: () => false,
    },
    recorder.keepsRaw,
  );
  try {
    await connection.read((chunk) => {
      recorder.bytes += chunk.length;
      feed.push(chunk);
      return undefined;
    });
  } finally {
    connection.close();
  }
  const remainder = feed.end();
  if (remainder?.fragment.number === number && remainder.looksWhole && why === undefined) {
    recorder.take(remainder.fragment, remainder.raw);
  }
  return recorder.position === null ? (why ?? 'it did not come') : undefined;
}
