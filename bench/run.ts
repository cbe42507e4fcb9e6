// `npm run bench`: kvsrec against copying the file, against other readers of Matroska, and against itself.
//
//   --runs N      measured runs of everything that does work (7)
//   --hours H     also compares the memory at one hour with that at H
//   --only a,b    of ebml, ebml-stream, mediabunny, ffmpeg, layouts, json, startup
//   --json FILE   writes all of it there, too
//
// ffmpeg gets a dump of the same blocks whose tracks declare PCM, because it copies no audio of unknown sample rate;
// the others read the service's bytes. Track 1 is taken for the customer's direction without a look at its name.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseWavHeader } from '../src/audio/wav.ts';
import { ensureBuilt } from './build.ts';
import {
  type Contestant,
  JSON_DIGEST,
  KEYS,
  LAYOUTS,
  SPLIT,
  splitCommand,
  starters,
  workers,
  YARDSTICK,
} from './contestants.ts';
import { makeDeclaredPcm, makeDump } from './dump.ts';
import { ffmpegVersion, machineLine } from './machine.ts';
import { median, peakMemory, wallTime } from './measure.ts';
import { type Figure, figureTable, table } from './table.ts';

const STARTS = 20;
/** Runs of which the highest peak counts. */
const MEMORY_RUNS = 3;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, '.kvsrec-bench');
const out = path.join(folder, 'out');

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    hours: { type: 'string', default: '1' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const runs = positive('--runs', values.runs);
const hours = positive('--hours', values.hours);
const only = values.only?.split(',');
const unknown = only?.find((key) => !(KEYS as readonly string[]).includes(key));
if (unknown !== undefined) throw new Error(`--only: no ${unknown} among ${KEYS.join(', ')}`);
const wanted = (key: string | undefined) => key === undefined || only === undefined || only.includes(key);

fs.mkdirSync(folder, { recursive: true });
ensureBuilt(root);
const dump = makeDump(folder, 1);
const declared = wanted('ffmpeg') && ffmpegVersion() !== undefined ? makeDeclaredPcm(folder, 1) : undefined;
const working = workers({ root, dump, declared, out }).filter(({ key }) => wanted(key));
const starting = wanted('startup') ? starters(root) : [];

// Also warms the page cache.
const peaks = new Map<string, number>();
const digests = new Map<string, string>();
for (let run = 0; run < MEMORY_RUNS; run++) {
  for (const { name, commands, checked } of working) {
    clean();
    peaks.set(name, Math.max(peaks.get(name) ?? 0, await peakMemory(commands)));
    if (checked) digests.set(name, outputDigest());
  }
}
const walls = await inTurn(working, runs);
const starts = await inTurn(starting, STARTS);
const longPeak = hours === 1 ? undefined : await peakOfHours(hours);
fs.rmSync(out, { recursive: true, force: true });

const figures = [...workFigures(), ...startFigures()];
const machine = machineLine(root, folder);
const same = (name: string) => {
  if (!digests.has(name)) return '';
  return digests.get(name) === digests.get(SPLIT) ? 'yes' : 'MISMATCH';
};
const megabytes = (fs.statSync(dump).size / 1e6).toFixed(1);
console.log(`${machine}.`);
console.log(`A call of an hour, ${megabytes} MB; whole processes, median of ${runs} runs in turn.\n`);
console.log(
  table(
    ['process', 'wall time', 'peak memory', 'same PCM'],
    working.map(({ name }) => [
      name,
      `${walls.get(name)!.toFixed(0)} ms`,
      `${mebibytes(peaks.get(name)!).toFixed(0)} MiB`,
      same(name),
    ]),
  ),
);
console.log(`\n${figureTable(figures)}`);
if (values.json !== undefined) {
  const processes = working.map(({ name }) => ({
    name,
    wallMs: walls.get(name),
    peakBytes: peaks.get(name),
    samePcm: digests.has(name) ? same(name) === 'yes' : null,
  }));
  fs.writeFileSync(values.json, `${JSON.stringify({ machine, runs, hours, processes, figures }, null, 2)}\n`);
}

/** The median wall time of each, the contestants taking turns. */
async function inTurn(contestants: readonly Contestant[], rounds: number): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, commands } of contestants) {
      clean();
      times.get(name)!.push(await wallTime(commands));
    }
  }
  return new Map([...times].map(([name, all]) => [name, median(all)]));
}

async function peakOfHours(count: number): Promise<number> {
  const command = splitCommand(root, makeDump(folder, count), out);
  let peak = 0;
  for (let run = 0; run < MEMORY_RUNS; run++) {
    clean();
    peak = Math.max(peak, await peakMemory([command]));
  }
  return peak;
}

function workFigures(): Figure[] {
  const split = walls.get(SPLIT)!;
  const yardstick = YARDSTICK.reduce((sum, name) => sum + walls.get(name)!, 0);
  const faster = (name: string, least: number): Figure[] =>
    walls.has(name) ? [{ what: `times faster than ${name}`, value: walls.get(name)! / split, least }] : [];
  const over = (name: string, what: string, bound: Partial<Figure>): Figure[] =>
    walls.has(name) ? [{ what, value: walls.get(name)! / split, ...bound }] : [];
  const peak = mebibytes(peaks.get(SPLIT)!);
  const long = longPeak === undefined ? undefined : mebibytes(longPeak);
  return [
    { what: 'split over cp + node -e 0', value: split / yardstick, most: 1.5 },
    ...faster('ebml', 25),
    ...faster('ebml-stream', 4),
    ...faster('mediabunny', 4),
    ...faster('ffmpeg', 1.3),
    { what: 'peak memory at 1 h, MiB', value: peak, most: 90, digits: 0 },
    ...(long === undefined
      ? []
      : [
          { what: `peak memory at ${hours} h, MiB`, value: long, most: 90, digits: 0 },
          // Peaks of the same work differ by a few per cent.
          { what: `peak memory at ${hours} h over 1 h`, value: long / peak, most: 1.1 },
        ]),
    ...over(LAYOUTS, 'all three layouts over separate alone', { most: 2 }),
    ...over(JSON_DIGEST, 'with digests (--json) over without', {}),
  ];
}

function startFigures(): Figure[] {
  const [nothing, ...options] = starting.map(({ name }) => ({ name, ms: starts.get(name)! }));
  return options.map(({ name, ms }) => ({
    what: `${name} over node -e 0`,
    value: ms / nothing!.ms,
    most: 1.5,
  }));
}

/** SHA-256 of the PCM in each file of the output, in the order of the directions: from the customer, to the customer. */
function outputDigest(): string {
  return fs
    .readdirSync(out)
    .sort()
    .map((name) => {
      const bytes = fs.readFileSync(path.join(out, name));
      const header = name.endsWith('.wav') ? parseWavHeader(bytes) : undefined;
      const start = header?.dataOffset ?? 0;
      return createHash('sha256').update(bytes.subarray(start)).digest('hex');
    })
    .join(' ');
}

function clean(): void {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20;
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0) || (option === '--runs' && !Number.isInteger(number))) {
    throw new Error(`${option}: not a number that makes sense: ${text}`);
  }
  return number;
}
