// `npm run demo` as a process: what it says while it runs, what it leaves, and that it leaves nothing else.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { BUCKET, DUMP, SAID } from '../../demo/call.ts';
import { buildOnce, runCli, scratchDirectory } from '../cli/run-cli.ts';
import {
  type DemoProcess,
  functionProcesses,
  listens,
  portsIn,
  processesOf,
  startDemo,
} from './demo-process.ts';

beforeAll(() => buildOnce());

/** Nothing of it runs, listens or lies about any more. */
async function expectNothingLeft(demo: DemoProcess, temporary: string, ports: number): Promise<void> {
  const named = portsIn(demo.stdout());
  expect(new Set(named).size).toBe(ports);
  for (const port of named) expect({ port, listens: await listens(port) }).toEqual({ port, listens: false });
  expect(processesOf(temporary) ?? []).toEqual([]);
  expect(readdirSync(temporary).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
}

test('a call is recorded through a cut, and files, items and report are there', async () => {
  const out = join(scratchDirectory(), 'demo-out');
  const temporary = scratchDirectory();
  mkdirSync(join(out, 'recordings'), { recursive: true });
  writeFileSync(join(out, 'recordings', 'of-an-earlier-run.wav'), 'old');
  writeFileSync(join(out, 'notes.txt'), 'mine');
  const demo = startDemo(out, temporary);
  await expect.poll(() => processesOf(temporary)?.length ?? 3, { timeout: 90_000 }).toBeGreaterThan(2);
  const { status, ms } = await demo.ended;
  expect({ status, stderr: demo.stderr() }).toEqual({ status: 0, stderr: '' });
  expect(ms).toBeLessThan(60_000);
  await expectNothingLeft(demo, temporary, 5);

  // Live: the last word came about as long after the first as the call has it, and the cut lies between.
  const spoken = SAID.map(({ text }) => demo.saidAfter(text));
  expect(spoken).toEqual(spoken.toSorted((a, b) => a! - b!));
  expect(spoken.at(-1)! - spoken[0]!).toBeGreaterThan(8_000);
  const cut = demo.saidAfter('is cut');
  expect(cut).toBeGreaterThan(spoken[0]!);
  expect(demo.saidAfter('asks again')).toBeGreaterThanOrEqual(cut!);
  expect(demo.saidAfter('asks again')).toBeLessThan(spoken.at(-1)!);
  expect(demo.stdout()).not.toContain('\x1b');

  const split = scratchDirectory();
  await runCli(['split', DUMP, '-o', split, '--layout', 'separate,mix']);
  const names = readdirSync(split).sort();
  expect(names).toHaveLength(3);
  expect(readdirSync(join(out, 'recordings')).sort()).toEqual(names);
  for (const name of names) {
    expect(readFileSync(join(out, 'recordings', name)).equals(readFileSync(join(split, name)))).toBe(true);
  }

  const items = (table: string) => JSON.parse(readFileSync(join(out, 'items', `${table}.json`), 'utf8'));
  const words = (table: string) =>
    items(table)
      .sort((a: { StartTime: number }, b: { StartTime: number }) => a.StartTime - b.StartTime)
      .map(({ Transcript, IsPartial }: Record<string, unknown>) => [Transcript, IsPartial]);
  const script = (direction: string) =>
    SAID.filter((each) => each.direction === direction).map(({ text }) => [text, false]);
  expect(words('contactTranscriptSegments')).toEqual(script('from'));
  expect(words('contactTranscriptSegmentsToCustomer')).toEqual(script('to'));
  expect(items('contactDetails')).toMatchObject([
    {
      customerPhoneNumber: '+12065550147',
      combinedAudio: `${BUCKET}/calls/${names.find((name) => name.includes('COMBINED'))}`,
      mergeStatus: 'Complete',
    },
  ]);

  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const text of ['The connection was cut', ...SAID.map((each) => each.text)])
    expect(page).toContain(text);
  // Fragments are 1,088 ms; the first came from the archive, six more whole before the cut, so the eighth came again.
  expect(page).toMatch(/"kind":"reconnect","startMs":7616,/);
  expect(readFileSync(join(out, 'report.png')).subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect(readFileSync(join(out, 'notes.txt'), 'utf8')).toBe('mine');
});

test('an interrupted one leaves nothing running, and says so', async () => {
  const temporary = scratchDirectory();
  const demo = startDemo(join(scratchDirectory(), 'demo-out'), temporary);
  await expect.poll(() => demo.stdout(), { timeout: 90_000 }).toContain('What is said');
  // As from a terminal, which signals the process, and npm, which signals it again.
  demo.child.kill('SIGINT');
  demo.child.kill('SIGINT');
  setTimeout(() => demo.child.kill('SIGINT'), 20);
  expect((await demo.ended).status).toBe(130);
  expect(demo.stderr()).toBe('\nInterrupted by SIGINT; everything was stopped.\n');
  await expectNothingLeft(demo, temporary, 5);
});

test.runIf(process.platform === 'linux')('a record function that dies fails it with a sentence', async () => {
  const temporary = scratchDirectory();
  const demo = startDemo(join(scratchDirectory(), 'demo-out'), temporary);
  await expect.poll(() => demo.stdout(), { timeout: 90_000 }).toContain(SAID[0]!.text);
  const [record, ...others] = functionProcesses(processesOf(temporary) ?? [], 'record');
  expect(others).toEqual([]);
  process.kill(record!, 'SIGKILL');
  const { status } = await demo.ended;
  expect(status).toBe(1);
  expect(demo.stderr()).toMatch(/^\nThe demonstration failed: the record function failed: .*SIGKILL/);
  expect(demo.stderr()).toContain('functions.log has what the functions logged');
  await expectNothingLeft(demo, temporary, 5);
});

test('an output folder that cannot be one fails with a sentence', async () => {
  const temporary = scratchDirectory();
  const file = join(scratchDirectory(), 'demo-out');
  writeFileSync(file, 'a file');
  const demo = startDemo(file, temporary);
  expect((await demo.ended).status).toBe(1);
  expect(demo.stderr()).toMatch(/^\nThe demonstration failed: .*demo-out/);
  expect(demo.stderr()).not.toContain('    at ');
  await expectNothingLeft(demo, temporary, 0);
});
