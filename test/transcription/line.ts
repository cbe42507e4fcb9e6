// Runs a made-up call through sessions of the SDK's client with the stand-in, on a clock that waits for the sockets and
// for nothing else, and puts together again what the stand-in received.

import './credentials.ts';
import { TranscribeRecognizer } from '../../src/aws/transcribe/recognizer.ts';
import type { TranscribeSettings } from '../../src/aws/transcribe/settings.ts';
import type { TranscribeOptions, TranscribeRules } from '../../src/simulator/transcribe/options.ts';
import type { SessionRecord } from '../../src/simulator/transcribe/record.ts';
import { startTranscribe } from '../../src/simulator/transcribe/server.ts';
import type { TranscriptSegment } from '../../src/transcript/segment.ts';
import type { Clock } from '../../src/transcription/clock.ts';
import type { SessionRules, TranscriptionSummary } from '../../src/transcription/options.ts';
import { Transcription, type TranscriptionOptions } from '../../src/transcription/transcription.ts';
import { bytesOf, type MadeCall, RATE } from './call.ts';
import { Lockstep } from './lockstep.ts';

export interface RunOptions {
  sessions?: 'together' | 'per-direction';
  settings?: Partial<TranscribeSettings>;
  rules?: Partial<SessionRules>;
  standIn?: Partial<TranscribeOptions>;
  standInRules?: Partial<TranscribeRules>;
  resumable?: boolean;
  /**
   * Delivers the audio; by default in fragments of a second, each when its last sample was spoken. Answers the
   * transcription that is to be ended, if it has begun another.
   */
  deliver?: (
    transcription: Transcription,
    call: MadeCall,
    clock: Clock,
    begin: (resume: TranscriptionOptions['resume']) => Transcription,
  ) => Promise<unknown>;
  signal?: AbortSignal;
}

export interface Outcome {
  summary: TranscriptionSummary;
  finals: TranscriptSegment[];
  partials: number;
  /** Partial results that were neither replaced nor taken back. */
  hanging: string[];
  sessions: readonly SessionRecord[];
  /** Each piece that a session received of the call: where it is in the call, and its bytes. */
  received: Map<number, { position: number; pcm: Buffer }[]>;
}

/** Fragments of a second, both directions, each when its last sample was spoken. */
export async function deliverLive(transcription: Transcription, call: MadeCall, clock: Clock): Promise<void> {
  const start = clock.now();
  for (let at = 0; at < call.from.length; at += RATE) {
    const end = Math.min(call.from.length, at + RATE);
    await clock.sleep(start + (end * 1000) / RATE - clock.now());
    transcription.write('from', at, bytesOf(call.from, at, end));
    transcription.write('to', at, bytesOf(call.to, at, end));
  }
}

export async function runCall(call: MadeCall, options: RunOptions): Promise<Outcome> {
  const { sessions = 'together', resumable = false } = options;
  const clock = new Lockstep();
  const standIn = await startTranscribe({
    script: call.script,
    reference: { from: call.from, to: call.to },
    clock,
    ...(options.standInRules === undefined ? {} : { rules: options.standInRules }),
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY!,
    ...options.standIn,
  });
  clock.sessions = standIn.sessions;
  const recognizer = new TranscribeRecognizer({
    region: 'us-east-1',
    endpointUrl: standIn.url,
    resumable,
    settings: { language: 'en-US', channels: sessions === 'together' ? 2 : 1, ...options.settings },
  });
  const finals: TranscriptSegment[] = [];
  const open = new Set<string>();
  let partials = 0;
  // Where in the call each session's audio was cut from, as the sender says it; the bytes are the stand-in's.
  const cuts = new Map<string, Cuts>();
  const begin = (resume?: TranscriptionOptions['resume']) =>
    new Transcription({
      recognizer: clock.watch(recognizer),
      directions: ['from', 'to'],
      sampleRate: RATE,
      resume,
      callStartMs: Date.UTC(2026, 0, 5, 9, 0, 0),
      sessions,
      resumes: resumable,
      clock,
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      sink: {
        partial(segment) {
          partials++;
          open.add(segment.id);
        },
        final(segment) {
          open.delete(segment.id);
          finals.push(segment);
        },
        retract(segment) {
          open.delete(segment.id);
        },
      },
      onSent(line, { number, id }, { position, frames }) {
        const known = cuts.get(`${line}.${number}.${id}`) ?? { line, id, list: [] };
        cuts.set(`${line}.${number}.${id}`, known);
        known.list.push({ position, frames });
      },
    });
  try {
    const deliver = options.deliver ?? deliverLive;
    const work = async () => {
      const transcription = begin();
      const last = await deliver(transcription, call, clock, begin);
      return await (last instanceof Transcription ? last : transcription).end();
    };
    const summary = await clock.run(work());
    return {
      summary,
      finals,
      partials,
      hanging: [...open],
      sessions: standIn.sessions,
      received: receivedBy(standIn.sessions, cuts),
    };
  } finally {
    recognizer.close();
    await standIn.close();
  }
}

/** What was sent to a session, in order. */
interface Cuts {
  line: number;
  id: string;
  list: { position: number | null; frames: number }[];
}

/** The audio of each line's sessions, in the order in which they were opened, laid where it belongs. */
function receivedBy(
  sessions: readonly SessionRecord[],
  cuts: ReadonlyMap<string, Cuts>,
): Outcome['received'] {
  const received: Outcome['received'] = new Map();
  const unused = [...cuts.values()];
  for (const session of sessions) {
    const bytesPerFrame = 2 * session.parameters.channels;
    const audio = session.audio();
    if (audio.length === 0) continue;
    const index = unused.findIndex(({ id }) => id === session.id);
    const [found] = unused.splice(index, index < 0 ? 0 : 1);
    if (found === undefined) throw new Error('a session whose audio nobody sent');
    const pieces = received.get(found.line) ?? [];
    received.set(found.line, pieces);
    let offset = 0;
    for (const { position, frames } of found.list) {
      const pcm = audio.subarray(offset, offset + frames * bytesPerFrame);
      offset += pcm.length;
      if (position !== null && pcm.length > 0) pieces.push({ position, pcm });
    }
  }
  return received;
}

/** Asserts nothing itself: the first frame of the call that no session received as it is, or -1. */
export function firstMissing(
  pieces: readonly { position: number; pcm: Buffer }[],
  expected: Buffer,
  bytesPerFrame: number,
): number {
  const covered = new Uint8Array(expected.length / bytesPerFrame);
  for (const { position, pcm } of pieces) {
    const from = position * bytesPerFrame;
    if (!expected.subarray(from, from + pcm.length).equals(pcm)) return position;
    covered.fill(1, position, position + Math.floor(pcm.length / bytesPerFrame));
  }
  return covered.indexOf(0);
}
