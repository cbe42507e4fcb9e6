// Reads a transcript in the JSON format of `kvsrec transcribe` as far as a report shows it.
import fs from 'node:fs/promises';
import { KvsrecError } from '../errors.ts';
import type { TrackDirection } from '../recording/types.ts';

/** Where a word stands in its segment's text, in UTF-16 units, and when it is said. */
export interface ReportWord {
  begin: number;
  end: number;
  startMs: number;
}

/** What was said in one go. Times are milliseconds from the call's first audio. */
export interface ReportSegment {
  direction: TrackDirection;
  startMs: number;
  endMs: number;
  text: string;
  /** The recogniser might still have changed it. */
  partial: boolean;
  /** In the order of the text; empty where the transcript has no times of words. */
  words: ReportWord[];
}

export interface ReportTranscript {
  /** Whose call it is, where the transcript says so. */
  contactId: string | null;
  segments: ReportSegment[];
}

/**
 * Reads the file.
 * @throws KvsrecError `bad-transcript` (exit 2); Node's own errors of reading as they are.
 */
export async function readTranscript(path: string): Promise<ReportTranscript> {
  return transcriptOf(await fs.readFile(path, 'utf8'), path);
}

/**
 * A transcript from the text of its file; a byte order mark before it does not count.
 * @param name How an error names the document.
 * @throws KvsrecError `bad-transcript` (exit 2).
 */
export function transcriptOf(text: string, name: string): ReportTranscript {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw bad(name, `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseTranscript(document, name);
}

/**
 * A parsed document's segments in the order of their starts.
 * @param name How an error names the document.
 * @throws KvsrecError `bad-transcript` (exit 2).
 */
export function parseTranscript(document: unknown, name: string): ReportTranscript {
  const { segments, contactId } = asRecord(document);
  if (!Array.isArray(segments)) throw bad(name, 'has no list of "segments"');
  return {
    contactId: typeof contactId === 'string' ? contactId : null,
    segments: segments
      .map((segment, index) => parseSegment(segment, `segments[${index}]`, name))
      .filter(({ text }) => text.trim() !== '')
      .sort((a, b) => a.startMs - b.startMs),
  };
}

/**
 * The segments for a contact's page: of the contact that the transcript names, or of the only one there is where one of
 * the two has no name. Null where it is somebody else's.
 * @param alone Whether the input has no other contact.
 */
export function segmentsFor(
  transcript: ReportTranscript | null,
  contactId: string | null,
  alone: boolean,
): ReportSegment[] | null {
  if (transcript === null) return null;
  const bothNamed = transcript.contactId !== null && contactId !== null;
  return (bothNamed ? transcript.contactId === contactId : alone) ? transcript.segments : null;
}

function parseSegment(value: unknown, place: string, name: string): ReportSegment {
  const { direction, startMs, endMs, text, partial, words } = asRecord(value);
  if (!isTime(startMs) || !isTime(endMs)) throw bad(name, `has no times "startMs" and "endMs" at ${place}`);
  if (typeof text !== 'string') throw bad(name, `has no "text" at ${place}`);
  return {
    direction: direction === 'from' || direction === 'to' ? direction : 'unknown',
    startMs: Math.max(0, startMs),
    endMs: Math.max(startMs, endMs, 0),
    text,
    partial: partial === true,
    words: Array.isArray(words) ? placeWords(text, words) : [],
  };
}

/** Finds each word in the text, from left to right; what is not there is left out. */
function placeWords(text: string, words: readonly unknown[]): ReportWord[] {
  const placed: ReportWord[] = [];
  let from = 0;
  for (const value of words) {
    const { text: word, startMs, kind } = asRecord(value);
    if (typeof word !== 'string' || word === '' || !isTime(startMs)) continue;
    const begin = text.indexOf(word, from);
    if (begin < 0) continue;
    from = begin + word.length;
    if (kind !== 'punctuation') placed.push({ begin, end: from, startMs });
  }
  return placed;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function bad(name: string, what: string): KvsrecError {
  return new KvsrecError('bad-transcript', `the transcript ${name} ${what}`, {
    exitCode: 2,
    hint: 'Give the JSON that "kvsrec transcribe --format json" writes.',
  });
}
