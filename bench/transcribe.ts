// What transcription costs, and how long audio waits: `npm run bench:transcribe -- [calls] [seconds]`.
//
// Calls at once in this process, in real time, fragments of a second for both directions, with the SDK's client; the
// stand-in for the service is a process of its own. Measured are the time from a fragment's arrival to each piece of it
// being handed to the session, and this process's processor time, per hour of call.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TranscribeRecognizer } from '../src/aws/transcribe/recognizer.ts';
import type { ScriptSegment } from '../src/simulator/transcribe/script.ts';
import { startTranscribe } from '../src/simulator/transcribe/server.ts';
import { Transcription } from '../src/transcription/transcription.ts';

const RATE = 8000;
process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
process.env.AWS_SECRET_ACCESS_KEY = 'made-up-secret';

/** Longest call that is answered. */
const SPOKEN_SECONDS = 3600;

/** Both directions speak all the time: a segment of three words a second. */
function spoken(seconds: number): ScriptSegment[] {
  return Array.from({ length: 2 * seconds }, (_, i) => {
    const startMs = 1000 * Math.floor(i / 2) + 50;
    return { direction: i % 2 === 0 ? 'from' : 'to', startMs, endMs: startMs + 900, text: 'one two three' };
  });
}

async function serve(): Promise<void> {
  const { url } = await startTranscribe({
    script: { segments: spoken(SPOKEN_SECONDS) },
    rules: { maxSessions: 10_000 },
    keepAudio: false,
  });
  process.send!(url);
}

async function measure(calls: number, seconds: number): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: process.execArgv });
  const [endpointUrl] = (await once(server, 'message')) as [string];
  const recognizer = new TranscribeRecognizer({
    region: 'us-east-1',
    endpointUrl,
    settings: { language: 'en-US', channels: 2 },
  });
  const delays: number[] = [];
  const fragment = new Uint8Array(2 * RATE);
  for (let i = 0; i < fragment.length; i++) fragment[i] = Math.floor(Math.random() * 256);
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      const arrived: number[] = [];
      let sent = 0;
      const transcription = new Transcription({
        recognizer,
        directions: ['from', 'to'],
        sampleRate: RATE,
        callStartMs: null,
        sink: { final() {} },
        onSent: (_line, _session, { position, frames }) => {
          // Audio that goes a second time, at the end of the call, has no arrival to be measured from.
          if (position === null || position < sent) return;
          sent = position + frames;
          const at = arrived[Math.floor((position + frames - 1) / RATE)];
          if (at !== undefined) delays.push(performance.now() - at);
        },
      });
      await new Promise((resolve) => setTimeout(resolve, (1000 * index) / calls));
      const start = performance.now();
      for (let second = 0; second < seconds; second++) {
        await new Promise((resolve) => setTimeout(resolve, start + 1000 * second - performance.now()));
        arrived.push(performance.now());
        transcription.write('from', second * RATE, fragment);
        transcription.write('to', second * RATE, fragment);
      }
      await transcription.end();
    }),
  );
  const used = process.cpuUsage(before);
  recognizer.close();
  server.kill();
  delays.sort((a, b) => a - b);
  const at = (share: number) =>
    (delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? 0).toFixed(1);
  const perHour = ((used.user + used.system) / 1e6 / (calls * seconds)) * 3600;
  console.log(
    `${calls} calls, ${seconds} s each: delay median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms ` +
      `(${delays.length} pieces); ${perHour.toFixed(1)} s of processor time per hour of call`,
  );
}

const [first, second] = process.argv.slice(2);
if (first === 'serve') await serve();
else await measure(Number(first ?? 50), Number(second ?? 30));
