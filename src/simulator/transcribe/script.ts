// What the stand-in for Amazon Transcribe answers: it recognises no speech, so a script says what is to be heard when.

import * as z from 'zod/mini';

const time = z.number().check(z.nonnegative());

const word = z.object({
  text: z.string(),
  startMs: time,
  endMs: time,
  confidence: z.optional(z.number()),
});

const entity = z.object({ type: z.string(), text: z.string(), confidence: z.optional(z.number()) });

const segment = z.object({
  /** Who speaks; left out, whoever is on a session's only channel. */
  direction: z.optional(z.enum(['from', 'to'])),
  /** Milliseconds on the clock of the script's audio. */
  startMs: time,
  endMs: time,
  text: z.string(),
  /** With times of their own; else the text's words, spread over the segment by their lengths. */
  words: z.optional(z.array(word)),
  confidence: z.optional(z.number()),
  language: z.optional(z.string()),
  /** Speaker label, for sessions that ask for them. */
  speaker: z.optional(z.string()),
  /** What is personal in the text. */
  entities: z.optional(z.array(entity)),
  /** Words that the vocabulary filter matches. */
  filtered: z.optional(z.array(z.string())),
  /** Call analytics. */
  sentiment: z.optional(z.enum(['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'])),
  issues: z.optional(z.array(z.object({ begin: time, end: time }))),
});

const category = z.object({ name: z.string(), startMs: time, endMs: time });

export const EXCEPTIONS = [
  'BadRequestException',
  'LimitExceededException',
  'InternalFailureException',
  'ConflictException',
  'ServiceUnavailableException',
] as const;
export type ExceptionName = (typeof EXCEPTIONS)[number];

const fault = z.object({
  /** Which of the sessions, counted from 1 in the order in which they are asked for; left out, every one. */
  session: z.optional(z.int().check(z.positive())),
  /** Milliseconds of audio received after which it happens; left out, when the session is asked for. */
  afterMs: z.optional(time),
  /** In place of that: once the client has ended its audio, after so many of the results that are still to come. */
  afterEnd: z.optional(z.int().check(z.nonnegative())),
  /**
   * `reset`: the connection breaks; `close`: the session ends without a word; `stall`: nothing is read or answered any
   * more; `mute`: audio is taken and never answered; `exception`: the service says that something is wrong.
   */
  kind: z.enum(['reset', 'close', 'stall', 'mute', 'exception']),
  exception: z.optional(z.enum(EXCEPTIONS)),
});

const script = z.object({
  /** The language that results name where a session asks to identify it. */
  language: z.optional(z.string()),
  segments: z.array(segment),
  categories: z.optional(z.array(category)),
  faults: z.optional(z.array(fault)),
});

export type ScriptWord = z.output<typeof word>;
export type ScriptEntity = z.output<typeof entity>;
export type ScriptSegment = z.output<typeof segment>;
export type TranscribeFault = z.output<typeof fault>;
export type TranscribeScript = z.output<typeof script>;

/**
 * Reads a script.
 * @throws Error that names the place, for what is no script.
 */
export function parseScript(json: string): TranscribeScript {
  const result = z.safeParse(script, JSON.parse(json));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.map(String).join('.') || 'the script'}: ${issue?.message ?? 'not valid'}`);
}

/** The words of a segment with times and marks apart, as results list them. */
export function wordsOf(segment: ScriptSegment): (ScriptWord & { mark: boolean })[] {
  if (segment.words !== undefined) return segment.words.map((word) => ({ ...word, mark: isMark(word.text) }));
  const tokens = segment.text.match(/[\p{L}\p{N}\p{M}'’*@+#-]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? [];
  const weight = tokens.reduce((sum, token) => sum + (isMark(token) ? 0 : token.length), 0);
  const perCharacter = weight === 0 ? 0 : (segment.endMs - segment.startMs) / weight;
  let at = segment.startMs;
  return tokens.map((text) => {
    const startMs = at;
    if (!isMark(text)) at += text.length * perCharacter;
    return { text, startMs, endMs: at, mark: isMark(text) };
  });
}

const isMark = (text: string) => !/[\p{L}\p{N}]/u.test(text);
