// What an unfinished recording holds of each direction, for those who listen to it anew: samples out of its files.
import fs from 'node:fs';
import path from 'node:path';
import { WAV_HEADER_BYTES } from '../audio/wav.ts';
import type { ContactState } from './state.ts';
import type { TrackDirection } from './types.ts';

export interface RecordedTrack {
  direction: TrackDirection;
  /** Frames a second. */
  sampleRate: number;
  /** Frames on the timeline. */
  end: number;
  /** False where no file holds this direction apart from the other. */
  readable: boolean;
  /** Mono samples, 16-bit little-endian, from a frame on; shorter at the end, empty where it is not readable. */
  read(position: number, frames: number): Buffer;
}

/** The tracks of a contact whose files lie in `folder` as its state says. Those that are no PCM are left out. */
export function recordedTracks(folder: string, { tracks, files }: ContactState): RecordedTrack[] {
  return tracks.flatMap(({ key, direction, end, format }) => {
    if (format.kind !== 'pcm') return [];
    const own = files.files.find(({ track, wav }) => track === key && wav?.channels === 1);
    const side = files.combined?.sides.find(([, track]) => track === key)?.[0];
    const shared = files.files.find(({ layout, wav }) => layout === 'stereo' && wav?.channels === 2);
    const file = own ?? (side === undefined ? undefined : shared);
    const channels = file === own ? 1 : 2;
    return {
      direction,
      sampleRate: format.sampleRate,
      end,
      readable: file !== undefined,
      read: (position: number, frames: number) =>
        file === undefined
          ? Buffer.alloc(0)
          : samplesOf(path.join(folder, file.temporary), {
              position,
              frames: Math.max(0, Math.min(frames, end - position)),
              channels,
              side: file === own ? 0 : side!,
            }),
    };
  });
}

interface Passage {
  position: number;
  frames: number;
  channels: 1 | 2;
  side: 0 | 1;
}

function samplesOf(file: string, { position, frames, channels, side }: Passage): Buffer {
  const bytes = Buffer.alloc(2 * channels * frames);
  const fd = fs.openSync(file, 'r');
  let filled = 0;
  try {
    const start = WAV_HEADER_BYTES + 2 * channels * position;
    while (filled < bytes.length) {
      const read = fs.readSync(fd, bytes, filled, bytes.length - filled, start + filled);
      if (read === 0) break;
      filled += read;
    }
  } finally {
    fs.closeSync(fd);
  }
  if (channels === 1) return bytes.subarray(0, filled);
  const mono = Buffer.alloc(2 * Math.floor(filled / 4));
  for (let at = 0; at < mono.length; at += 2) bytes.copy(mono, at, 2 * at + 2 * side, 2 * at + 2 * side + 2);
  return mono;
}
