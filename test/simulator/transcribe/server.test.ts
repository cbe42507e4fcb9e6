// The stand-in holds the SDK's client to what the service enforces.

import { setTimeout as wait } from 'node:timers/promises';
import {
  StartCallAnalyticsStreamTranscriptionCommand,
  StartStreamTranscriptionCommand,
  type StartStreamTranscriptionCommandInput,
  TranscribeStreamingClient,
} from '@aws-sdk/client-transcribe-streaming';
import { afterEach, describe, expect, test } from 'vitest';
import type { TranscribeOptions } from '../../../src/simulator/transcribe/options.ts';
import { EXCEPTIONS, parseScript, wordsOf } from '../../../src/simulator/transcribe/script.ts';
import { startTranscribe, type TranscribeStandIn } from '../../../src/simulator/transcribe/server.ts';

const SECRET = 'made-up-secret';
const SCRIPT = {
  segments: [
    {
      direction: 'from' as const,
      startMs: 200,
      endMs: 800,
      text: 'Call me, Mary.',
      entities: [{ type: 'NAME', text: 'Mary' }],
      filtered: ['call'],
      sentiment: 'NEUTRAL' as const,
    },
  ],
  categories: [{ name: 'greeting', startMs: 200, endMs: 800 }],
};
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

let standIn: TranscribeStandIn;
let client: TranscribeStreamingClient;

afterEach(async () => {
  client.destroy();
  await standIn.close();
});

async function start(options: Partial<TranscribeOptions> = {}, secret = SECRET): Promise<void> {
  standIn = await startTranscribe({ script: SCRIPT, secretAccessKey: SECRET, ...options });
  client = new TranscribeStreamingClient({
    endpoint: standIn.url,
    region: 'us-east-1',
    maxAttempts: 1,
    logger: silent,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret },
  });
}

/** Audio of so many seconds in chunks of 100 ms, with a pause after each of them. */
async function* audio(seconds: number, pauseMs = 0, chunkMs = 100, channels = 1) {
  for (let sent = 0; sent < seconds * 1000; sent += chunkMs) {
    yield { AudioEvent: { AudioChunk: new Uint8Array(16 * chunkMs * channels) } };
    if (pauseMs > 0) await wait(pauseMs);
  }
}

async function results(input: Partial<StartStreamTranscriptionCommandInput> = {}) {
  const { TranscriptResultStream: stream } = await client.send(
    new StartStreamTranscriptionCommand({
      LanguageCode: 'en-US',
      MediaEncoding: 'pcm',
      MediaSampleRateHertz: 8000,
      AudioStream: audio(2),
      ...input,
    }),
  );
  const all = [];
  for await (const event of stream ?? []) all.push(...(event.TranscriptEvent?.Transcript?.Results ?? []));
  return all;
}

test('partial results, then a final one, when their audio has arrived', async () => {
  await start();
  const all = await results();
  expect(all.at(-1)).toMatchObject({ IsPartial: false, StartTime: 0.2, EndTime: 0.8 });
  expect(all.at(-1)!.Alternatives![0]!.Transcript).toBe('Call me, Mary.');
  expect(all.slice(0, -1).every(({ IsPartial }) => IsPartial)).toBe(true);
  expect(standIn.sessions[0]).toMatchObject({ frames: 16_000, endedBy: 'client-ended', finals: 1 });
  expect(standIn.sessions[0]!.audio()).toHaveLength(32_000);
});

test('redaction, identification, filter', async () => {
  await start();
  const text = async (input: Partial<StartStreamTranscriptionCommandInput>) =>
    (await results(input)).at(-1)!.Alternatives![0]!;
  expect(await text({ ContentRedactionType: 'PII' })).toMatchObject({
    Transcript: 'Call me, [NAME].',
    Entities: [{ Type: 'NAME', Content: '[NAME]' }],
  });
  expect(await text({ ContentIdentificationType: 'PII', PiiEntityTypes: 'NAME' })).toMatchObject({
    Transcript: 'Call me, Mary.',
    Entities: [{ Type: 'NAME', Content: 'Mary' }],
  });
  expect((await text({ ContentRedactionType: 'PII', PiiEntityTypes: 'PHONE' })).Transcript).toBe(
    'Call me, Mary.',
  );
  expect((await text({ VocabularyFilterName: 'v' })).Transcript).toBe('*** me, Mary.');
  expect((await text({ VocabularyFilterName: 'v', VocabularyFilterMethod: 'remove' })).Transcript).toBe(
    'me, Mary.',
  );
});

test('call analytics: utterances and categories, after the roles of the channels', async () => {
  await start();
  const run = async (first: boolean) => {
    const { CallAnalyticsTranscriptResultStream: stream } = await client.send(
      new StartCallAnalyticsStreamTranscriptionCommand({
        LanguageCode: 'en-US',
        MediaEncoding: 'pcm',
        MediaSampleRateHertz: 8000,
        AudioStream: (async function* () {
          const roles = ['CUSTOMER', 'AGENT'] as const;
          const ChannelDefinitions = roles.map((ParticipantRole, ChannelId) => ({
            ChannelId,
            ParticipantRole,
          }));
          if (first) yield { ConfigurationEvent: { ChannelDefinitions } };
          yield* audio(2, 0, 100, 2);
        })(),
      }),
    );
    const all = [];
    for await (const event of stream ?? []) all.push(event);
    return all;
  };
  const all = await run(true);
  const utterances = all.flatMap(({ UtteranceEvent }) => UtteranceEvent ?? []);
  expect(utterances.at(-1)).toMatchObject({
    IsPartial: false,
    ParticipantRole: 'CUSTOMER',
    BeginOffsetMillis: 200,
    Sentiment: 'NEUTRAL',
  });
  expect(all.flatMap(({ CategoryEvent }) => CategoryEvent?.MatchedCategories ?? [])).toEqual(['greeting']);
  await expect(run(false)).rejects.toMatchObject({ name: 'BadRequestException' });
});

