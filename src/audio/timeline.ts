// Where a block's audio goes on its track's sample timeline: the rule that keeps both directions in step.

/**
 * One track's timeline in sample frames. `place` answers through `silence`, `skip` and `kept`, so that nothing is
 * allocated for a block.
 */
export class TrackTimeline {
  /** Frames so far: where the track's audio ends. */
  end = 0;
  started = false;
  /** Frames of silence to put before the block. */
  silence = 0;
  /** Frames of the block that are already there, at its front. */
  skip = 0;
  /** Frames of the block that are new. */
  kept = 0;

  /** Puts `frames` frames at the end. */
  append(frames: number): void {
    this.silence = 0;
    this.skip = 0;
    this.kept = frames;
    this.end += frames;
    this.started = true;
  }

  /**
   * Places a block of `frames` frames that claims to start at frame `position`. The first block stands exactly there;
   * a later one within `tolerance` frames of the end is appended, one further on is preceded by silence, and of one
   * further back only what lies beyond the end is kept.
   */
  place(position: number, frames: number, tolerance: number): void {
    const distance = position - this.end;
    if (this.started && Math.abs(distance) <= tolerance) {
      this.append(frames);
      return;
    }
    if (distance >= 0) {
      this.silence = distance;
      this.skip = 0;
      this.kept = frames;
    } else {
      this.silence = 0;
      this.skip = Math.min(frames, -distance);
      this.kept = frames - this.skip;
    }
    this.end += this.silence + this.kept;
    this.started = true;
  }
}
