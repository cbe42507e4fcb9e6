// A WAV object that was put under INPUT_KEY_PREFIX, transcribed into the tables: the sample's way to try it out.

import { setTimeout as wait } from 'node:timers/promises';
import { littleEndian } from '../../audio/merge.ts';
import { s3Client } from '../../aws/s3/client.ts';
import { checkedTranscribeSettings } from '../../aws/transcribe/settings.ts';
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

/** Sends it at the pace of speech. The first channel is the customer, the second, if any, what the customer hears. */
export async function transcribeFile(
  { fileName, contactId, languageCode }: FileEvent,
  environment: Environment<'record'>,
  telemetry: Telemetry,
): Promise<RecordSummary> {
  checkedTranscribeSettings({ language: languageCode, channels: 1 });
  const client = await s3Client({ region: environment.APP_REGION });
  const Key = environment.INPUT_KEY_PREFIX + fileName;
  const reader = await openWavObject(client, { Bucket: environment.RECORDINGS_BUCKET_NAME, Key });
  const { channels, sampleRate } = reader;
  const transcripts = new TableTranscripts({
    environment,
    contactId,
    languageCode,
    track: channels > 1 ? 'both' : 'from',
    telemetry,
  });
  const began = Date.now();
  const block = new Int16Array(channels * Math.round((sampleRate * BLOCK_MS) / 1000));
  let position = 0;
  for (;;) {
    const frames = await reader.read(block);
    if (frames === 0) break;
    for (const [channel, direction] of (['from', 'to'] as const).slice(0, channels).entries()) {
      const samples = Int16Array.from({ length: frames }, (_, i) => block[i * channels + channel]!);
      transcripts.audio(
        trackOf(direction, contactId, sampleRate, began),
        position,
        littleEndian(samples, frames),
      );
    }
    position += frames;
    await wait(Math.max(0, (position / sampleRate) * 1000 - AHEAD_MS - (Date.now() - began)));
  }
  const transcript = await transcripts.end();
  client.destroy();
  const durationMs = Math.round((position / sampleRate) * 1000);
  telemetry.count('AudioSeconds', durationMs / 1000);
  return { result: 'Success', endedBy: 'end-of-file', contactId, durationMs, transcript };
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
    name: direction,
    startMs,
    format: { kind: 'pcm', encoding: 'L16', sampleRate, channels: 1, codec: 's16le' },
  };
}
