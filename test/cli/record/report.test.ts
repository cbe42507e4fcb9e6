import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fragmentNumber } from '../../../fixtures/connect-profile.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { buildOnce, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

let simulator: Simulator;

beforeAll(async () => {
  buildOnce();
  simulator = await startSimulator({
    quotas: false,
    streams: { call: { dump: join(ROOT, 'fixtures/demo-call.mkv'), speed: 'max' } },
    faults: [{ kind: 'cut', fragments: 5, times: 1 }],
  });
});
afterAll(async () => await simulator.close());

test('record --report writes a page with the reconnection on its timeline', async () => {
  const out = scratchDirectory();
  const args = ['--stream-name', 'call', '--start', 'earliest', '--stop-fragment', fragmentNumber(13)];
  const run = await runCli(['record', ...args, '-o', out, '--report', '--json'], {
    env: simulator.environment,
  });
  expect(run.status).toBe(0);
  const [{ contacts, connections }] = JSON.parse(run.stdout).inputs;
  expect(connections).toBeGreaterThan(1);
  expect(contacts[0].report.map(({ kind }: { kind: string }) => kind)).toEqual(['page']);
  expect(readdirSync(out).filter((name) => name.endsWith('.html'))).toHaveLength(1);
  const page = readFileSync(contacts[0].report[0].path, 'utf8');
  expect(page.match(/<b>Reconnection<\/b>/g)).toHaveLength(1);
  expect(page).toContain('The stream was asked for again');
  expect(page).toContain('<dt>Duration</dt><dd>0:15.2</dd>');
});

test('a page that cannot be written costs no recording', async () => {
  const out = scratchDirectory();
  const page = 'b0e1c5c2-7d1c-4b7e-9f0a-3c5d2e1f4a6b_20240918T164128724Z_REPORT.html';
  writeFileSync(join(out, page), 'mine');
  const args = ['--stream-name', 'call', '--start', 'earliest', '--stop-fragment', fragmentNumber(13)];
  const run = await runCli(['record', ...args, '-o', out, '--report', '--json'], {
    env: simulator.environment,
  });
  expect(run.status).toBe(1);
  const [{ contacts }] = JSON.parse(run.stdout).inputs;
  expect(contacts[0].files).toHaveLength(2);
  expect(contacts[0].reportError).toMatchObject({ code: 'file-exists' });
  expect(run.stderr).toContain('was not written: ');
});

test('a recording to standard output has no page', async () => {
  const args = ['--stream-name', 'call', '-o', '-', '--track', 'from', '--report'];
  const run = await runCli(['record', ...args], { env: simulator.environment });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('--report');
});
