// The dumps that are measured on: hours of a two-direction call in the Amazon Connect profile.
import fs from 'node:fs';
import path from 'node:path';
import { connectCall } from '../fixtures/connect-profile.ts';
import { element, flatten, float, string, uint } from '../fixtures/mkv-writer.ts';
import { tone } from '../fixtures/pcm.ts';

/** Fragments of 1,088 ms in an hour. */
const FRAGMENTS_AN_HOUR = 3309;

const TRACKS = Buffer.from([0x16, 0x54, 0xae, 0x6b]);
const TAGS = Buffer.from([0x12, 0x54, 0xc3, 0x67]);

/** Makes a dump in `folder` unless it is there; answers its path. */
export function makeDump(folder: string, hours: number): string {
  return make(path.join(folder, `${hours}h.mkv`), hours, (fragment) => fragment);
}

/**
 * The same dump with tracks that declare what they hold (A_PCM/INT/LIT, 8 kHz): ffmpeg copies no audio track whose
 * sample rate it does not know.
 */
export function makeDeclaredPcm(folder: string, hours: number): string {
  const entry = (number: number) =>
    element(0xae, [
      uint(0xd7, number),
      uint(0x73c5, number),
      uint(0x83, 2),
      string(0x86, 'A_PCM/INT/LIT'),
      element(0xe1, [float(0xb5, 8000), uint(0x9f, 1), uint(0x6264, 16)]),
    ]);
  const tracks = flatten(element(0x1654ae6b, [entry(1), entry(2)]));
  return make(path.join(folder, `${hours}h-declared-pcm.mkv`), hours, (fragment) => {
    // Both are found in front of the audio, whose bytes are anything.
    const start = fragment.indexOf(TRACKS);
    const end = fragment.indexOf(TAGS, start);
    return Buffer.concat([fragment.subarray(0, start), tracks, fragment.subarray(end)]);
  });
}

function make(file: string, hours: number, shape: (fragment: Buffer) => Buffer): string {
  const fragments = Math.round(hours * FRAGMENTS_AN_HOUR);
  const call = (count: number) =>
    connectCall({ fragments: count, from: tone({ hz: 440 }), to: tone({ hz: 220 }) });
  // All fragments of the profile are of one length.
  const [first] = call(1);
  const bytes = shape(first!).length * fragments;
  if (fs.statSync(file, { throwIfNoEntry: false })?.size === bytes) return file;
  const unfinished = `${file}.part`;
  const fd = fs.openSync(unfinished, 'w');
  for (const fragment of call(fragments)) fs.writeSync(fd, shape(fragment));
  fs.closeSync(fd);
  fs.renameSync(unfinished, file);
  return file;
}