describe('what the service enforces', () => {
  test.each([
    [{ IdentifyLanguage: true, LanguageOptions: 'en-US,es-US' }],
    [{ LanguageCode: undefined }],
    [{ LanguageCode: undefined, IdentifyLanguage: true, LanguageOptions: 'en-US' }],
    [{ LanguageCode: undefined, IdentifyLanguage: true, LanguageOptions: 'en-US,en-GB' }],
    [{ ContentRedactionType: 'PII', ContentIdentificationType: 'PII' }],
    [{ PiiEntityTypes: 'NAME' }],
    [{ EnableChannelIdentification: true }],
    [{ NumberOfChannels: 2 }],
    [{ ShowSpeakerLabel: true, EnableChannelIdentification: true, NumberOfChannels: 2 }],
    [{ MediaSampleRateHertz: 4000 }],
    [{ SessionId: 'no-uuid' }],
    [{ PartialResultsStability: 'high' }],
    [{ VocabularyNames: 'a,b' }],
    [{ SessionResumeWindow: 301 }],
  ] as Partial<StartStreamTranscriptionCommandInput>[][])(
    'parameters that exclude each other: %j',
    async (input) => {
      await start();
      await expect(results(input)).rejects.toMatchObject({ name: 'BadRequestException' });
      expect(standIn.refused).toEqual(['BadRequestException']);
    },
  );

  test('15 seconds without audio', async () => {
    await start({ rules: { speed: 100 } });
    await expect(results({ AudioStream: audio(0.2, 250) })).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('15 seconds'),
    });
  });

  test('chunks of more than a second, and of half a sample', async () => {
    await start();
    await expect(results({ AudioStream: audio(3, 0, 1500) })).rejects.toMatchObject({
      name: 'BadRequestException',
    });
    const half = (async function* () {
      yield { AudioEvent: { AudioChunk: new Uint8Array(101) } };
    })();
    await expect(results({ AudioStream: half })).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  test('the pace of speech', async () => {
    await start();
    await expect(results({ AudioStream: audio(20) })).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });

  test.each(['close', 'exception'] as const)('the longest session, which ends with: %s', async (atLimit) => {
    await start({ rules: { sessionLimitMs: 1000, atLimit } });
    const run = results();
    if (atLimit === 'exception') await expect(run).rejects.toMatchObject({ name: 'LimitExceededException' });
    else await run;
    expect(standIn.sessions[0]!.endedBy).toBe(
      atLimit === 'close' ? 'session-limit' : 'LimitExceededException',
    );
  });

  test('one session per id, and so many at once', async () => {
    await start({ rules: { maxSessions: 2 } });
    const SessionId = '11111111-2222-3333-4444-555555555555';
    const first = results({ SessionId, AudioStream: audio(0.5, 100) });
    await wait(150);
    await expect(results({ SessionId })).rejects.toMatchObject({ name: 'ConflictException' });
    const second = results({ AudioStream: audio(0.5, 100) });
    await wait(100);
    await expect(results()).rejects.toMatchObject({ name: 'LimitExceededException' });
    await Promise.all([first, second]);
  });

  test('the signature of every message', async () => {
    await start({}, 'another-secret');
    await expect(results()).rejects.toMatchObject({ message: expect.stringContaining('signature') });
  });
});

describe('breaks on order', () => {
  test.each(EXCEPTIONS)('%s, at once and in the middle', async (exception) => {
    await start({
      script: {
        ...SCRIPT,
        faults: [
          { session: 1, kind: 'exception', exception },
          { session: 2, afterMs: 500, kind: 'exception', exception },
        ],
      },
    });
    await expect(results()).rejects.toMatchObject({ name: exception });
    await expect(results()).rejects.toMatchObject({ name: exception });
    expect((await results()).at(-1)!.IsPartial).toBe(false);
  });

  test('a clean close in mid-word', async () => {
    await start({ script: { ...SCRIPT, faults: [{ session: 1, afterMs: 500, kind: 'close' }] } });
    expect((await results()).every(({ IsPartial }) => IsPartial)).toBe(true);
    expect(standIn.sessions[0]!.endedBy).toBe('close');
  });
});

test('a script that is none names the place', () => {
  expect(() => parseScript('{"segments":[{"startMs":1,"endMs":"2","text":"x"}]}')).toThrow(
    /segments\.0\.endMs/,
  );
});

test('words get times by their lengths, marks none', () => {
  expect(wordsOf({ startMs: 0, endMs: 800, text: 'Abcd, efgh!' })).toEqual([
    { text: 'Abcd', startMs: 0, endMs: 400, mark: false },
    { text: ',', startMs: 400, endMs: 400, mark: true },
    { text: 'efgh', startMs: 400, endMs: 800, mark: false },
    { text: '!', startMs: 800, endMs: 800, mark: true },
  ]);
});
