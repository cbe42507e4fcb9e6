// A WAV file as a call: two channels are the customer and the agent; the names that recordings get tell the rest.

import { basename } from 'node:path';
import { WavReader } from '../../audio/wav-reader.ts';
import { KvsrecError } from '../../errors.ts';
import { namedRecording } from '../../recording/file-name.ts';
import type { ByteSource } from '../../recording/types.ts';
import type { TranscriptDirection } from '../../transcript/segment.ts';
import type { CallAudioOptions, CallListener, CallReport } from './call-audio.ts';

/** Milliseconds that are read at once. */
const PIECE_MS = 200;

/** Hands the file's audio to the listener. Throws a KvsrecError for what is no WAV file of one or two channels. */
export async function wavCall(
  source: ByteSource,
  listener: CallListener,
  { track, contactId, signal }: CallAudioOptions,
): Promise<CallReport> {
  const reader = await WavReader.open(source).catch((error: unknown) => {
    // Cut short by a signal, every input looks damaged.
    signal.throwIfAborted();
    throw error;
  });
  try {
    const { channels, sampleRate } = reader;
    if (channels > 2) {
      throw new KvsrecError('unsupported-wav', `${source.name} has ${channels} channels`, {
        hint: 'Give a mono file, or a stereo file with the customer left and the agent right.',
      });
    }
    const named = factsOfName(source.name);
    const all: TranscriptDirection[] =
      channels === 2 ? ['from', 'to'] : [named.direction ?? (track === 'both' ? 'unknown' : track)];
    const directions = channels === 2 && track !== 'both' ? [track] : all;
    listener.begin({
      contactId: contactId ?? named.contactId,
      startMs: named.startMs,
      sampleRate,
      directions,
    });
    const frames = Math.round((PIECE_MS * sampleRate) / 1000);
    const samples = new Int16Array(frames * channels);
    const one = new Int16Array(frames);
    let position = 0;
    while (!signal.aborted) {
      const read = await reader.read(samples);
      if (read === 0) break;
      for (const [channel, direction] of all.entries()) {
        for (let i = 0; i < read; i++) one[i] = samples[i * channels + channel]!;
        listener.audio(direction, position, new Uint8Array(one.buffer, 0, 2 * read));
      }
      position += read;
      await listener.paced((position * 1000) / sampleRate);
    }
    const missing = reader.missingFrames;
    return {
      durationMs: Math.round((position * 1000) / sampleRate),
      warnings:
        missing > 0 && !signal.aborted
          ? [{ code: 'truncated', message: `the file ends ${missing} frames before its header says` }]
          : [],
    };
  } finally {
    await reader.close();
  }
}

/** What a recording's name tells: `<ContactId>_<start>_<what>.wav`. */
export function factsOfName(path: string): {
  contactId: string | null;
  startMs: number | null;
  direction: TranscriptDirection | undefined;
} {
  const name = basename(path);
  const stem = name.replace(/\.wav$/i, '');
  const named = stem === name ? undefined : namedRecording(stem);
  const what = named?.what ?? name;
  const direction = /AUDIO_FROM_CUSTOMER/.test(what)
    ? 'from'
    : /AUDIO_TO_CUSTOMER/.test(what)
      ? 'to'
      : undefined;
  return { contactId: named?.contactId ?? null, startMs: named?.startMs ?? null, direction };
}
