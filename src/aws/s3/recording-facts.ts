// What is known of a finished file: from its name, as recordings are named, and from its header.

import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { parseWavHeader } from '../../audio/wav.ts';
import { namedRecording } from '../../recording/file-name.ts';
import { isoTime } from '../../recording/iso-time.ts';
import type { Layout, TrackDirection } from '../../recording/types.ts';

/** Null and undefined are what is not known. */
export interface RecordingFacts {
  contactId: string | null;
  /** Milliseconds since the epoch. */
  startMs: number | null;
  /** As in the file's name: `AUDIO_FROM_CUSTOMER`, `STEREO` and so on. */
  what: string | null;
  direction: TrackDirection | 'both' | null;
  /** What is no audio file has no layout of its own, and says what it is instead. */
  layout: Layout | 'report' | 'transcript' | 'dump' | null;
  durationMs?: number | undefined;
  /** Frames a second. */
  sampleRate?: number | undefined;
}

const OF_WHAT: Record<string, Pick<RecordingFacts, 'direction' | 'layout'>> = {
  AUDIO_FROM_CUSTOMER: { direction: 'from', layout: 'separate' },
  AUDIO_TO_CUSTOMER: { direction: 'to', layout: 'separate' },
  STEREO: { direction: 'both', layout: 'stereo' },
  COMBINED_AUDIO: { direction: 'both', layout: 'mix' },
};

/** What the name of a file tells, if it is named `<contact>_<start>_<what>`. */
export function factsOfName(path: string): RecordingFacts {
  const stem = basename(path, extname(path));
  const named = namedRecording(stem);
  if (named === undefined || !/^[A-Z][A-Z0-9_]*$/.test(named.what))
    return { contactId: null, startMs: null, what: null, direction: null, layout: null };
  const { direction, layout } = OF_WHAT[named.what] ?? { direction: 'unknown', layout: 'separate' };
  return { ...named, direction, layout };
}

/** The last part of the name that recordings have by default. */
export function whatOf(layout: Layout, direction: TrackDirection | 'both'): string {
  const found = Object.entries(OF_WHAT).find(
    ([, known]) => known.layout === layout && known.direction === direction,
  );
  return found?.[0] ?? 'AUDIO_TRACK';
}

/** Bytes in which a WAV file's data is expected to begin. */
const HEADER_BYTES = 64 * 1024;

/** What the name and, of a WAV file, the header tell. */
export async function factsOfFile(path: string): Promise<RecordingFacts> {
  const facts = factsOfName(path);
  if (!/\.wav$/i.test(path)) return facts;
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const header = parseWavHeader(buffer.subarray(0, bytesRead));
    if (!header) return facts;
    const { channels, bitsPerSample, sampleRate, dataOffset, dataBytes } = header;
    const bytes = Math.min(dataBytes, (await file.stat()).size - dataOffset);
    const frames = bytes / ((channels * bitsPerSample) / 8);
    const durationMs = Math.round((frames / sampleRate) * 1000);
    return { ...facts, ...(Number.isFinite(durationMs) && { durationMs }), sampleRate };
  } finally {
    await file.close();
  }
}

/** The facts as user metadata; what is not known is left out. A contact id is untrusted text and made printable. */
export function metadataOf(facts: RecordingFacts): Record<string, string> {
  const { contactId, startMs, direction, durationMs, sampleRate } = facts;
  return {
    ...(contactId !== null && { 'contact-id': headerText(contactId) }),
    ...(direction !== null && { direction }),
    ...(startMs !== null && { start: isoTime(startMs) }),
    ...(durationMs !== undefined && { 'duration-ms': String(Math.round(durationMs)) }),
    ...(sampleRate !== undefined && sampleRate > 0 && { 'sample-rate': String(sampleRate) }),
  };
}

/** Text for a header: printable ASCII without a percent sign as it is, the rest escaped as in a URL; 256 at most. */
function headerText(text: string): string {
  // Through a buffer, because half a surrogate pair cannot be escaped.
  const escaped = Buffer.from(text)
    .toString()
    .replace(/[^\x20-\x24\x26-\x7e]|^ | $/gu, (character) => encodeURIComponent(character));
  return escaped.slice(0, 256);
}

const CONTENT_TYPES: Record<string, string> = {
  '.wav': 'audio/wav',
  '.aac': 'audio/aac',
  '.mkv': 'video/x-matroska',
  '.mka': 'audio/x-matroska',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.srt': 'application/x-subrip',
  '.vtt': 'text/vtt; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.png': 'image/png',
};

/** The media type that a file's ending tells. */
export function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}
