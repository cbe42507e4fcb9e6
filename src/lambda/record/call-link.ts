// One link of a chain: records until the call ends, or until its time is nearly up, with checkpoints on the way.

import type { AudioTap, TappedTrack } from '../../recording/audio-tap.ts';
import type { CheckpointStore } from '../../recording/capture/call-recorder.ts';
import { capture } from '../../recording/capture/capture.ts';
import type { CaptureState } from '../../recording/capture/capture-state.ts';
import type { MediaSource } from '../../recording/capture/media-source.ts';
import type { CaptureEvent, CaptureReport, CaptureRequest } from '../../recording/capture/request.ts';
import type { RecordingOptions } from '../../recording/types.ts';

export interface CallLinkOptions {
  source: MediaSource;
  request: CaptureRequest;
  recording: RecordingOptions;
  /** Hears the audio. */
  tap: AudioTap;
  state: CaptureState | undefined;
  /** Milliseconds from now at which the link shall have stopped, what it has to persist included. */
  timeMs: number;
  /** Milliseconds of that which persisting may take. */
  reserveMs: number;
  /** Milliseconds between checkpoints. */
  checkpointMs: number;
  /** Hands on what was heard. */
  drain(): Promise<void>;
  /** Whether a checkpoint is due although its time has not come. */
  early(): boolean;
  /** Puts on record where the recording stands; all that was heard belongs to `state`, and nothing else. */
  persist(state: CaptureState, leaving: boolean): Promise<void>;
  /** There is a successor to hand over to; else the recording is finished when the time is up. */
  successor: boolean;
  onEvent?: ((event: CaptureEvent) => void) | undefined;
}

/** Thrown through the capture when it is to stop at a fragment boundary. */
class HandOver extends Error {}

/** The report of a call that has ended, or `handed-over` where the state was persisted for a successor. */
export type LinkOutcome = CaptureReport | 'handed-over';

/**
 * Records.
 * @throws What `capture`, `drain` and `persist` throw; what was persisted last can be gone on from.
 */
export async function recordLink(options: CallLinkOptions): Promise<LinkOutcome> {
  return await new CallLink(options).run();
}

class CallLink implements CheckpointStore, AudioTap {
  readonly token = '';
  readonly #options: CallLinkOptions;
  readonly #stop = new AbortController();
  /** Where the recording stands; undefined while audio was heard that no state covers yet. */
  #latest: CaptureState | undefined;
  #persistedAt = Number.NEGATIVE_INFINITY;
  #leaving = false;
  /** The state is persisted, and what comes after is the successor's. */
  #left = false;
  #persisting: Promise<void> | undefined;
  /** It is being left without a piece to leave after. */
  #leavingSilently: Promise<void> | undefined;
  /** The call has ended: who has not left by now has no need to. */
  #ended = false;
  #draining = false;
  /** Pieces of audio heard. */
  #heard = 0;

  constructor(options: CallLinkOptions) {
    this.#options = options;
  }

  async run(): Promise<LinkOutcome> {
    const { source, request, recording, state, timeMs, reserveMs, onEvent } = this.#options;
    // A reserve that leaves no time to record would make a chain that gets nowhere.
    const due = setTimeout(() => this.#leave(), Math.max(timeMs / 4, timeMs - reserveMs));
    try {
      const report = await capture({
        source,
        request,
        recording,
        state,
        onEvent,
        folder: undefined,
        tap: this,
        store: this,
        signal: this.#stop.signal,
        drained: () => this.#drained(),
      });
      this.#ended = true;
      // What is being written must not come after what is written of the finished recording.
      await this.#leavingSilently;
      if (this.#left) return 'handed-over';
      await this.#options.drain();
      return report;
    } catch (error) {
      if (error instanceof HandOver) return 'handed-over';
      throw error;
    } finally {
      clearTimeout(due);
    }
  }

  audio(track: TappedTrack, position: number, bytes: Uint8Array): void {
    if (this.#left) return;
    this.#latest = undefined;
    this.#heard++;
    this.#options.tap.audio(track, position, bytes);
  }

  silence(track: TappedTrack, position: number, frames: number): void {
    if (this.#left) return;
    this.#latest = undefined;
    this.#heard++;
    this.#options.tap.silence(track, position, frames);
  }

  save(state: CaptureState): void {
    if (this.#left) return;
    this.#latest = state;
    // A silent stream brings no piece after which to leave.
    if (this.#leaving) this.#leaveSilently();
  }

  remove(): void {}

  async #drained(): Promise<void> {
    // What is being persisted is what was drained: nothing may be added to it meanwhile.
    await this.#persisting?.catch(() => {});
    this.#draining = true;
    try {
      await this.#options.drain();
    } finally {
      this.#draining = false;
    }
    if (this.#left) throw new HandOver();
    if (this.#latest === undefined) return;
    const due = performance.now() - this.#persistedAt >= this.#options.checkpointMs;
    if (!due && !this.#leaving && !this.#options.early()) return;
    await this.#persistHere(this.#latest);
  }

  /** @throws HandOver once the state is persisted for a successor. */
  async #persistHere(state: CaptureState): Promise<void> {
    // The time may be up while a checkpoint is written, which is none for a successor then.
    for (let leaving: boolean; ; ) {
      leaving = this.#leaving;
      await this.#persist(state);
      if (leaving) break;
      if (!this.#leaving) return;
    }
    this.#left = true;
    throw new HandOver();
  }

  #leave(): void {
    if (this.#ended) return;
    if (!this.#options.successor) {
      this.#stop.abort();
      return;
    }
    this.#leaving = true;
    this.#leaveSilently();
  }

  /** Leaves without waiting for a piece; where audio is not covered by a state yet, its state or piece comes soon. */
  #leaveSilently(): void {
    const state = this.#latest;
    if (state === undefined || this.#left || this.#draining || this.#persisting !== undefined) return;
    this.#leavingSilently = this.#persistUnchanged(state);
  }

  async #persistUnchanged(first: CaptureState): Promise<void> {
    for (let state: CaptureState | undefined = first; state !== undefined; state = this.#latest) {
      const heard = this.#heard;
      try {
        await this.#persist(state);
      } catch {
        // It is tried again with the next piece; the last resort is the retry after the timeout.
        return;
      }
      // Who has heard the end has no need of a successor.
      if (this.#ended) return;
      if (this.#heard === heard) {
        this.#left = true;
        this.#stop.abort();
        return;
      }
      // What came meanwhile is to be persisted first; where a piece is being drained, after that.
      if (this.#draining || this.#persisting !== undefined) return;
    }
  }

  async #persist(state: CaptureState): Promise<void> {
    this.#persisting = this.#options.persist(state, this.#leaving).finally(() => {
      this.#persisting = undefined;
    });
    await this.#persisting;
    this.#persistedAt = performance.now();
  }
}
