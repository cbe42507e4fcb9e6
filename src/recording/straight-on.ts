// The quick way for a fragment whose every block goes on where its track's audio ends, as nearly all of them do: two
// short loops instead of a dozen calls a block.
import { TrackSlots, type Workspace } from '../kernels/workspace.ts';
import { CONTINUES } from '../kvs/block-list.ts';
import type { Fragment } from '../kvs/fragment.ts';
import type { ChunkStage } from './chunk.ts';
import type { TrackRecording } from './track-recording.ts';

/** Appends fragments to the recordings of their tracks. */
export class StraightOn {
  readonly #tracks: readonly (TrackRecording | undefined)[];
  readonly #toleranceMs: number;
  readonly #workspace: Workspace | undefined;
  /** Where each track's blocks go as they stand; undefined where one of them does not take them so. */
  readonly #stages: readonly (ChunkStage | undefined)[] | undefined;
  /** Where each track ends after the blocks looked at so far. */
  readonly #ends: number[];

  /** @param tracks A fragment's, in order; undefined for what is no audio. */
  constructor(
    tracks: readonly (TrackRecording | undefined)[],
    toleranceMs: number,
    workspace: Workspace | undefined,
  ) {
    this.#tracks = tracks;
    this.#toleranceMs = toleranceMs;
    this.#workspace = TrackSlots.suffice(tracks.length) ? workspace : undefined;
    const plain = tracks.every((track) => track === undefined || track.plainStage !== undefined);
    this.#stages = plain ? tracks.map((track) => track?.plainStage) : undefined;
    this.#ends = tracks.map(() => 0);
  }

  /**
   * Appends all blocks of a fragment. Answers false, with nothing done, where a block is in need of anything else.
   * @param relativeNs The Cluster's time after the contact's origin, nanoseconds.
   */
  append(fragment: Fragment, relativeNs: number): boolean {
    const stages = this.#stages;
    if (stages === undefined) return false;
    if (!this.#ready()) return false;
    const workspace = this.#workspace;
    return workspace?.holdsBlocks(fragment.bytes, fragment.blocks)
      ? this.#appendCompiled(fragment, relativeNs, stages, workspace)
      : this.#append(fragment, relativeNs, stages);
  }

  /**
   * Appends the fragments of whole documents in `bytes[pos, stop)`, as far as `workspace.documents`, which has been told
   * everything else, can take them. Answers where it stopped: at `pos` where there is no such way.
   */
  appendDocuments(bytes: Uint8Array, pos: number, stop: number): number {
    const stages = this.#stages;
    const workspace = this.#workspace;
    if (stages === undefined || !workspace?.holds(bytes) || !this.#ready()) return pos;
    const tracks = this.#tracks;
    const { slots, documents } = workspace;
    this.#setSlots(workspace);
    let at = pos;
    for (let again = true; again; ) {
      for (let i = 0; i < stages.length; i++) stages[i]?.begin();
      this.#lend(stages, workspace);
      at = workspace.readDocuments(bytes, at, stop);
      for (let i = 0; i < stages.length; i++) stages[i]?.advance(slots.taken(i));
      again = documents.lacksRoom && this.#makeRoom(stages, workspace);
    }
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[i];
      if (track !== undefined) track.timeline.end = slots.end(i);
    }
    return at;
  }

  /** Hands over chunks that are nearly full, where the next document does not fit. Answers whether it may fit now. */
  #makeRoom(stages: readonly (ChunkStage | undefined)[], { slots }: Workspace): boolean {
    let made = false;
    for (let i = 0; i < stages.length; i++) {
      const chunk = stages[i]?.open;
      if (chunk?.bytes === undefined || chunk.bytes.length - chunk.length >= slots.needed(i)) continue;
      if (chunk.length < chunk.bytes.length / 2) return false;
      stages[i]!.flush();
      made = true;
    }
    return made;
  }

