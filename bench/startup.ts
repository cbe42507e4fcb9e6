// `npm run bench:startup`: how long the single binary takes to start, over the npm install's time for the same.
// Ends with 1 where that is more than it should be.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.ts';
import { median, wallTime } from './measure.ts';
import { type Figure, figureTable } from './table.ts';

const RUNS = 30;
const STARTS = [['--version'], ['--help'], ['split', '--help'], ['config']];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
ensureBuilt(root);
execFileSync('npm', ['run', '--silent', 'package'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const npm = [process.execPath, path.join(root, 'dist/bin/kvsrec.js')];
const binary = [path.join(root, 'binary/kvsrec')];

const figures: Figure[] = [];
for (const args of STARTS) {
  const times = { npm: [] as number[], binary: [] as number[] };
  // The first round warms the page cache; the two take turns.
  for (let run = 0; run <= RUNS; run++) {
    const pair = [await wallTime([[...npm, ...args]]), await wallTime([[...binary, ...args]])] as const;
    if (run === 0) continue;
    times.npm.push(pair[0]);
    times.binary.push(pair[1]);
  }
  const ms = { npm: median(times.npm), binary: median(times.binary) };
  const what = `kvsrec ${args.join(' ')}: binary ${ms.binary.toFixed(0)} ms over npm ${ms.npm.toFixed(0)} ms`;
  figures.push({ what, value: ms.binary / ms.npm, most: 1.5 });
}
console.log(figureTable(figures));
if (figures.some(({ value, most }) => value > most!)) process.exitCode = 1;
