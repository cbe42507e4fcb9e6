// Commands that ask services, with the services' address in a profile of the shared config file alone.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { DEMO_DUMP, startDemo } from '../simulator/transcribe/demo.ts';
import { runCli, scratchDirectory } from './run-cli.ts';

/** An environment whose profile `local` leads to the address. */
function environment(folder: string, url: string): Record<string, string> {
  const file = join(folder, 'config');
  writeFileSync(
    file,
    `[profile local]\nregion = us-east-1\nendpoint_url = ${url}\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = made-up-secret\n`,
  );
  return { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: '/nonexistent', AWS_MAX_ATTEMPTS: '1' };
}

test('record --profile goes to the address in the profile', async () => {
  const folder = scratchDirectory();
  const simulator = await startSimulator({ speed: 'max', streams: { 'demo-call': DEMO_DUMP } });
  const env = environment(folder, simulator.environment.AWS_ENDPOINT_URL_KINESIS_VIDEO!);
  const stream = ['--stream-name', 'demo-call', '--start', 'earliest', '--idle-timeout', '1s'];
  const out = join(folder, 'out');
  const run = await runCli(['record', ...stream, '--retries', '1', '--profile', 'local', '-o', out], { env });
  await simulator.close();
  expect(run.status, run.stderr).toBe(0);
  expect(readdirSync(out)).toHaveLength(2);
});

test('transcribe --profile goes to the address in the profile', async () => {
  const demo = await startDemo();
  const env = environment(scratchDirectory(), demo.url);
  const flags = ['--language', 'en-US', '--pace', '50', '--profile', 'local', '--json'];
  const run = await runCli(['transcribe', DEMO_DUMP, ...flags], { env });
  await demo.close();
  expect(run.status, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout).transcription.complete).toBe(true);
});
