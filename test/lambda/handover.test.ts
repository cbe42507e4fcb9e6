// What one invocation leaves to the next of a call's words: over the stand-in and tables on loopback, and through the
// record function over a bucket.

import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONTACT_ID } from '../../fixtures/connect-profile.ts';
import { type Environment, readEnvironment } from '../../src/lambda/environment.ts';
import type { LambdaContext } from '../../src/lambda/handler.ts';
import { objectLease } from '../../src/lambda/record/object-lease.ts';
import { createRecord } from '../../src/lambda/record/record.ts';
import { TableTranscripts } from '../../src/lambda/record/table-transcripts.ts';
import type { CallTranscripts, TranscriptsOptions } from '../../src/lambda/record/transcripts.ts';
import type { Telemetry } from '../../src/lambda/telemetry.ts';
import type { TappedTrack } from '../../src/recording/audio-tap.ts';
import type { MediaSource } from '../../src/recording/capture/media-source.ts';
import { useS3 } from '../aws/s3/s3-server.ts';
import { DEMO_DUMP, samplesOf, startDemo } from '../simulator/transcribe/demo.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';

const RATE = 8000;
/** How many times faster than the call the clock runs. */
const SPEED = 20;
const PIECE_MS = 200;

const warnings: string[] = [];
const telemetry: Telemetry = {
  info: () => {},
  warn: (message) => void warnings.push(message),
  error: (message) => void warnings.push(message),
  about: () => {},
  count: () => {},
  flush: () => {},
};

function environmentOf(sessions: 'two-channel' | 'per-direction'): Environment<'record'> {
  return readEnvironment('record', {
    APP_REGION: 'us-east-1',
    RECORDINGS_BUCKET_NAME: 'calls',
    TABLE_CALLER_TRANSCRIPT: 'contactTranscriptSegments',
    TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: 'contactTranscriptSegmentsToCustomer',
    SAVE_PARTIAL_TRANSCRIPTS: 'TRUE',
    KVSREC_LAMBDA_TRANSCRIBE_SESSIONS: sessions,
    KVSREC_LAMBDA_TRANSCRIBE_PACE: String(SPEED),
    KVSREC_LAMBDA_IDLE_SECONDS: '1',
    KVSREC_LAMBDA_RESERVE_SECONDS: '1',
  });
}

