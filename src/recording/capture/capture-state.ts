// What a capture has to know to go on in another process: plain values that JSON can carry.
import type { EngineState, FileState } from '../state.ts';
import type { RecordingOptions } from '../types.ts';
import type { CaptureRequest, EndedBy } from './request.ts';

/**
 * Where a stream is to be gone on with: its last fragment that is in the recording, or was passed over. What that does not
 * say of itself is of the one before it.
 */
export interface Position {
  number: string | null;
  /** Milliseconds since the epoch. */
  serverMs: number | null;
  producerMs: number | null;
  clusterMs: number;
  token: string | null;
}

/** The dump of a recording, unfinished. */
export interface DumpState extends Pick<FileState, 'path' | 'temporary' | 'size' | 'unsynced'> {
  /** False while the path is not that of the finished file: the contact's first audio is still to tell it. */
  named?: boolean | undefined;
}

export interface CaptureState {
  request: CaptureRequest;
  options: RecordingOptions;
  position: Position | null;
  /** Cluster times (milliseconds since the epoch) of the fragments without a number that came after the position's. */
  numberless?: number[] | undefined;
  contactId: string | null;
  begun: boolean;
  endedBy?: EndedBy | undefined;
  connections: number;
  bytes: number;
  engine: EngineState;
  /** The dump so far, relative to the output folder. */
  dump?: DumpState | undefined;
}