  #append(fragment: Fragment, relativeNs: number, stages: readonly (ChunkStage | undefined)[]): boolean {
    const tracks = this.#tracks;
    const ends = this.#ends;
    for (let i = 0; i < tracks.length; i++) ends[i] = tracks[i]?.timeline.end ?? 0;
    if (!this.#allGoOn(fragment, relativeNs)) return false;
    const { blocks, bytes } = fragment;
    for (let i = 0; i < blocks.count; i++) {
      stages[blocks.track[i]!]?.write(bytes, blocks.start[i]!, blocks.end[i]!);
    }
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[i];
      if (track !== undefined) track.timeline.end = ends[i]!;
    }
    return true;
  }

  /** Whether every track has begun, and no audio that came twice is being left out. */
  #ready(): boolean {
    const tracks = this.#tracks;
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[i];
      if (track !== undefined && (!track.timeline.started || track.overlapFrames > 0)) return false;
    }
    return true;
  }

  /** Whether every block lies within the tolerance of where its track ends by then, and has whole sample frames. */
  #allGoOn({ blocks, info }: Fragment, relativeNs: number): boolean {
    const scale = info.timestampScale;
    const { count, track: trackOf, timecode: timecodes, start: starts, end: stops } = blocks;
    const ends = this.#ends;
    for (let i = 0; i < count; i++) {
      const at = trackOf[i]!;
      const track = this.#tracks[at];
      if (track === undefined) continue;
      const timecode = timecodes[i]!;
      const frames = (stops[i]! - starts[i]!) / track.storedFrameBytes;
      if (timecode === CONTINUES || frames !== Math.floor(frames)) return false;
      const rate = track.format.sampleRate;
      const position = Math.round(((relativeNs + timecode * scale) * rate) / 1e9);
      const end = ends[at]!;
      if (Math.abs(position - end) > (this.#toleranceMs * rate) / 1000) return false;
      ends[at] = end + frames;
    }
    return true;
  }

  /** What `#append` does, by the compiled loops. */
  #appendCompiled(
    { blocks, bytes, info }: Fragment,
    relativeNs: number,
    stages: readonly (ChunkStage | undefined)[],
    workspace: Workspace,
  ): boolean {
    const tracks = this.#tracks;
    const { slots } = workspace;
    this.#setSlots(workspace);
    const { count } = blocks;
    let next = 0;
    while (next < count) {
      this.#lend(stages, workspace);
      const stopped = workspace.appendBlocks(bytes, blocks, next, relativeNs, info.timestampScale);
      if (stopped < 0) return false;
      for (let i = 0; i < stages.length; i++) stages[i]?.advance(slots.taken(i));
      // The chunk is too small for this one, or the next one has not been begun.
      if (stopped < count) {
        stages[blocks.track[stopped]!]!.write(bytes, blocks.start[stopped]!, blocks.end[stopped]!);
      }
      next = stopped + 1;
    }
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[i];
      if (track !== undefined) track.timeline.end = slots.end(i);
    }
    return true;
  }

  #setSlots({ slots }: Workspace): void {
    for (let i = 0; i < this.#tracks.length; i++) {
      const track = this.#tracks[i];
      if (track === undefined) {
        slots.leaveOut(i);
      } else {
        const rate = track.format.sampleRate;
        slots.set(i, track.timeline.end, rate, (this.#toleranceMs * rate) / 1000, track.storedFrameBytes);
      }
    }
  }

  #lend(stages: readonly (ChunkStage | undefined)[], workspace: Workspace): void {
    for (let i = 0; i < stages.length; i++) {
      const chunk = stages[i]?.open;
      if (chunk?.bytes !== undefined && workspace.holds(chunk.bytes)) {
        workspace.slots.lend(i, chunk.bytes.byteOffset + chunk.length, chunk.bytes.length - chunk.length);
      } else {
        workspace.slots.lend(i, 0, 0);
      }
    }
  }
}
