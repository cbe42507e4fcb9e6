// What a recording's transcription is to the record function.

import type { AudioTap } from '../../recording/audio-tap.ts';
import type { TrackChoice } from '../../recording/types.ts';
import type { Environment } from '../environment.ts';
import type { Telemetry } from '../telemetry.ts';

export interface TranscriptsOptions {
  environment: Environment<'record'>;
  contactId: string;
  languageCode: string;
  track: TrackChoice;
  telemetry: Telemetry;
  /** What the invocation before has left. */
  left?: Buffer | undefined;
}

/** Hears a call and writes its words into the tables. */
export interface CallTranscripts extends AudioTap {
  /**
   * Waits for the last words; once `late` is aborted, for no more than the answers to what was sent. Never rejects: the
   * recording does not end with the transcription.
   */
  end(late?: AbortSignal): Promise<{ sessions: number; segments: number; complete: boolean }>;
  /** Ends the sessions, for the next invocation to go on. Never rejects. */
  leave(): Promise<void>;
  /** What the next invocation has to know; undefined where it shall begin anew. */
  left(): Buffer | undefined;
  /** All words of the call in the tables, in their order, earlier invocations' as well. */
  texts(): Promise<{ from: string; to: string } | undefined>;
}
