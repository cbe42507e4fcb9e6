// A capture from beginning to end: where it reads from, and what becomes of its files.
import { ArchiveReader } from './archive-reader.ts';
import type { RequestPace } from './backoff.ts';
import { CallRecorder, type CallRecorderOptions } from './call-recorder.ts';
import { LiveReader } from './live-reader.ts';
import { type MediaSource, SourceFault } from './media-source.ts';
import type { CaptureReport } from './request.ts';

export interface CaptureOptions extends Omit<CallRecorderOptions, 'name'> {
  source: MediaSource;
  /** When it fires, what is there is finished. */
  signal?: AbortSignal | undefined;
  /** When it fires, nobody takes the output any more. */
  closed?: AbortSignal | undefined;
  /** Shared by all captures of the same stream. */
  pace?: RequestPace | undefined;
}

/**
 * Records one contact of a stream until its call ends. What is received in full is in the recording exactly once, whatever
 * the network does meanwhile.
 * @throws KvsrecError where nothing could be recorded; Node's errors of writing as they are, the unfinished files and the
 *   last checkpoint then stay to go on with (`resume`) where there is a `store`, else nothing does.
 */
export async function capture(options: CaptureOptions): Promise<CaptureReport> {
  const { source, signal, closed, pace } = options;
  const recorder = new CallRecorder({ ...options, name: source.name });
  const own = new AbortController();
  let failure: { error: unknown } | undefined;
  recorder.onFailure = (error) => {
    failure ??= { error };
    own.abort();
  };
  const close = () => {
    recorder.end('output-closed');
    own.abort();
  };
  if (closed?.aborted) close();
  closed?.addEventListener('abort', close, { once: true });
  const signals = [own.signal, ...(signal === undefined ? [] : [signal])];
  let finishing = false;
  try {
    recorder.save();
    await read(source, recorder, AbortSignal.any(signals), pace);
    if (failure !== undefined) throw failure.error;
    finishing = true;
    return await recorder.finish();
  } catch (thrown) {
    const error = failure?.error ?? thrown;
    // Where nothing is recorded yet, there is nothing to go on with.
    if (options.store === undefined || (!finishing && !recorder.begun)) await recorder.discard();
    else await recorder.abandon();
    throw error instanceof SourceFault ? error.error : error;
  } finally {
    closed?.removeEventListener('abort', close);
  }
}

async function read(
  source: MediaSource,
  recorder: CallRecorder,
  signal: AbortSignal,
  pace: RequestPace | undefined,
): Promise<void> {
  const { archive } = recorder.request;
  const before = recorder.position;
  const past = archive !== undefined && source.archive !== undefined;
  recorder.emit({ event: 'started', source: source.name, archive: past });
  if (recorder.endedBy !== undefined) return;
  try {
    if (past) {
      try {
        await new ArchiveReader(source.archive!, recorder, signal, pace).run();
        return;
      } catch (error) {
        if (!(error instanceof SourceFault) || !archive.fallback || recorder.position !== before) throw error;
        recorder.emit({ event: 'reconnect', reason: error.error.message, attempt: 0, waitMs: 0 });
      }
    }
    await new LiveReader(source, recorder, signal, pace).run();
  } catch (error) {
    // What there is of a recording is worth more than the error that ended it.
    if (!(error instanceof SourceFault) || !recorder.begun) throw error;
    recorder.warnings.add({ code: 'service-error', message: withHint(error) });
    recorder.end('service-error');
  }
}

function withHint({ error }: SourceFault): string {
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}
