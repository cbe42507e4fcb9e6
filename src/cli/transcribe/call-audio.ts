// A call's audio from an input, whatever it is, on its way to the recogniser: who is heard, and where in the call.

import type { ByteSource, Warning } from '../../recording/types.ts';
import type { TranscriptDirection } from '../../transcript/segment.ts';

/** What is known of a call when its first audio is there. */
export interface CallFacts {
  contactId: string | null;
  /** Milliseconds since the epoch; null where the input does not say. */
  startMs: number | null;
  /** Frames a second. */
  sampleRate: number;
  directions: readonly TranscriptDirection[];
}

/** Takes a call's audio. */
export interface CallListener {
  /** Called once, before any audio. Throws a KvsrecError for a call that cannot be transcribed. */
  begin(facts: CallFacts): void;
  /** The call began without an id, which has come since. */
  named(contactId: string): void;
  /** 16-bit little-endian mono samples that belong at `position`, in frames; the bytes are used again. */
  audio(direction: TranscriptDirection, position: number, pcm: Uint8Array): void;
  /** For inputs that can wait: resolves when the audio up to so many milliseconds of the call may be followed by more. */
  paced(untilMs: number): Promise<void>;
}

/** What an input told about itself when it was read. */
export interface CallReport {
  durationMs: number;
  warnings: Warning[];
}

/** Options of reading a call. */
export interface CallAudioOptions {
  track: 'from' | 'to' | 'both';
  gapToleranceMs: number;
  contactId: string | undefined;
  match: { tag: string; value: string } | undefined;
  signal: AbortSignal;
}

/** A source whose first bytes have been looked at: what it is, and the source as if they had not. */
export async function sniff(source: ByteSource): Promise<{ kind: 'wav' | 'dump'; source: ByteSource }> {
  const bytes = source.chunks()[Symbol.asyncIterator]();
  let begun = Buffer.alloc(0);
  let over = false;
  while (begun.length < 12 && !over) {
    const next = await bytes.next();
    if (next.done === true) over = true;
    else begun = Buffer.concat([begun, next.value]);
  }
  const text = begun.subarray(0, 12).toString('latin1');
  return {
    kind: /^(RIFF|RF64|BW64)....WAVE$/s.test(text) ? 'wav' : 'dump',
    source: {
      name: source.name,
      size: source.size,
      async *chunks() {
        if (begun.length > 0) yield begun;
        try {
          for (
            let next = over ? undefined : await bytes.next();
            next?.done === false;
            next = await bytes.next()
          ) {
            yield next.value;
          }
        } finally {
          await bytes.return?.();
        }
      },
    },
  };
}