describe('tables', () => {
  let dynamo: DynamoServer;
  let demo: Awaited<ReturnType<typeof startDemo>>;
  const call = samplesOf(DEMO_DUMP);
  const endMs = (call.from!.length / RATE) * 1000;

  beforeAll(async () => {
    dynamo = await startDynamoServer();
    demo = await startDemo({ rules: { maxPace: 200, speed: SPEED, audioTimeoutMs: 15_000 * SPEED } });
    for (const [name, value] of Object.entries(demo.env)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamo.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await demo.close();
    await dynamo.close();
  });

  const trackOf = (contactId: string, direction: 'from' | 'to'): TappedTrack => ({
    contactId,
    direction,
    number: direction === 'from' ? 1 : 2,
    name: direction,
    startMs: Date.UTC(2026, 0, 5, 9, 0, 0),
    format: { kind: 'pcm', encoding: 'L16', sampleRate: RATE, channels: 1, codec: 's16le' },
  });

  async function deliver(
    to: CallTranscripts,
    contactId: string,
    fromMs: number,
    untilMs: number,
  ): Promise<void> {
    for (let ms = fromMs; ms < untilMs; ms += PIECE_MS) {
      await wait(PIECE_MS / SPEED);
      for (const direction of ['from', 'to'] as const) {
        const at = Math.round((ms * RATE) / 1000);
        const end = Math.round((Math.min(untilMs, ms + PIECE_MS) * RATE) / 1000);
        const piece = call[direction]!.subarray(at, end);
        const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
        to.audio(trackOf(contactId, direction), at, bytes);
      }
    }
  }

  /** The items of a call that is handed over at these times, without what tells one run from another. */
  async function items(contactId: string, cuts: number[], sessions: 'two-channel' | 'per-direction') {
    const options = { environment: environmentOf(sessions), contactId, languageCode: 'en-US', telemetry };
    let left: Buffer | undefined;
    for (const [index, untilMs] of [...cuts, endMs].entries()) {
      const transcripts = new TableTranscripts({ ...options, track: 'both', left });
      await deliver(transcripts, contactId, cuts[index - 1] ?? 0, untilMs);
      if (untilMs === endMs) {
        expect(await transcripts.end()).toMatchObject({ complete: true });
        break;
      }
      await transcripts.leave();
      left = transcripts.left();
      // Of each direction no more than is left, and the line in front of it.
      expect(left!.length).toBeLessThan(2 * 20 * 2 * RATE + 2000);
    }
    const tables = ['contactTranscriptSegments', 'contactTranscriptSegmentsToCustomer'];
    const all = await Promise.all(tables.map((table) => dynamo.items(table)));
    return all.map((list) =>
      list
        .filter(({ ContactId }) => ContactId === contactId)
        .map(({ StartTime, EndTime, Transcript, IsPartial }) => ({
          StartTime,
          EndTime,
          Transcript,
          IsPartial,
        }))
        .sort((a, b) => Number(a.StartTime) - Number(b.StartTime)),
    );
  }

  test('a handover in mid-word gives the items of an uninterrupted call', async () => {
    // The customer, the agent, both at once; twice within one sentence.
    const [whole, ...handed] = await Promise.all([
      items('whole', [], 'two-channel'),
      items('from', [4130], 'two-channel'),
      items('to', [6610, 9070], 'two-channel'),
      items('both', [12_850], 'two-channel'),
      items('twice', [8900, 9700], 'two-channel'),
      items('apart', [4130, 12_850], 'per-direction'),
    ]);
    expect(whole!.map(({ length }) => length)).toEqual([3, 3]);
    for (const each of handed) expect(each).toEqual(whole);
  });

  test('what is left is answered although nothing more is heard; what is no transcript counts for nothing', async () => {
    const options = { environment: environmentOf('two-channel'), languageCode: 'en-US', telemetry };
    const first = new TableTranscripts({ ...options, contactId: 'rest', track: 'both' });
    await deliver(first, 'rest', 0, 4800);
    await first.leave();
    const second = new TableTranscripts({ ...options, contactId: 'rest', track: 'both', left: first.left() });
    expect(await second.end()).toMatchObject({ complete: true });
    const spoken = (await dynamo.items('contactTranscriptSegments')).filter(
      ({ ContactId }) => ContactId === 'rest',
    );
    expect(spoken.map(({ Transcript }) => Transcript).join(' ')).toContain('Hello. My parcel was due');
    for (const left of [Buffer.from('no transcript'), Buffer.from('{"version":99}\n'), Buffer.alloc(0)]) {
      const anew = new TableTranscripts({ ...options, contactId: 'anew', track: 'both', left });
      expect(anew.left()).toBeUndefined();
      expect(await anew.end()).toMatchObject({ sessions: 0, complete: true });
    }
  });
});

describe('links', () => {
  const s3 = useS3();
  const dump = readFileSync(DEMO_DUMP);
  const environment = { ...environmentOf('two-channel'), TABLE_CALLER_TRANSCRIPT: undefined };
  const streamARN = 'arn:aws:kinesisvideo:us-east-1:111122223333:stream/call/1';

  /** A stream that sends these bytes, and then nothing more. */
  const silentAfter = (bytes: Buffer): MediaSource => ({
    name: 'memory',
    async open() {
      let end = () => {};
      return {
        async read(take) {
          await take(bytes);
          await new Promise<void>((resolve) => {
            end = resolve;
          });
        },
        close: () => end(),
      };
    },
  });

  /** A chain whose invocations are called one by one. */
  function chain(
    connectContactId: string,
    leave: () => Promise<void>,
    end: CallTranscripts['end'] = async () => ({ sessions: 0, segments: 0, complete: true }),
  ) {
    const later: object[] = [];
    const begun: TranscriptsOptions[] = [];
    let bytes = dump;
    const handler = createRecord({
      environment,
      s3: s3.client,
      source: () => {
        const source = silentAfter(bytes);
        bytes = Buffer.alloc(0);
        return source;
      },
      invokeLater: async (_, event) => void later.push(event as object),
      updateContact: undefined,
      lease: (_, id) => objectLease(s3.client, { bucket: 'calls', key: `kvsrec-state/${id}/lease.json` }),
      transcripts: async () => (options) => {
        begun.push(options);
        return {
          audio: () => {},
          silence: () => {},
          leave,
          left: () => Buffer.from('what was heard last'),
          end,
          texts: async () => undefined,
        };
      },
      transcribeFile: () => Promise.reject(new Error('not asked for')),
      telemetry: () => telemetry,
    });
    const first = { streamARN, connectContactId, transcriptionEnabled: 'true' };
    const invoke = (event: object, awsRequestId: string, timeMs: number, remaining?: () => number) => {
      const until = performance.now() + timeMs;
      return handler(event, {
        awsRequestId,
        invokedFunctionArn: 'record',
        getRemainingTimeInMillis: remaining ?? (() => until - performance.now()),
      } as LambdaContext);
    };
    return { first, later, begun, invoke };
  }
  /** Milliseconds of an invocation of which a quarter is recorded; and of one that hears the call end. */
  const SHORT = 1200;
  const LONG = 60_000;

  test('the next link gets what was left, and it is gone when that has finished', async () => {
    const { first, later, begun, invoke } = chain('c-left', async () => {});
    expect(await invoke(first, 'r-1', SHORT)).toMatchObject({ endedBy: 'continued' });
    expect(later).toHaveLength(1);
    expect(await invoke(later[0]!, 'r-2', LONG)).toMatchObject({ endedBy: 'idle', links: 2 });
    expect(begun.map(({ left }) => left?.toString())).toEqual([undefined, 'what was heard last']);
    const kept = s3.server.requests.map(({ path }) => path).filter((path) => path.endsWith('/transcript-2'));
    expect(new Set(kept).size).toBe(1);
    expect(s3.server.object('calls', kept[0]!.slice('calls/'.length))).toBeNull();
  });

  test('a link that dies between persisting and leaving: its retry hands over, and the call goes on', async () => {
    const { first, later, begun, invoke } = chain('c-dies', () => Promise.reject(new Error('killed')));
    await expect(invoke(first, 'r-1', SHORT)).rejects.toThrow('killed');
    expect(later).toEqual([]);
    expect(await invoke(first, 'r-1', SHORT)).toMatchObject({ endedBy: 'continued' });
    warnings.length = 0;
    expect(await invoke(later[0]!, 'r-2', LONG)).toMatchObject({ endedBy: 'idle', links: 2 });
    expect(begun.map(({ left }) => left)).toEqual([undefined, undefined]);
    expect(warnings).toEqual([
      'what the invocation before has heard last is not there',
      // The stream is another contact's.
      'nothing was heard of this contact',
    ]);
  });

  test('a link whose sessions do not end in time hands over nevertheless', async () => {
    const { first, later, invoke } = chain('c-late', () => new Promise(() => {}));
    expect(await invoke(first, 'r-1', SHORT)).toMatchObject({ endedBy: 'continued' });
    expect(later).toHaveLength(1);
  });

  /** Transcripts that end when they are told not to wait any longer, and not before. */
  const endless = () => {
    const told: boolean[] = [];
    const end: CallTranscripts['end'] = async (late) => {
      if (late?.aborted === false) {
        await new Promise((resolve) => late.addEventListener('abort', resolve, { once: true }));
      }
      told.push(late?.aborted === true);
      return { sessions: 1, segments: 0, complete: false };
    };
    return { told, end };
  };

  test('last words that do not come keep no recording from being finished in its time', async () => {
    const { told, end } = endless();
    const { first, invoke } = chain('c-silent', async () => {}, end);
    // The call ends when half of the reserve is left.
    let asked = 0;
    const remaining = () => (asked++ === 0 ? LONG : 500);
    expect(await invoke(first, 'r-1', LONG, remaining)).toMatchObject({
      endedBy: 'idle',
      transcript: { complete: false },
    });
    expect(told).toEqual([true]);
  });

  test('a link that fails hangs up on Transcribe, whatever becomes of its process', async () => {
    const { told, end } = endless();
    const { first, invoke } = chain('c-fails', async () => {}, end);
    s3.server.fault = ({ operation, path }) =>
      operation === 'PutObject' && path.endsWith('/state.json')
        ? { status: 403, code: 'AccessDenied' }
        : undefined;
    await expect(invoke(first, 'r-1', LONG)).rejects.toMatchObject({ code: 'aws-access-denied' });
    expect(told).toEqual([true]);
  });

  test('a role that may not look for stale uploads records its calls to their ends', async () => {
    const { first, later, invoke } = chain(CONTACT_ID, async () => {});
    const event = { ...first, saveCallRecording: 'true' };
    expect(await invoke(event, 'r-1', SHORT)).toMatchObject({ endedBy: 'continued' });
    s3.server.fault = ({ operation }) =>
      operation === 'ListMultipartUploads' ? { status: 403, code: 'AccessDenied' } : undefined;
    warnings.length = 0;
    expect(await invoke(later[0]!, 'r-2', LONG)).toMatchObject({ endedBy: 'idle', objects: { length: 3 } });
    expect(warnings).toEqual(['uploads that nobody knew of could not be ended']);
  });

  test('an event that is delivered twice is recorded once: the earlier invocation gives way', async () => {
    let release = () => {};
    const waiting: (() => void)[] = [];
    const inFirst = new Promise<void>((resolve) => waiting.push(resolve));
    let ends = 0;
    const end: CallTranscripts['end'] = async () => {
      if (++ends === 1) {
        waiting[0]!();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return { sessions: 0, segments: 0, complete: true };
    };
    const { first, invoke } = chain('c-twice', async () => {}, end);
    const earlier = invoke(first, 'r-1', LONG);
    await inFirst;
    expect(await invoke(first, 'r-1', LONG)).toMatchObject({ endedBy: 'idle' });
    release();
    expect(await earlier).toMatchObject({ endedBy: 'duplicate' });
  });
});
