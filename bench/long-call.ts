// A call of hours over its session limits: `npm run bench:long-call -- [hours] [minutes a session may last]`.
//
// The SDK's client and the stand-in speak HTTP/2 over loopback, both in this process, on a clock that waits for the
// sockets and for nothing else. The limit is the service's, four hours, unless another is given; the second and the
// third session break before. Memory is what is in use after a garbage collection, of the client and the stand-in together.

import { longCall } from '../test/transcription/long-call.ts';

const HOUR_MS = 60 * 60 * 1000;
const [hours = 6, limitMinutes] = process.argv.slice(2).map(Number);
const MEBIBYTE = 1024 * 1024;

const memory: { minute: number; used: number; resident: number }[] = [];

function measure(minute: number): void {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const one = { minute, used: (heapUsed + arrayBuffers) / MEBIBYTE, resident: rss / MEBIBYTE };
  memory.push(one);
  console.log(
    `${String(minute).padStart(4)} min: ${one.used.toFixed(1)} MiB in use, ${one.resident.toFixed(0)} MiB resident`,
  );
}

const began = performance.now();
const limitMs = limitMinutes === undefined ? undefined : limitMinutes * 60_000;
const result = await longCall({
  durationMs: hours * HOUR_MS,
  ...(limitMs === undefined
    ? {}
    : { rules: { rolloverMs: 0.9 * limitMs }, standInRules: { sessionLimitMs: limitMs } }),
  faults: [
    { session: 2, afterMs: 0.75 * (limitMs ?? HOUR_MS), kind: 'reset' },
    { session: 3, afterMs: 0.5 * (limitMs ?? HOUR_MS), kind: 'stall' },
  ],
  onMinute: (minute) => {
    if (minute === 10 || minute % 60 === 0) measure(minute);
  },
});
const { summary, words, wordsOfScript, firstWrong, furthestMs, missingFrames, wrongSamples } = result;
const [first, last] = [memory[0], memory.at(-1)];
console.log(
  `${hours} h of call in ${((performance.now() - began) / 1000).toFixed(0)} s: ${summary.sessions} sessions, the longest ` +
    `${(result.longestSessionMs / 60_000).toFixed(1)} min, ended by ${result.endedBy.join(', ')}`,
);
console.log(
  `${words} of ${wordsOfScript} words, ${firstWrong ?? 'each once and in order'}, at most ${furthestMs} ms from its place; ` +
    `${missingFrames} frames that no session got, ${wrongSamples} samples that were not the call's; ` +
    `${(summary.resentMs / 1000).toFixed(1)} s sent again`,
);
if (first && last) {
  console.log(
    `memory in use ${first.used.toFixed(1)} MiB after ${first.minute} min, ${last.used.toFixed(1)} MiB after ${last.minute} min`,
  );
}
const sound =
  summary.complete &&
  firstWrong === undefined &&
  words === wordsOfScript &&
  missingFrames === 0 &&
  wrongSamples === 0 &&
  furthestMs <= 20;
if (!sound) {
  console.error('the transcript is not that of the call');
  process.exitCode = 1;
}
