// The words of a call into the sample's tables, while it is recorded; each invocation of a chain goes on on the call's
// clock, with what the one before has heard and not answered.

import { littleEndian } from '../../audio/byte-order.ts';
import { monoOf } from '../../audio/mix.ts';
import { TranscribeRecognizer } from '../../aws/transcribe/recognizer.ts';
import { SegmentTables } from '../../aws/transcribe/segment-table.ts';
import { checkedTranscribeSettings } from '../../aws/transcribe/settings.ts';
import type { TappedTrack } from '../../recording/audio-tap.ts';
import type { TranscriptDirection, TranscriptSegment } from '../../transcript/segment.ts';
import type { TranscriptionSummary } from '../../transcription/options.ts';
import type { TranscriptSink } from '../../transcription/results.ts';
import { Transcription } from '../../transcription/transcription.ts';
import { decodeLeft, encodeLeft, type LeftTranscript } from './left-transcript.ts';
import { spokenText } from './spoken-text.ts';
import type { CallTranscripts, TranscriptsOptions } from './transcripts.ts';

/** Seconds before the first audio that is heard at which the clock of the sessions begins: directions lag a little. */
const LEAD_SECONDS = 2;

/** Audio of a direction that is left to the next invocation, seconds: longer than people speak without a pause. */
const LEFT_SECONDS = 20;

/** Rates that Transcribe takes, in Hz. */
const LOWEST_RATE = 8000;
const HIGHEST_RATE = 48_000;

interface Begun {
  transcription: Transcription;
  recognizer: TranscribeRecognizer;
  sampleRate: number;
  /** Frame of the call at which the sessions' clock begins, and its time in milliseconds since the epoch. */
  base: number;
  callStartMs: number;
}

export function tableTranscripts(options: TranscriptsOptions): CallTranscripts {
  return new TableTranscripts(options);
}

export class TableTranscripts implements CallTranscripts {
  readonly #options: TranscriptsOptions;
  readonly #tables: SegmentTables;
  #begun: Begun | undefined;
  /** Nothing of the call can be transcribed. */
  #refused = false;
  /** Tracks that are not transcribed while others are, by their numbers. */
  readonly #unheard = new Set<number>();
  #left: Buffer | undefined;
  readonly #stop = new AbortController();

