// A WAV object that was put under INPUT_KEY_PREFIX, transcribed into the tables: the sample's way to try it out.

import { setTimeout as wait } from 'node:timers/promises';
import { littleEndian } from '../../audio/byte-order.ts';
import type { WavReader } from '../../audio/wav-reader.ts';
import { s3Client } from '../../aws/s3/client.ts';
import { checkedTranscribeSettings } from '../../aws/transcribe/settings.ts';
import { KvsrecError } from '../../errors.ts';
import type { TappedTrack } from '../../recording/audio-tap.ts';
import type { Environment } from '../environment.ts';
import { openWavObject } from '../s3-audio.ts';
import type { Telemetry } from '../telemetry.ts';
import type { FileEvent } from './record-event.ts';
import type { RecordSummary } from './summary.ts';
import { TableTranscripts } from './table-transcripts.ts';

/** Audio handed over at a time, and how far it may be ahead of the clock, milliseconds. */
const BLOCK_MS = 100;
const AHEAD_MS = 1000;

/** Milliseconds that the last words may take after the last audio. */
const LAST_WORDS_MS = 20_000;

/**
 * Sends it at the pace of speech. The first channel is the customer, the second, if any, what the customer hears.
 * @param timeMs Milliseconds that it may take.
 * @throws KvsrecError `file-too-long` for more audio than can be sent in that time; `not-wav`, `unsupported-wav`, `aws-…`.
 */
export async function transcribeFile(
  { fileName, contactId, languageCode }: FileEvent,
  environment: Environment<'record'>,
  telemetry: Telemetry,
  timeMs: number,
): Promise<RecordSummary> {
  checkedTranscribeSettings({ language: languageCode, channels: 1 });
  const client = await s3Client({ region: environment.APP_REGION });
  try {
    const Key = environment.INPUT_KEY_PREFIX + fileName;
    const reader = await openWavObject(client, { Bucket: environment.RECORDINGS_BUCKET_NAME, Key });
    try {
      const pace = environment.KVSREC_LAMBDA_TRANSCRIBE_PACE;
      requireTime(reader, fileName, (timeMs - LAST_WORDS_MS) * pace);
      const transcripts = new TableTranscripts({
        environment,
        contactId,
        languageCode,
        track: reader.channels > 1 ? 'both' : 'from',
        telemetry,
      });
      const durationMs = await send(reader, transcripts, contactId, pace);
      const transcript = await transcripts.end();
      telemetry.count('AudioSeconds', durationMs / 1000);
      return { result: 'Success', endedBy: 'end-of-file', contactId, durationMs, transcript };
    } finally {
      await reader.close();
    }
  } finally {
    client.destroy();
  }
}

function requireTime({ frames = 0, sampleRate }: WavReader, fileName: string, mostMs: number): void {
  const durationMs = (frames / sampleRate) * 1000;
  if (durationMs <= mostMs) return;
  throw new KvsrecError(
    'file-too-long',
    `${fileName} is ${Math.round(durationMs / 1000)} s long, and an invocation can send ${Math.max(0, Math.floor(mostMs / 1000))} s at the pace of speech`,
    { hint: 'Transcribe parts of it, or all of it with kvsrec transcribe.' },
  );
}

/** Answers how many milliseconds there were. */
async function send(
  reader: WavReader,
  transcripts: TableTranscripts,
  contactId: string,
  pace: number,
): Promise<number> {
  const { channels, sampleRate } = reader;
  const began = Date.now();
  const block = new Int16Array(channels * Math.round((sampleRate * BLOCK_MS) / 1000));
  let position = 0;
  for (;;) {
    const frames = await reader.read(block);
    if (frames === 0) return Math.round((position / sampleRate) * 1000);
    for (const [channel, direction] of (['from', 'to'] as const).slice(0, channels).entries()) {
      const samples = Int16Array.from({ length: frames }, (_, i) => block[i * channels + channel]!);
      transcripts.audio(
        trackOf(direction, contactId, sampleRate, began),
        position,
        littleEndian(samples, frames),
      );
    }
    position += frames;
    const dueMs = ((position / sampleRate) * 1000) / pace - AHEAD_MS;
    await wait(Math.max(0, dueMs - (Date.now() - began)));
  }
}

function trackOf(
  direction: 'from' | 'to',
  contactId: string,
  sampleRate: number,
  startMs: number,
): TappedTrack {
  return {
    contactId,
    direction,
    number: direction === 'from' ? 1 : 2,
    name: direction,
    startMs,
    format: { kind: 'pcm', encoding: 'L16', sampleRate, channels: 1, codec: 's16le' },
  };
}
