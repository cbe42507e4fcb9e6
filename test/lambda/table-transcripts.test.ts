// What is heard and cannot be transcribed: it is told of, and the recording that hears it goes on.

import { expect, test, vi } from 'vitest';
import { readEnvironment } from '../../src/lambda/environment.ts';
import { TableTranscripts } from '../../src/lambda/record/table-transcripts.ts';
import { telemetry } from '../../src/lambda/telemetry.ts';
import type { TappedTrack } from '../../src/recording/audio-tap.ts';
import { startDemo } from '../simulator/transcribe/demo.ts';
import { LineCollector } from './line-collector.ts';

function hearing(languageCode: string) {
  const output = new LineCollector();
  const said = telemetry({ service: 'record', output }, {
    awsRequestId: 'a',
    functionName: 'record',
  } as Parameters<typeof telemetry>[1]);
  const environment = readEnvironment('record', { APP_REGION: 'us-east-1', RECORDINGS_BUCKET_NAME: 'calls' });
  const transcripts = new TableTranscripts({
    environment,
    contactId: 'c',
    languageCode,
    track: 'both',
    telemetry: said,
  });
  const warnings = () => output.json().filter(({ level }) => level === 'WARN');
  return { transcripts, warnings };
}

const trackOf = (direction: TappedTrack['direction'], number: number): TappedTrack => ({
  contactId: 'c',
  direction,
  number,
  name: `Track ${number}`,
  startMs: Date.UTC(2026, 0, 5, 9, 0, 0),
  format: { kind: 'pcm', encoding: 'L16', sampleRate: 8000, channels: 1, codec: 's16le' },
});
const PIECE = Buffer.alloc(1024);

test('a language that the service does not know costs the words, not the recording', async () => {
  const { transcripts, warnings } = hearing('xx-YY');
  for (const position of [0, 512]) transcripts.audio(trackOf('from', 1), position, PIECE);
  expect(await transcripts.end()).toEqual({ sessions: 0, segments: 0, complete: false });
  expect(warnings()).toEqual([
    expect.objectContaining({
      message: 'this audio is not transcribed',
      reason: expect.stringContaining('"xx-YY" is no language'),
    }),
  ]);
});

test('a track that does not say whose it is is told of once', async () => {
  const { transcripts, warnings } = hearing('en-US');
  for (const position of [0, 512]) {
    for (const number of [3, 5]) transcripts.audio(trackOf('unknown', number), position, PIECE);
  }
  expect(await transcripts.end()).toEqual({ sessions: 0, segments: 0, complete: false });
  const reason = 'the track does not say whose it is';
  expect(warnings()).toEqual([
    expect.objectContaining({ message: 'this audio is not transcribed', track: 3, reason }),
    expect.objectContaining({ message: 'this audio is not transcribed', track: 5, reason }),
  ]);
});

test('words that Transcribe does not give are waited for no longer than told', async ({ onTestFinished }) => {
  const demo = await startDemo({ rules: { maxSessions: 0 } });
  onTestFinished(() => demo.close());
  for (const [name, value] of Object.entries(demo.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { transcripts, warnings } = hearing('en-US');
  // More than is sent before the refusal comes.
  const seconds = Buffer.alloc(320_000, 0x11);
  transcripts.audio(trackOf('from', 1), 0, seconds);
  transcripts.audio(trackOf('to', 2), 0, seconds);
  await vi.waitFor(() => expect(demo.refused.length).toBeGreaterThan(0));
  const late = new AbortController();
  const ended = transcripts.end(late.signal);
  late.abort();
  expect(await ended).toMatchObject({ segments: 0, complete: false });
  expect(warnings()).toEqual([expect.objectContaining({ message: 'the transcript is not complete' })]);
});
