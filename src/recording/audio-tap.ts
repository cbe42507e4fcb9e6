// Hands a recording's audio to listeners while it is placed: a pipe, a transcript, an upload, a level meter.
import type { SampleFormat } from '../connect/sample-format.ts';
import type { TrackDirection } from './types.ts';

export interface TappedTrack {
  contactId: string | null;
  direction: TrackDirection;
  /** Its number in the stream, which tells tracks without a direction apart. */
  number: number;
  /** The track's Name in the stream, untrusted text. */
  name: string;
  format: SampleFormat;
  /** The contact's first audio in any direction, milliseconds since the epoch: where every timeline begins. */
  startMs: number;
}

/**
 * Gets what each direction's mono or multichannel timeline gets, in order and without gaps: `position` counts sample
 * frames from the start. PCM is 16-bit little-endian; AAC comes in ADTS, where `position` counts bytes as for all that is
 * not PCM. Calls come while a fragment is placed, so that a fragment's audio is never heard in part.
 */
export interface AudioTap {
  /** `bytes` belong to the recording and are used again when the call returns. */
  audio(track: TappedTrack, position: number, bytes: Uint8Array): void;
  /** So many frames of silence. */
  silence(track: TappedTrack, position: number, frames: number): void;
}

/** One tap for several. */
export function joinTaps(taps: readonly AudioTap[]): AudioTap | undefined {
  if (taps.length <= 1) return taps[0];
  return {
    audio(track, position, bytes) {
      for (const tap of taps) tap.audio(track, position, bytes);
    },
    silence(track, position, frames) {
      for (const tap of taps) tap.silence(track, position, frames);
    },
  };
}
