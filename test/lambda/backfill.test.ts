// The backfill of dumps that other dumps are not like: its objects are what `split` makes of the same bytes.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { DumpBuilder } from '../../fixtures/dump-builder.ts';
import { tone } from '../../fixtures/pcm.ts';
import { createBackfill } from '../../src/lambda/backfill.ts';
import type { LambdaContext } from '../../src/lambda/handler.ts';
import { telemetry } from '../../src/lambda/telemetry.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { useS3 } from '../aws/s3/s3-server.ts';
import { scratchDirectory } from '../cli/run-cli.ts';
import { memorySource } from '../recording/memory-source.ts';
import { LineCollector } from './line-collector.ts';

const LAYOUTS = ['separate', 'stereo', 'mix'] as const;

const s3 = useS3();

/** Backfills a dump and splits it: the objects and the files by name, and what the function has logged. */
async function backfilled(name: string, dump: Buffer) {
  await s3.client.send(new PutObjectCommand({ Bucket: 'calls', Key: `dumps/${name}`, Body: dump }));
  const output = new LineCollector();
  const prefix = `${name}/`;
  const handler = createBackfill({
    s3: s3.client,
    bucket: 'calls',
    prefix,
    combined: { bucket: 'calls', prefix },
    layouts: LAYOUTS,
    gapToleranceMs: 100,
    storage: {},
    telemetry: (context) => telemetry({ service: 'backfill', output }, context),
  });
  const context = { awsRequestId: 'a', functionName: 'backfill' } as LambdaContext;
  await handler(
    { Records: [{ s3: { bucket: { name: 'calls' }, object: { key: `dumps/${name}` } } }] },
    context,
  );
  const out = scratchDirectory();
  await splitSource(memorySource(dump), out, { ...DEFAULT_RECORDING_OPTIONS, layouts: LAYOUTS });
  const files = new Map(readdirSync(out).map((file) => [file, readFileSync(join(out, file))]));
  const objects = new Map([...files.keys()].map((file) => [file, s3.server.object('calls', prefix + file)]));
  const stored = s3.server.requests
    .filter(
      ({ method, path }) => method !== 'GET' && path.startsWith(`calls/${prefix}`) && path.endsWith('.wav'),
    )
    .map(({ path }) => basename(path));
  expect([...new Set(stored)].sort()).toEqual([...files.keys()].sort());
  return { files, objects, log: output.json() };
}

test('tracks of one name without a direction have their own objects', async () => {
  const dump = new DumpBuilder({
    trackNumbers: { from: 3, to: 5 },
    plan: {
      shape: {
        tracks: [
          { number: 3, name: 'Audio' },
          { number: 5, name: 'Audio' },
        ],
      },
    },
  });
  dump.add();
  dump.add();
  const { files, objects } = await backfilled('nameless.mkv', dump.finish().bytes);
  expect(
    [...files.keys()].filter((file) => file.includes('AUDIO_TRACK')).map((file) => file.slice(-17)),
  ).toEqual(['AUDIO_TRACK_3.wav', 'AUDIO_TRACK_5.wav']);
  expect(objects).toEqual(files);
});

test('audio of one direction that comes long after the other is told of', async () => {
  const dump = new DumpBuilder({
    blockSamples: 8000,
    blocksPerFragment: 20,
    sources: { from: tone({ hz: 440 }), to: tone({ hz: 300 }) },
  });
  const startMs = dump.nextMs;
  for (let fragment = 0; fragment < 3; fragment++) dump.add({ blocks: dump.nextBlocks(20, ['from']) });
  dump.add({ blocks: dump.blocksAt(startMs, 20, ['to']) });
  const { files, objects, log } = await backfilled('late.mkv', dump.finish().bytes);
  for (const [file, bytes] of files) {
    const same = objects.get(file)?.equals(bytes);
    expect({ file, same }).toEqual({ file, same: /AUDIO_(FROM|TO)_CUSTOMER/.test(file) });
  }
  expect(log).toContainEqual(expect.objectContaining({ level: 'WARN', source: 's3://calls/dumps/late.mkv' }));
  expect(log.find((line) => 'LostAudio' in line)).toMatchObject({ service: 'backfill', LostAudio: 1 });
});
