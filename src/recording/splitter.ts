// The engine behind the bytes of one dump: everything it holds is used, whole or not.
import type { Workspace } from '../kernels/workspace.ts';
import { FragmentAssembler, type FragmentHandler } from '../kvs/assembler.ts';
import { TRACK_TYPE_AUDIO } from '../matroska/ids.ts';
import { ChunkPool } from './chunk.ts';
import { type EngineHooks, RecordingEngine } from './engine.ts';
import { emptyInput, noAudioTrack, notMatroska } from './input-error.ts';
import type { ContactReport, RecordingOptions } from './types.ts';
import type { WarningLog } from './warning-log.ts';

/**
 * Push a stream in with `push` and `finish` it. What cannot be written is thrown by the call that wanted to; `discard`
 * then removes what was begun. Audio stands in its file when `push` returns, but for the last
 * 128 KiB; with a workspace 512 KiB, and what is left of the input for the next piece to complete it.
 */
export class StreamSplitter {
  readonly #engine: RecordingEngine;
  readonly #assembler: FragmentAssembler;

  /**
   * Without a folder nothing is written; the audio is only measured.
   * @param workspace Of this stream alone.
   */
  constructor(
    folder: string | undefined,
    options: RecordingOptions,
    hooks: EngineHooks = {},
    workspace?: Workspace,
  ) {
    const engine = new RecordingEngine(folder, options, { pool: new ChunkPool(workspace), ...hooks });
    this.#engine = engine;
    // A dump says in the end what is complete: nothing is handed over early.
    const handler: FragmentHandler = {
      fragment: (fragment) => engine.fragment(fragment),
      tagsOnly: (tags, offset) => engine.tagsOnly(tags, offset),
      damage: (damage) => engine.damage(damage),
      appender: (facts) => engine.appender(facts),
    };
    this.#assembler = new FragmentAssembler(handler, workspace);
  }

  get warnings(): WarningLog {
    return this.#engine.warnings;
  }

  /** Bytes taken so far. */
  get received(): number {
    return this.#assembler.received;
  }

  /** Takes the next bytes; they may be reused after the call. */
  push(chunk: Uint8Array): void {
    this.#assembler.push(chunk);
  }

  /**
   * Ends the stream and finishes every file. Answers the contacts in the order in which they came.
   * @throws KvsrecError `empty-input`, `not-matroska`, `no-audio-track`.
   */
  finish(name: string): ContactReport[] {
    this.#assembler.end();
    this.#refuseOtherInput(name);
    return this.#engine.finish();
  }

  /** Gives up: no file that is not finished stays behind. */
  discard(): void {
    this.#engine.discard();
  }

  #refuseOtherInput(name: string): void {
    const { received, counts, currentTracks } = this.#assembler;
    if (received === 0) throw emptyInput(name);
    if (counts.segments === 0) throw notMatroska(name);
    const audio = this.#engine.audioSeen || currentTracks.some(({ type }) => type === TRACK_TYPE_AUDIO);
    if (!audio && !this.warnings.has('service-error')) throw noAudioTrack(name, currentTracks.length);
  }
}