  constructor(options: TranscriptsOptions) {
    const { environment, contactId } = options;
    this.#options = options;
    this.#tables = new SegmentTables({
      region: environment.APP_REGION,
      contactId,
      table: environment.TABLE_CALLER_TRANSCRIPT,
      tableToCustomer: environment.TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER,
      savePartials: environment.SAVE_PARTIAL_TRANSCRIPTS,
      ttlDays: environment.KVSREC_LAMBDA_TRANSCRIPT_TTL_DAYS,
    });
    this.#goOn(options.left);
  }

  audio(track: TappedTrack, position: number, bytes: Uint8Array): void {
    const { format, direction } = track;
    if (this.#refused) return;
    if (direction === 'unknown') {
      this.#leaveOut(track, 'the track does not say whose it is');
      return;
    }
    if (!this.#directions.includes(direction)) return;
    if (format.kind !== 'pcm' || format.sampleRate < LOWEST_RATE || format.sampleRate > HIGHEST_RATE) {
      this.#refused = true;
      this.#tell({ encoding: format.encoding });
      return;
    }
    this.#begun ??= this.#beginAt(track, position);
    if (this.#begun === undefined) return;
    const { transcription, base, sampleRate } = this.#begun;
    if (format.sampleRate !== sampleRate) {
      this.#leaveOut(track, `it has ${format.sampleRate} samples a second, unlike the other direction`);
      return;
    }
    const frames = bytes.length / (2 * format.channels);
    const early = Math.max(0, base - position);
    if (early >= frames) return;
    const pcm = format.channels > 1 ? littleEndian(monoOf(bytes, format.channels), frames) : bytes;
    transcription.write(direction, position + early - base, pcm.subarray(2 * early));
  }

  /** Silence goes where nothing came, by the sessions' own rules. */
  silence(): void {}

  async end(late?: AbortSignal): Promise<{ sessions: number; segments: number; complete: boolean }> {
    const stop = () => this.#stop.abort();
    late?.addEventListener('abort', stop, { once: true });
    if (late?.aborted) stop();
    return await this.#ended(await this.#begun?.transcription.end());
  }

  async leave(): Promise<void> {
    if (this.#begun === undefined) return void (await this.#ended(undefined));
    const { transcription, sampleRate } = this.#begun;
    const summary = await transcription.leave(LEFT_SECONDS * sampleRate);
    this.#left = this.#standing();
    transcription.dispose();
    await this.#ended(summary);
  }

  left(): Buffer | undefined {
    return this.#left ?? this.#standing();
  }

  async #ended(summary: TranscriptionSummary | undefined) {
    const { telemetry } = this.#options;
    this.#begun?.recognizer.close();
    let written = true;
    try {
      await this.#tables.end();
    } catch (error) {
      written = false;
      telemetry.count('TranscribeErrors', 1);
      telemetry.error('the transcript could not be written', error);
    }
    if (summary?.complete === false) {
      telemetry.count('TranscribeErrors', 1);
      telemetry.warn('the transcript is not complete', { breaks: summary.breaks.length });
    }
    telemetry.count('TranscribeSessions', summary?.sessions ?? 0);
    return {
      sessions: summary?.sessions ?? 0,
      segments: summary?.finals ?? 0,
      complete: written && !this.#refused && this.#unheard.size === 0 && summary?.complete !== false,
    };
  }

  async texts(): Promise<{ from: string; to: string } | undefined> {
    const { environment, contactId } = this.#options;
    return await spokenText(environment, contactId);
  }

  get #directions(): TranscriptDirection[] {
    const { track } = this.#options;
    return track === 'both' ? ['from', 'to'] : [track];
  }

  #standing(): Buffer | undefined {
    if (this.#begun === undefined || this.#refused) return undefined;
    const { transcription, sampleRate, base, callStartMs } = this.#begun;
    const directions = transcription.left(LEFT_SECONDS * sampleRate);
    return directions && encodeLeft({ sampleRate, base, callStartMs, directions });
  }

  /** A track is told of once. */
  #leaveOut({ number }: TappedTrack, reason: string): void {
    if (this.#unheard.has(number)) return;
    this.#unheard.add(number);
    this.#tell({ track: number, reason });
  }

  #tell(facts: Record<string, unknown>): void {
    this.#options.telemetry.count('TranscribeErrors', 1);
    this.#options.telemetry.warn('this audio is not transcribed', facts);
  }

  /** At once: the call may have ended, and the last words wait. */
  #goOn(bytes: Buffer | undefined): void {
    const left = bytes && decodeLeft(bytes);
    if (left === undefined) return;
    this.#begun = this.#begin(left, left.directions);
    // Without giving way to anybody: a direction that seems to lag would be taken for silent.
    for (const [direction, { start, pcm }] of Object.entries(left.directions)) {
      this.#begun.transcription.write(direction as TranscriptDirection, start, pcm);
    }
  }

  /** Undefined where the service would refuse what is asked of it: the recording goes on without. */
  #beginAt({ format: { sampleRate }, startMs }: TappedTrack, position: number): Begun | undefined {
    const base = Math.max(0, position - LEAD_SECONDS * sampleRate);
    try {
      return this.#begin({ sampleRate, base, callStartMs: startMs + (base / sampleRate) * 1000 });
    } catch (error) {
      this.#refused = true;
      this.#tell({ reason: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  #begin(
    { sampleRate, base, callStartMs }: Omit<LeftTranscript, 'directions'>,
    resume?: LeftTranscript['directions'],
  ): Begun {
    const { environment, languageCode, telemetry } = this.#options;
    const directions = this.#directions;
    const together =
      environment.KVSREC_LAMBDA_TRANSCRIBE_SESSIONS === 'two-channel' && directions.length === 2;
    const recognizer = new TranscribeRecognizer({
      region: environment.TRANSCRIBE_REGION ?? environment.APP_REGION,
      settings: checkedTranscribeSettings({ language: languageCode, channels: together ? 2 : 1 }),
      reached: resume !== undefined,
    });
    const transcription = new Transcription({
      recognizer,
      directions,
      sampleRate,
      callStartMs,
      resume,
      sessions: together ? 'together' : 'per-direction',
      pace: environment.KVSREC_LAMBDA_TRANSCRIBE_PACE,
      sink: this.#sink((base / sampleRate) * 1000),
      signal: this.#stop.signal,
      onEvent: ({ event }) => {
        if (event === 'break') telemetry.count('TranscribeErrors', 1);
      },
    });
    return { transcription, recognizer, sampleRate, base, callStartMs };
  }

  #sink(offsetMs: number): TranscriptSink {
    const { environment, telemetry } = this.#options;
    return {
      partial: (segment) => this.#tables.put(shifted(segment, offsetMs)),
      final: (segment) => {
        const there = shifted(segment, offsetMs);
        this.#tables.put(there);
        if (!environment.CONSOLE_LOG_TRANSCRIPT_FLAG) return;
        const { direction, startMs, endMs, text } = there;
        telemetry.info('transcript', { direction, startMs, endMs, text });
      },
      retract: (segment) => this.#tables.retract(shifted(segment, offsetMs)),
    };
  }
}

/** The segment on the call's clock; its wall-clock times are right already. */
function shifted(segment: TranscriptSegment, offsetMs: number): TranscriptSegment {
  const later = <Item extends { startMs: number; endMs: number }>(item: Item): Item => ({
    ...item,
    startMs: item.startMs + offsetMs,
    endMs: item.endMs + offsetMs,
  });
  return { ...later(segment), words: segment.words.map(later), entities: segment.entities.map(later) };
}
