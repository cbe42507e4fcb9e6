// A call's transcript while it is made: from audio to recogniser, from results to everything that wants them.

import type { AwsSettings } from '../../aws/client-config.ts';
import { TranscribeRecognizer } from '../../aws/transcribe/recognizer.ts';
import type { SegmentTables } from '../../aws/transcribe/segment-table.ts';
import { checkedTranscribeSettings, type TranscribeSettings } from '../../aws/transcribe/settings.ts';
import { KvsrecError } from '../../errors.ts';
import type {
  Transcript,
  TranscriptCategory,
  TranscriptDirection,
  TranscriptSegment,
} from '../../transcript/segment.ts';
import { wallClock } from '../../transcript/segment.ts';
import { WALL_CLOCK } from '../../transcription/clock.ts';
import type { TranscriptionEvent, TranscriptionSummary } from '../../transcription/options.ts';
import type { TranscriptSink } from '../../transcription/results.ts';
import { type ResumedDirection, Transcription } from '../../transcription/transcription.ts';
import type { CallFacts, CallListener } from './call-audio.ts';
import type { JournalContent, TranscriptJournal } from './journal.ts';

/** Rates of PCM that Amazon Transcribe takes, frames a second. */
const LOWEST_RATE = 8000;
const HIGHEST_RATE = 48_000;

export interface TableSettings {
  table: string | undefined;
  tableToCustomer: string | undefined;
  savePartials: boolean;
  ttlDays: number;
}

export interface CallTranscriptOptions {
  aws: AwsSettings;
  /** All but the number of channels, which the call decides. */
  settings: Omit<TranscribeSettings, 'channels'>;
  sessions: 'together' | 'per-direction';
  /** Multiple of real time at which audio may be sent. */
  pace: number | undefined;
  tables: TableSettings;
  /** Segments are kept for the formats that need all of them. */
  keepSegments: boolean;
  /** Beside what is kept. */
  sinks: readonly TranscriptSink[];
  /** Keeps it on disk while it is made. */
  journal?: TranscriptJournal | undefined;
  /** What an earlier process has left of it. */
  resumed?: Pick<JournalContent, 'segments' | 'categories' | 'points'> | undefined;
  signal: AbortSignal;
  onEvent(event: TranscriptionEvent): void;
}

export class CallTranscript implements CallListener {
  readonly #options: CallTranscriptOptions;
  readonly #segments: TranscriptSegment[] = [];
  readonly #categories = new Map<string, TranscriptCategory>();
  readonly #tables: typeof SegmentTables | undefined;
  #facts: CallFacts | undefined;
  #recognizer: TranscribeRecognizer | undefined;
  #transcription: Transcription | undefined;
  #table: SegmentTables | undefined;
  #frames = 0;
  #paceStart: number | undefined;
  readonly #over = new AbortController();

  /** @param tables The class, which only those need that write to tables. */
  constructor(options: CallTranscriptOptions, tables: typeof SegmentTables | undefined) {
    this.#options = options;
    this.#tables = tables;
  }

  /** Fires when no more audio is of use: transcription was given up, or is done. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get facts(): CallFacts | undefined {
    return this.#facts;
  }

  begin(facts: CallFacts): void {
    const { sampleRate, directions, contactId, startMs } = facts;
    const { sessions, settings, aws, pace = 1, signal, onEvent, tables, journal, resumed } = this.#options;
    if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
      throw new KvsrecError(
        'unsupported-rate',
        `the audio has ${sampleRate} samples a second, which Amazon Transcribe does not take`,
        { hint: `It takes ${LOWEST_RATE} to ${HIGHEST_RATE}.` },
      );
    }
    const channels = sessions === 'together' && directions.length === 2 ? 2 : 1;
    const checked = checkedTranscribeSettings({ ...settings, channels });
    if (this.#tables !== undefined) {
      if (contactId === null) {
        throw new KvsrecError('no-contact-id', 'the tables need a contact id, and the input names none', {
          exitCode: 2,
          hint: 'Give it with --contact-id.',
        });
      }
      this.#table = new this.#tables({ ...aws, ...tables, contactId });
    }
    const resumable = settings.speakerLabels === true && settings.analytics !== true;
    this.#recognizer = new TranscribeRecognizer({
      ...aws,
      settings: checked,
      resumable,
      reached: resumed !== undefined,
    });
    this.#facts = facts;
    this.#options.journal?.begin(facts, this.#options.resumed !== undefined);
    this.#restore();
    this.#transcription = new Transcription({
      recognizer: this.#recognizer,
      directions,
      sampleRate,
      callStartMs: startMs,
      sessions,
      pace,
      resumes: resumable,
      signal,
      onEvent,
      sink: this.#sink(),
      resume: resumed && resumeOf(resumed, directions),
      onSent: () => journal?.reached(this.#transcription!.resumePoints),
    });
    void this.#transcription.done.then(() => this.#over.abort());
  }

  named(contactId: string): void {
    if (this.#facts !== undefined) this.#facts = { ...this.#facts, contactId };
  }

  /** What an earlier process has got is part of the transcript; its table items are written again, to be sure. */
  #restore(): void {
    const { segments = [], categories = [] } = this.#options.resumed ?? {};
    for (const segment of segments) {
      if (this.#options.keepSegments) this.#segments.push(segment);
      this.#table?.put(segment);
    }
    for (const category of categories) this.#keepCategory(category);
  }

