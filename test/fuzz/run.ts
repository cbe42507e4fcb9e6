// Fuzzes the reader for as long as asked: `npm run fuzz -- --count N --seed S [--fixture NAME]`.
import { parseArgs } from 'node:util';
import { check, describeCase, fuzzCase } from './check.ts';
import { fixtureDump, smallDumps } from './dumps.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    fixture: { type: 'string' },
  },
});

/** Failures after which it stops. */
const MAX_FAILURES = 10;
const PROGRESS_MS = 2000;

/** Bytes by which memory may have grown after thousands of dumps. */
const MAX_GROWTH = 256 * 1024 * 1024;

const count = Number(values.count);
const first = Number(values.seed);
const named = values.fixture;
const small = smallDumps();
const chosen = small.filter(({ name }) => name === named);
const dumps = named === undefined ? small : chosen.length > 0 ? chosen : [fixtureDump(named)];

const used = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const before = used();
let failures = 0;
let reported = performance.now();
for (let i = 0; i < count && failures < MAX_FAILURES; i++) {
  const seed = first + i;
  const fuzzed = fuzzCase(dumps[seed % dumps.length]!, seed);
  const faults = check(fuzzed);
  if (faults.length > 0) {
    failures++;
    process.stdout.write(`\nFAILED  ${describeCase(fuzzed)}\n  ${faults.join('\n  ')}\n`);
  }
  if (performance.now() - reported > PROGRESS_MS) {
    reported = performance.now();
    process.stdout.write(`${i + 1} of ${count} dumps, ${failures} failed\n`);
  }
}
const growth = used() - before;
if (growth > MAX_GROWTH) {
  failures++;
  process.stdout.write(`FAILED  memory grew by ${growth} bytes\n`);
}
process.stdout.write(`${failures === 0 ? `All ${count} dumps passed` : `${failures} failed`}\n`);
process.exitCode = failures === 0 ? 0 : 1;
