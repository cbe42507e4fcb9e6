// The formats a transcript can be written in, by name.

import { toJson, toNdjson } from './json.ts';
import type { Transcript } from './segment.ts';
import { toSrt } from './srt.ts';
import { toText } from './text.ts';
import { toVtt } from './vtt.ts';

export const TRANSCRIPT_FORMATS = ['text', 'json', 'ndjson', 'srt', 'vtt'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

const WRITERS: Record<TranscriptFormat, (transcript: Transcript) => string> = {
  text: toText,
  json: toJson,
  ndjson: toNdjson,
  srt: toSrt,
  vtt: toVtt,
};

/** A transcript as text in a format. Partial segments are left out, but by `json` and `ndjson`. */
export function formatTranscript(transcript: Transcript, format: TranscriptFormat): string {
  return WRITERS[format](transcript);
}

/** The format that a file name's extension stands for; undefined where it stands for none. */
export function formatOfFile(path: string): TranscriptFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  if (extension === 'txt') return 'text';
  if (extension === 'jsonl') return 'ndjson';
  return TRANSCRIPT_FORMATS.find((format) => format === extension);
}