  #keepCategory(category: TranscriptCategory): void {
    const known = this.#categories.get(category.name);
    if (known) known.ranges.push(...category.ranges);
    else this.#categories.set(category.name, { name: category.name, ranges: [...category.ranges] });
  }

  /** Milliseconds of audio so far. */
  get lengthMs(): number {
    return this.#facts === undefined ? 0 : Math.round((this.#frames * 1000) / this.#facts.sampleRate);
  }

  audio(direction: TranscriptDirection, position: number, pcm: Uint8Array): void {
    this.#frames = Math.max(this.#frames, position + pcm.length / 2);
    this.#transcription?.write(direction, position, pcm);
  }

  async paced(untilMs: number): Promise<void> {
    const { pace } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.over]);
    if (pace === undefined || this.#transcription === undefined) return;
    this.#paceStart ??= WALL_CLOCK.now();
    await WALL_CLOCK.sleep(this.#paceStart + untilMs / pace - WALL_CLOCK.now(), signal);
    await this.#transcription.ready(signal);
  }

  /** The call is over. Resolves when all of it is answered and written, or transcription was given up. */
  async end(): Promise<{ summary: TranscriptionSummary | undefined; tableFailure: unknown }> {
    const summary = await this.#transcription?.end();
    this.#recognizer?.close();
    const tableFailure = await this.#table?.end().then(
      () => undefined,
      (error: unknown) => error,
    );
    return { summary, tableFailure };
  }

  /** What is there so far. */
  transcript(durationMs: number): Transcript {
    return {
      contactId: this.#facts?.contactId ?? null,
      start: wallClock(this.#facts?.startMs ?? null, 0),
      durationMs,
      segments: this.#segments,
      categories: [...this.#categories.values()],
    };
  }

  #sink(): TranscriptSink {
    const { sinks, keepSegments, journal } = this.#options;
    return {
      partial: (segment) => {
        for (const sink of sinks) sink.partial?.(segment);
        this.#table?.put(segment);
      },
      final: (segment) => {
        if (keepSegments) this.#segments.push(segment);
        journal?.segment(segment, this.#transcription!.resumePoints);
        for (const sink of sinks) sink.final(segment);
        this.#table?.put(segment);
      },
      retract: (segment) => {
        for (const sink of sinks) sink.retract?.(segment);
        this.#table?.retract(segment);
      },
      category: (category) => {
        this.#keepCategory(category);
        journal?.category(category);
        for (const sink of sinks) sink.category?.(category);
      },
    };
  }
}

/** Where each direction stands, by what an earlier process has left. */
function resumeOf(
  { segments, points }: NonNullable<CallTranscriptOptions['resumed']>,
  directions: readonly TranscriptDirection[],
): Partial<Record<TranscriptDirection, ResumedDirection>> {
  const standing = (direction: TranscriptDirection): ResumedDirection => {
    const own = segments.filter((segment) => segment.direction === direction);
    const last = own.reduce<TranscriptSegment | undefined>(
      (latest, one) => (latest !== undefined && latest.endMs > one.endMs ? latest : one),
      undefined,
    );
    return {
      start: points[direction] ?? 0,
      untilMs: last?.endMs ?? 0,
      lastWord: last?.words.findLast(({ kind }) => kind === 'word'),
      count: own.length,
    };
  };
  return Object.fromEntries(directions.map((direction) => [direction, standing(direction)]));
}
