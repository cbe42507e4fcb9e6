// What there is of a transcript while its recording goes on, on disk beside the recording's checkpoint: a line of JSON for
// each final segment, so that another process can go on with it.

import fs from 'node:fs';
import { join } from 'node:path';
import type { TranscriptFormat } from '../../transcript/format.ts';
import type { TranscriptCategory, TranscriptDirection, TranscriptSegment } from '../../transcript/segment.ts';
import type { CallFacts, CallListener } from './call-audio.ts';

/** Frames of the call that another process has to begin with, by direction. */
export type ResumePoints = Partial<Record<TranscriptDirection, number>>;

/** What a later process has to know beside the segments. */
export interface JournalHead {
  formats: TranscriptFormat[];
  /** Files whose names were given, as absolute paths: another process may be started elsewhere. */
  paths: string[];
  /** The settings of transcripts, as they were. */
  settings: Record<string, unknown>;
}

export interface JournalContent extends JournalHead {
  facts: CallFacts;
  segments: TranscriptSegment[];
  categories: TranscriptCategory[];
  points: ResumePoints;
}

/** A transcript to go on with. */
export interface LeftTranscript extends Pick<JournalContent, 'segments' | 'categories' | 'points'> {
  /** Undefined where no audio of the call was there yet. */
  facts: CallFacts | undefined;
  /** False where audio that waits for an answer is lost. */
  whole: boolean;
  /** Hands over the audio that the recording has and no session has answered. */
  replay(listener: CallListener): void;
}

const VERSION = 1;

/** So far may what is known to be answered run ahead of what is noted, milliseconds. */
const NOTE_EVERY_MS = 10_000;

/** Where the journal of a recording lies. */
export const journalPath = (folder: string, token: string) => join(folder, `.kvsrec-${token}.transcript`);

export class TranscriptJournal {
  readonly path: string;
  readonly #head: JournalHead;
  #sampleRate = 0;
  #noted: ResumePoints = {};
  /** What kept it from being written, if anything did; nothing more is written then. */
  failure: unknown;

  constructor(path: string, head: JournalHead) {
    this.path = path;
    this.#head = head;
  }

  /** Begins the file, or goes on with it. */
  begin(facts: CallFacts, resumed: boolean): void {
    this.#sampleRate = facts.sampleRate;
    // A line that was being written when the process died stays alone.
    if (resumed) this.#write('\n', 'a');
    else this.#write(line({ version: VERSION, ...this.#head, facts }), 'w');
  }

  segment(segment: TranscriptSegment, points: ResumePoints): void {
    this.#noted = points;
    this.#write(line({ segment, points }), 'a');
  }

  category(category: TranscriptCategory): void {
    this.#write(line({ category }), 'a');
  }

  /** Notes how far the call has been answered, once in a while. */
  reached(points: ResumePoints): void {
    const far = (NOTE_EVERY_MS * this.#sampleRate) / 1000;
    const moved = Object.entries(points).some(
      ([direction, at]) => at - (this.#noted[direction as TranscriptDirection] ?? 0) >= far,
    );
    if (!moved) return;
    this.#noted = points;
    this.#write(line({ points }), 'a');
  }

  remove(): void {
    fs.rmSync(this.path, { force: true });
  }

  #write(text: string, flag: 'a' | 'w'): void {
    if (this.failure !== undefined) return;
    try {
      fs.writeFileSync(this.path, text, { flag, mode: 0o600 });
    } catch (error) {
      this.failure = error;
    }
  }
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`;

/** What a journal holds; undefined where there is none, or none of this version. */
export function readJournal(path: string): JournalContent | undefined {
  if (!fs.existsSync(path)) return undefined;
  const lines = fs.readFileSync(path, 'utf8').split('\n').flatMap(parsed);
  const { version, facts, formats, paths = [], settings } = lines[0] ?? {};
  if (version !== VERSION || facts === undefined) return undefined;
  const content: JournalContent = {
    facts: facts as CallFacts,
    formats: formats as TranscriptFormat[],
    paths: paths as string[],
    settings: settings as Record<string, unknown>,
    segments: [],
    categories: [],
    points: {},
  };
  for (const { segment, category, points } of lines) {
    if (segment !== undefined) content.segments.push(segment as TranscriptSegment);
    if (category !== undefined) content.categories.push(category as TranscriptCategory);
    if (points !== undefined) content.points = points as ResumePoints;
  }
  return content;
}

/** A line's object; nothing for a line that was cut off. */
function parsed(text: string): Record<string, unknown>[] {
  try {
    return text === '' ? [] : [JSON.parse(text) as Record<string, unknown>];
  } catch {
    return [];
  }
}
