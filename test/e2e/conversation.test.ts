// A conversation recorded and transcribed live, with a session that breaks in mid-word: files, subtitles, table items.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { parseScript } from '../../src/simulator/transcribe/script.ts';
import { ROOT, runCli, scratchDirectory } from '../cli/run-cli.ts';
import { startDynamoServer } from '../lambda/dynamo-server.ts';
import { startDemo } from '../simulator/transcribe/demo.ts';

test('record --transcribe, with one session break', async () => {
  const script = parseScript(readFileSync(join(ROOT, 'fixtures/demo-call.script.json'), 'utf8'));
  const faults = [{ session: 1, afterMs: 6500, kind: 'close' as const }];
  const [demo, simulator, dynamo] = await Promise.all([
    startDemo({ script: { ...script, faults }, rules: { maxPace: 200, burstMs: 60_000 } }),
    startSimulator({
      streams: { 'demo-call': { dump: join(ROOT, 'fixtures/demo-call.mkv'), speed: 5, begin: 'request' } },
    }),
    startDynamoServer(),
  ]);
  try {
    const cwd = scratchDirectory();
    const args =
      'record --stream-name demo-call --start earliest --idle-timeout 1s -o out --transcribe json,srt,vtt';
    const run = await runCli(
      [
        ...args.split(' '),
        ...['--language', 'en-US', '--pace', '5', '--json', '--table', 'contactTranscriptSegments'],
        ...['--table-to-customer', 'contactTranscriptSegmentsToCustomer'],
      ],
      { cwd, env: { ...demo.env, ...simulator.environment, AWS_ENDPOINT_URL_DYNAMODB: dynamo.url } },
    );
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const { inputs } = JSON.parse(run.stdout);
    expect(inputs[0].transcript.summary).toMatchObject({ complete: true, sessions: 2 });
    const file = (ending: string) =>
      readFileSync(
        join(cwd, 'out', readdirSync(join(cwd, 'out')).find((name) => name.endsWith(ending))!),
        'utf8',
      );
    const { segments } = JSON.parse(file('.json')) as {
      segments: { text: string; startMs: number; direction: string }[];
    };
    for (const direction of ['from', 'to']) {
      const said = (list: readonly { text: string; direction?: string | undefined }[]) =>
        list
          .filter((one) => one.direction === direction)
          .map(({ text }) => text)
          .join(' ');
      expect(said(segments)).toBe(said(script.segments));
    }
    for (const { startMs, direction } of script.segments) {
      expect(
        segments.some((one) => one.direction === direction && Math.abs(one.startMs - startMs) <= 20),
      ).toBe(true);
    }
    expect(file('.srt')).toContain('00:00:00,300 --> 00:00:02,987\nAgent: Parcel service, good morning.');
    expect(file('.vtt')).toMatch(/^WEBVTT\n\n00:00:00\.300 --> 00:00:02\.987\n<v Agent>/);
    const items = [
      ...(await dynamo.items('contactTranscriptSegments')),
      ...(await dynamo.items('contactTranscriptSegmentsToCustomer')),
    ];
    expect(items.map(({ Transcript }) => Transcript).sort()).toEqual(segments.map(({ text }) => text).sort());
    expect(items.every(({ IsPartial }) => IsPartial === false)).toBe(true);
  } finally {
    await Promise.all([demo.close(), simulator.close(), dynamo.close()]);
  }
});
