// A dump as a call: the recording engine places its audio, without writing any file.

import { StreamSplitter } from '../../recording/splitter.ts';
import { type ByteSource, DEFAULT_RECORDING_OPTIONS } from '../../recording/types.ts';
import type { CallAudioOptions, CallListener, CallReport } from './call-audio.ts';
import { TappedCall, type TappedCallOptions } from './tapped-call.ts';

/** Bytes that are read at once: half a second of both directions. */
const PIECE_BYTES = 16 * 1024;

/** Hands the audio of the dump's contact to the listener. Throws what `split` throws for what is no dump. */
export async function dumpCall(
  source: ByteSource,
  listener: CallListener,
  { track, gapToleranceMs, contactId, match, signal }: CallAudioOptions,
  hooks: Pick<TappedCallOptions, 'onOther' | 'onUnheard'>,
): Promise<CallReport> {
  const call = new TappedCall(listener, { track, ...hooks });
  const options = { ...DEFAULT_RECORDING_OPTIONS, gapToleranceMs, contactId, match };
  const splitter = new StreamSplitter(undefined, options, { tap: call });
  reading: for await (const chunk of source.chunks()) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      splitter.push(chunk.subarray(at, at + PIECE_BYTES));
      call.check();
      await listener.paced(call.lengthMs);
      if (signal.aborted) break reading;
    }
  }
  if (!signal.aborted) splitter.finish(source.name);
  call.check();
  return { durationMs: Math.round(call.lengthMs), warnings: splitter.warnings.list() };
}
