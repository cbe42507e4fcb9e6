// Figures of the record function, from its bundle, in a process with the options that the template gives it: size, time
// to the first GetMedia, memory over an hour's call with transcription, processor time.
//
//   npm run bench:lambda [-- --minutes 60] [-- --speed 20] [-- --starts 15]

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDump } from './dump.ts';
import { BUNDLE, measureCall, measureStarts, median } from './lambda-function.ts';
import { machineLine } from './machine.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// The SDK's remark on the version of Node is none of the reader's business.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    /** Of the call's clock: the most at which the process keeps up. */
    speed: { type: 'string', default: '20' },
    starts: { type: 'string', default: '15' },
  },
});

/** As Lambda sets it from the template. */
const nodeOptions =
  /NODE_OPTIONS: (.+)/.exec(fs.readFileSync(path.join(ROOT, 'deploy', 'template.yaml'), 'utf8'))?.[1] ?? '';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-bench-'));
try {
  const minutes = Number(values.minutes);
  const speed = Number(values.speed);
  const dump = makeDump(folder, minutes / 60);
  const loadBefore = os.loadavg()[0]!;
  const starts = await measureStarts(dump, Number(values.starts), nodeOptions);
  const live = await measureCall(dump, { speed, transcribe: true, minutes }, nodeOptions);
  const recorded = await measureCall(dump, { speed: 3 * speed, transcribe: false, minutes }, nodeOptions);
  const importMs = starts.map((start) => start.importMs);
  const firstMs = starts.map((start) => start.firstGetMediaMs);
  const size = sizeOf(BUNDLE);
  const mean = (of: number[]) => of.reduce((a, b) => a + b, 0) / of.length;
  // The first tenth has the beginning in it, with nothing held yet.
  const late = mean(live.resident.slice(7)) / mean(live.resident.slice(1, 4));
  const perHour = (cpuMs: number) => `${((cpuMs / minutes) * 0.06).toFixed(1)} s`;
  const many = `${starts.length} starts`;
  const rows: [string, string, string, boolean | undefined][] = [
    ['bundle, unzipped', `${(size / 1e6).toFixed(2)} MB`, '≤ 2 MB', size <= 2e6],
    [`import, median of ${many}`, `${median(importMs)} ms`, '', undefined],
    [
      `import to first GetMedia, median of ${many}`,
      `${median(firstMs)} ms (${Math.min(...firstMs)} to ${Math.max(...firstMs)})`,
      '≤ 300 ms',
      median(firstMs) <= 300,
    ],
    [
      `peak memory, ${minutes} min with transcription at ${speed} times the pace`,
      `${live.peak.toFixed(0)} MiB`,
      '≤ 110 MiB',
      live.peak <= 110,
    ],
    ['the same, late over early', late.toFixed(2), 'about 1', late <= 1.15],
    [
      `peak memory, ${minutes} min at ${3 * speed} times the pace`,
      `${recorded.peak.toFixed(0)} MiB`,
      '',
      undefined,
    ],
    ['temporary files, the most', `${(live.temporary / 2 ** 20).toFixed(0)} MiB`, '', undefined],
    ['processor time per hour of call', perHour(recorded.cpuMs), '', undefined],
    ['the same with transcription', perHour(live.cpuMs), '', undefined],
  ];
  console.log(`${machineLine(ROOT, folder)}`);
  console.log(`Load average ${loadBefore.toFixed(1)} before, ${os.loadavg()[0]!.toFixed(1)} after.`);
  console.log(`NODE_OPTIONS ${nodeOptions}; ${live.segments} segments of transcript.`);
  console.log(`Memory by tenths of the call, MiB: ${live.resident.map((mib) => mib.toFixed(0)).join(' ')}\n`);
  console.log('| figure | measured | target |  |\n| --- | --- | --- | --- |');
  for (const [name, measured, target, ok] of rows) {
    console.log(`| ${name} | ${measured} | ${target} | ${ok === undefined ? '' : ok ? 'ok' : 'MISSED'} |`);
    if (ok === false) process.exitCode = 1;
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

function sizeOf(directory: string): number {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
