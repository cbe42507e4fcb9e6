// A call of hours through the SDK's client and the stand-in over HTTP/2, without keeping any of it: what each session
// got and every word that came back is compared with the script as it comes.

import './credentials.ts';
import { TranscribeRecognizer } from '../../src/aws/transcribe/recognizer.ts';
import type { TranscribeRules } from '../../src/simulator/transcribe/options.ts';
import { type TranscribeFault, wordsOf } from '../../src/simulator/transcribe/script.ts';
import { startTranscribe } from '../../src/simulator/transcribe/server.ts';
import type { TranscriptSegment } from '../../src/transcript/segment.ts';
import type { SessionRules, TranscriptionSummary } from '../../src/transcription/options.ts';
import { Transcription } from '../../src/transcription/transcription.ts';
import { makeConversation, RATE } from './call.ts';
import { CodedLocator, CodedTrack } from './coded-audio.ts';
import { Lockstep } from './lockstep.ts';

export interface LongCallOptions {
  durationMs: number;
  rules?: Partial<SessionRules>;
  standInRules?: Partial<TranscribeRules>;
  faults?: TranscribeFault[];
  /** Told of every minute of the call. */
  onMinute?: (minute: number) => void;
}

export interface LongCall {
  summary: TranscriptionSummary;
  words: number;
  wordsOfScript: number;
  /** The first word that was lost, came twice or is another; undefined where all is well. */
  firstWrong: string | undefined;
  /** Furthest that a word is from its place in the script, milliseconds. */
  furthestMs: number;
  /** Frames of the call that no session got; samples that were not the call's. */
  missingFrames: number;
  wrongSamples: number;
  longestSessionMs: number;
  endedBy: (string | null)[];
}

export async function longCall(options: LongCallOptions): Promise<LongCall> {
  const { durationMs, rules, standInRules, faults = [], onMinute } = options;
  const clock = new Lockstep();
  const segments = makeConversation(durationMs, 99);
  const locators: CodedLocator[] = [];
  const standIn = await startTranscribe({
    script: { segments, faults },
    clock,
    ...(standInRules === undefined ? {} : { rules: standInRules }),
    keepAudio: false,
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY!,
    locator: () => {
      const locator = new CodedLocator(segments);
      locators.push(locator);
      return locator;
    },
  });
  clock.sessions = standIn.sessions;
  const recognizer = new TranscribeRecognizer({
    region: 'us-east-1',
    endpointUrl: standIn.url,
    settings: { language: 'en-US', channels: 2 },
  });
  const check = new WordCheck(segments);
  const transcription = new Transcription({
    recognizer: clock.watch(recognizer),
    directions: ['from', 'to'],
    sampleRate: RATE,
    callStartMs: 0,
    clock,
    ...(rules === undefined ? {} : { rules }),
    sink: { final: (segment) => check.take(segment) },
  });
  const deliver = async () => {
    const tracks = { from: new CodedTrack(segments, 'from'), to: new CodedTrack(segments, 'to') };
    const second = new Int16Array(RATE);
    for (let at = 0; at < durationMs / 1000; at++) {
      await clock.sleep((at + 1) * 1000 - clock.now());
      for (const direction of ['from', 'to'] as const) {
        tracks[direction].read(at * RATE, second);
        transcription.write(direction, at * RATE, new Uint8Array(second.buffer));
      }
      if (at % 60 === 59) onMinute?.((at + 1) / 60);
    }
    return await transcription.end();
  };
  try {
    const summary = await clock.run(deliver());
    return {
      summary,
      words: check.words,
      wordsOfScript: segments.reduce((sum, { text }) => sum + text.split(' ').length, 0),
      firstWrong: check.firstWrong,
      furthestMs: check.furthestMs,
      missingFrames: missing(locators, (durationMs * RATE) / 1000),
      wrongSamples: locators.reduce((sum, { wrong }) => sum + wrong, 0),
      longestSessionMs: (1000 * Math.max(...standIn.sessions.map(({ frames }) => frames))) / RATE,
      endedBy: standIn.sessions.map(({ endedBy }) => endedBy),
    };
  } finally {
    recognizer.close();
    await standIn.close();
  }
}

/** Compares words as they come with those of the script, each direction's in its order. */
class WordCheck {
  words = 0;
  firstWrong: string | undefined;
  furthestMs = 0;
  readonly #expected: Record<string, Iterator<{ text: string; startMs: number }>>;

  constructor(segments: ReturnType<typeof makeConversation>) {
    const wordsFor = function* (direction: string) {
      for (const segment of segments) {
        if (segment.direction === direction) yield* wordsOf(segment).filter(({ mark }) => !mark);
      }
    };
    this.#expected = { from: wordsFor('from'), to: wordsFor('to') };
  }

  take({ direction, words }: TranscriptSegment): void {
    for (const { text, startMs, kind } of words) {
      if (kind !== 'word') continue;
      this.words++;
      const { value } = this.#expected[direction]!.next();
      if (value?.text !== text) this.firstWrong ??= `${text} in place of ${value?.text}`;
      else this.furthestMs = Math.max(this.furthestMs, Math.abs(value.startMs - startMs));
    }
  }
}

/** Frames that no session has. */
function missing(locators: readonly CodedLocator[], frames: number): number {
  const passages = locators.flatMap(({ heard }) => heard).sort((a, b) => a.callStart - b.callStart);
  let end = 0;
  let lacking = 0;
  for (const { callStart, callEnd } of passages) {
    lacking += Math.max(0, callStart - end);
    end = Math.max(end, callEnd);
  }
  return lacking + Math.max(0, frames - end);
}
