// `npm run bench`: kvsrec against copying the file, against other readers of Matroska, and against itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseWavHeader } from '../src/audio/wav.ts';
import { makeDeclaredPcm, makeDump, makeSingleSegment } from './dump.ts';
import { type Measured, measure, median } from './measure.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, '.kvsrec-bench');
const out = path.join(folder, 'out');
const cli = path.join(root, 'dist/bin/kvsrec.js');

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    hours: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const hours = Number(values.hours);

interface Contestant {
  name: string;
  commands: string[][];
  /** Its output is to be the same PCM as kvsrec's. */
  checked?: boolean;
}

fs.mkdirSync(folder, { recursive: true });
if (!fs.existsSync(cli)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
const dump = makeDump(folder, hours);
const single = makeSingleSegment(folder, hours);
const declared = makeDeclaredPcm(folder, hours);
const node = process.execPath;
const script = (name: string, input: string): string[][] => [
  [node, path.join(root, 'bench/readers', `${name}.mjs`), input, `${out}/1.pcm`, `${out}/2.pcm`],
];
const split = (...options: string[]): string[][] => [[node, cli, 'split', dump, '-o', out, ...options]];
const ffmpeg = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
const hasFfmpeg = ffmpeg.status === 0;

const contestants: Contestant[] = [
  { name: 'cp', commands: [['cp', dump, path.join(out, 'copy.mkv')]] },
  { name: 'node -e 0', commands: [[node, '-e', '0']] },
  { name: 'kvsrec split', commands: split(), checked: true },
  { name: 'kvsrec split --layout separate,stereo,mix', commands: split('--layout', 'separate,stereo,mix') },
  { name: 'kvsrec split --json', commands: split('--json') },
  { name: 'kvsrec --version', commands: [[node, cli, '--version']] },
  { name: 'kvsrec --help', commands: [[node, cli, '--help']] },
  { name: 'ebml', commands: script('ebml', dump), checked: true },
  { name: 'ebml-stream', commands: script('ebml-stream', dump), checked: true },
  { name: 'mediabunny', commands: script('mediabunny', single), checked: true },
  ...(hasFfmpeg
    ? [
        {
          name: 'ffmpeg',
          commands: [0, 1].map((track) =>
            [
              'ffmpeg',
              '-v',
              'error',
              '-nostdin',
              '-y',
              '-i',
              declared,
              '-map',
              `0:${track}`,
              '-c',
              'copy',
            ].concat('-f', 'data', `${out}/${track + 1}.pcm`),
          ),
          checked: true,
        },
      ]
    : []),
].filter(
  ({ name }) => values.only === undefined || values.only.split(',').some((part) => name.includes(part)),
);

function digests(): string {
  return fs
    .readdirSync(out)
    .sort()
    .map((name) => {
      const bytes = fs.readFileSync(path.join(out, name));
      const header = name.endsWith('.wav') ? parseWavHeader(bytes) : undefined;
      return createHash('sha256')
        .update(bytes.subarray(header?.dataOffset ?? 0))
        .digest('hex');
    })
    .join(' ');
}

function clean(): void {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
}

const times = new Map<string, number[]>();
const peaks = new Map<string, number>();
const pcm = new Map<string, string>();
// The round before the measured ones warms the page cache, measures memory and checks the output.
for (let round = 0; round <= runs; round++) {
  for (const { name, commands, checked } of contestants) {
    clean();
    const { wallMs, peakBytes }: Measured = await measure(commands, round === 0);
    if (round === 0) {
      peaks.set(name, peakBytes);
      if (checked) pcm.set(name, digests());
    } else {
      times.set(name, [...(times.get(name) ?? []), wallMs]);
    }
  }
}
clean();

const wall = (name: string): number => median(times.get(name) ?? [Number.NaN]);
const version = (name: string): string =>
  JSON.parse(fs.readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')).version;

console.log(
  `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ` +
    `${os.type()} ${os.release()}; Node.js ${process.version}, ebml ${version('ebml')}, ` +
    `ebml-stream ${version('ebml-stream')}, mediabunny ${version('mediabunny')}` +
    `${hasFfmpeg ? `, ffmpeg ${/version (\S+)/.exec(ffmpeg.stdout)?.[1]}` : ''}.`,
);
console.log(
  `A call of ${hours} h, ${(fs.statSync(dump).size / 1e6).toFixed(1)} MB; whole processes, median of ${runs} runs in turn.\n`,
);
console.log('| process | wall time | peak memory | same PCM |\n| --- | --- | --- | --- |');
for (const { name } of contestants) {
  const same = pcm.has(name) ? (pcm.get(name) === pcm.get('kvsrec split') ? 'yes' : 'NO') : '';
  const memory = `${((peaks.get(name) ?? 0) / 2 ** 20).toFixed(0)} MiB`;
  console.log(`| ${name} | ${wall(name).toFixed(0)} ms | ${memory} | ${same} |`);
}

const copy = wall('cp') + wall('node -e 0');
const kvsrec = wall('kvsrec split');
const start = wall('node -e 0');
const figures: [what: string, value: number, most: number | undefined, least: number | undefined][] = [
  ['split over (cp + node -e 0)', kvsrec / copy, 1.5, undefined],
  ['times faster than the ebml Decoder', wall('ebml') / kvsrec, undefined, 25],
  ['times faster than ebml-stream', wall('ebml-stream') / kvsrec, undefined, 4],
  ['times faster than mediabunny', wall('mediabunny') / kvsrec, undefined, 4],
  ['times faster than ffmpeg’s two passes', wall('ffmpeg') / kvsrec, undefined, 1.3],
  ['peak memory, MiB', (peaks.get('kvsrec split') ?? Number.NaN) / 2 ** 20, 90, undefined],
  [
    'all three layouts over separate alone',
    wall('kvsrec split --layout separate,stereo,mix') / kvsrec,
    2,
    undefined,
  ],
  ['with digests (--json) over without', wall('kvsrec split --json') / kvsrec, undefined, undefined],
  ['--version over node -e 0', wall('kvsrec --version') / start, 1.5, undefined],
  ['--help over node -e 0', wall('kvsrec --help') / start, 1.5, undefined],
];
console.log('\n| figure | measured | wanted | |\n| --- | --- | --- | --- |');
for (const [what, value, most, least] of figures) {
  if (Number.isNaN(value)) continue;
  const wanted = most !== undefined ? `≤ ${most}` : least !== undefined ? `≥ ${least}` : '';
  const reached = (most === undefined || value <= most) && (least === undefined || value >= least);
  console.log(
    `| ${what} | ${value.toFixed(2)} | ${wanted} | ${wanted === '' ? '' : reached ? 'reached' : 'missed'} |`,
  );
}
