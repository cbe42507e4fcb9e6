// What a speech recogniser is to the sessions: audio in, results out, for as long as one session lasts.

import type { TextRange, TranscriptEntity, TranscriptWord } from '../transcript/segment.ts';

/** A word of a result; times are milliseconds on the session's clock, which counts the audio that was sent. */
export type RecognizedWord = TranscriptWord;

/** Something personal in a result, on the session's clock. */
export type RecognizedEntity = Omit<TranscriptEntity, 'redacted'>;

export interface RecognizedResult {
  /** The recogniser's own; partial results and the final one after them share it. */
  id: string;
  channel: number;
  startMs: number;
  endMs: number;
  partial: boolean;
  text: string;
  language: string | null;
  words: RecognizedWord[];
  entities: RecognizedEntity[];
  sentiment?: string;
  issues?: TextRange[];
}

export interface RecognizedCategory {
  name: string;
  ranges: { startMs: number; endMs: number }[];
}

/** One session. */
export interface SessionRequest {
  /** A UUID. */
  sessionId: string;
  /** True where the session of that id is to be taken up again. */
  resumes: boolean;
  /** Frames a second. */
  sampleRate: number;
  channels: number;
  /** 16-bit little-endian samples, channels interleaved, a chunk at a time; it is over when the session is to end. */
  audio: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
  onResult(result: RecognizedResult): void;
  onCategory(category: RecognizedCategory): void;
}

export interface Recognizer {
  /**
   * Runs a session; resolves when the recogniser has ended it without an error.
   * @throws RecognizerError for what went wrong.
   */
  recognize(request: SessionRequest): Promise<void>;
}

/**
 * `transient`: another session may do; `throttled`: later; `conflict`: under another id; `rejected`: what was asked is
 * not in order, unless it worked before; `fatal`: no other session will fare better.
 */
export type FailureKind = 'transient' | 'throttled' | 'conflict' | 'rejected' | 'fatal';

export class RecognizerError extends Error {
  override readonly name = 'RecognizerError';
  readonly kind: FailureKind;
  /** The recogniser's own name for it. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(
    kind: FailureKind,
    code: string,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.hint = options.hint;
  }
}
