// The demo call with its script on the stand-in, for tests that run the command line.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StreamSplitter } from '../../../src/recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../../src/recording/types.ts';
import type { ReferenceAudio } from '../../../src/simulator/transcribe/locator.ts';
import type { TranscribeOptions } from '../../../src/simulator/transcribe/options.ts';
import { parseScript } from '../../../src/simulator/transcribe/script.ts';
import { startTranscribe, type TranscribeStandIn } from '../../../src/simulator/transcribe/server.ts';
import { ROOT } from '../../cli/run-cli.ts';

export const DEMO_DUMP = join(ROOT, 'fixtures', 'demo-call.mkv');

/** Both directions of a dump as samples on the call's clock. */
export function samplesOf(dump: string): Required<ReferenceAudio> {
  const parts: Record<string, { position: number; bytes: Buffer }[]> = { from: [], to: [] };
  const splitter = new StreamSplitter(undefined, DEFAULT_RECORDING_OPTIONS, {
    tap: {
      audio: ({ direction }, position, bytes) =>
        void parts[direction]!.push({ position, bytes: Buffer.from(bytes) }),
      silence: () => {},
    },
  });
  splitter.push(readFileSync(dump));
  splitter.finish(dump);
  const joined = (direction: string) => {
    const list = parts[direction]!;
    const last = list.at(-1)!;
    const samples = Buffer.alloc(2 * last.position + last.bytes.length);
    for (const { position, bytes } of list) samples.set(bytes, 2 * position);
    return new Int16Array(samples.buffer, samples.byteOffset, samples.length / 2);
  };
  return { from: joined('from'), to: joined('to') };
}

/** Starts the stand-in with the demo call, and says what the command line's environment has to be. */
export async function startDemo(
  options: Partial<TranscribeOptions> = {},
): Promise<TranscribeStandIn & { env: Record<string, string> }> {
  const script = parseScript(readFileSync(join(ROOT, 'fixtures', 'demo-call.script.json'), 'utf8'));
  const standIn = await startTranscribe({
    script,
    reference: samplesOf(DEMO_DUMP),
    rules: { maxPace: 200 },
    ...options,
  });
  return {
    ...standIn,
    env: {
      AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: standIn.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'made-up-secret',
    },
  };
}
