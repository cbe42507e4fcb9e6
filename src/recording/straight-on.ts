// The quick way for a fragment whose every block goes on where its track's audio ends, as nearly all of them do: two
// short loops, which the engine makes fast soon, instead of a dozen calls a block.
import { CONTINUES } from '../kvs/block-list.ts';
import type { Fragment } from '../kvs/fragment.ts';
import type { TrackRecording } from './track-recording.ts';

/** Where each of a fragment's tracks ends after the blocks looked at so far; one array for all fragments. */
const ends: number[] = [];

/**
 * Appends all blocks of a fragment to the recordings of its tracks (undefined for what is no audio). Answers false,
 * with nothing done, where a block is in need of anything else.
 * @param relativeNs The Cluster's time after the contact's origin, nanoseconds.
 */
export function recordStraightOn(
  fragment: Fragment,
  tracks: readonly (TrackRecording | undefined)[],
  relativeNs: number,
  toleranceMs: number,
): boolean {
  for (let i = 0; i < tracks.length; i++) {
    const track = tracks[i];
    if (track === undefined) continue;
    if (track.plainStage === undefined || !track.timeline.started || track.overlapFrames > 0) return false;
    ends[i] = track.timeline.end;
  }
  if (!allGoOn(fragment, tracks, relativeNs, toleranceMs)) return false;
  const { blocks, bytes } = fragment;
  for (let i = 0; i < blocks.count; i++) {
    tracks[blocks.track[i]!]?.plainStage?.write(bytes, blocks.start[i]!, blocks.end[i]!);
  }
  for (let i = 0; i < tracks.length; i++) {
    const timeline = tracks[i]?.timeline;
    if (timeline !== undefined) timeline.end = ends[i]!;
  }
  return true;
}

/** Whether every block lies within the tolerance of where its track ends by then, and has whole sample frames. */
function allGoOn(
  { blocks, info }: Fragment,
  tracks: readonly (TrackRecording | undefined)[],
  relativeNs: number,
  toleranceMs: number,
): boolean {
  const scale = info.timestampScale;
  const { count, track: trackOf, timecode: timecodes, start: starts, end: stops } = blocks;
  for (let i = 0; i < count; i++) {
    const at = trackOf[i]!;
    const track = tracks[at];
    if (track === undefined) continue;
    const timecode = timecodes[i]!;
    const frames = (stops[i]! - starts[i]!) / track.storedFrameBytes;
    if (timecode === CONTINUES || frames !== Math.floor(frames)) return false;
    const rate = track.format.sampleRate;
    const position = Math.round(((relativeNs + timecode * scale) * rate) / 1e9);
    const end = ends[at]!;
    if (Math.abs(position - end) > (toleranceMs * rate) / 1000) return false;
    ends[at] = end + frames;
  }
  return true;
}
