// The dumps that are measured on: an hour (or more) of a two-direction call in the Amazon Connect profile.
import fs from 'node:fs';
import path from 'node:path';
import { connectCall } from '../fixtures/connect-profile.ts';
import { element, flatten, float, string, uint } from '../fixtures/mkv-writer.ts';
import { tone } from '../fixtures/pcm.ts';

/** Fragments of 1,088 ms in an hour. */
const FRAGMENTS_AN_HOUR = 3309;

/** Header of a fragment's own document in front of its Cluster; where one Segment is wanted, only the first stays. */
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
const TRACKS = Buffer.from([0x16, 0x54, 0xae, 0x6b]);
const TAGS = Buffer.from([0x12, 0x54, 0xc3, 0x67]);

/** Makes a dump in `folder` unless it is there; answers its path. */
export function makeDump(folder: string, hours: number): string {
  const file = path.join(folder, `${hours}h.mkv`);
  if (fs.existsSync(file)) return file;
  write(file, hours, (fragment) => fragment);
  return file;
}

/**
 * The same audio in one Segment, for readers that stop after the first of the documents that the service puts end to
 * end: each later fragment is its Cluster alone.
 */
export function makeSingleSegment(folder: string, hours: number): string {
  const file = path.join(folder, `${hours}h-single-segment.mkv`);
  if (fs.existsSync(file)) return file;
  let first = true;
  write(file, hours, (fragment) => {
    const start = first ? 0 : fragment.indexOf(CLUSTER);
    const end = fragment.indexOf(TAGS, fragment.indexOf(CLUSTER));
    first = false;
    return fragment.subarray(start, end < 0 ? fragment.length : end);
  });
  return file;
}

/**
 * The same dump with tracks that declare what they hold (A_PCM/INT/LIT, 8 kHz): ffmpeg believes the CodecID, and refuses
 * to copy what it cannot decode as AAC.
 */
export function makeDeclaredPcm(folder: string, hours: number): string {
  const file = path.join(folder, `${hours}h-declared-pcm.mkv`);
  if (fs.existsSync(file)) return file;
  const entry = (number: number) =>
    element(0xae, [
      uint(0xd7, number),
      uint(0x73c5, number),
      uint(0x83, 2),
      string(0x86, 'A_PCM/INT/LIT'),
      element(0xe1, [float(0xb5, 8000), uint(0x9f, 1), uint(0x6264, 16)]),
    ]);
  const tracks = flatten(element(0x1654ae6b, [entry(1), entry(2)]));
  write(file, hours, (fragment) => {
    const start = fragment.indexOf(TRACKS);
    return Buffer.concat([
      fragment.subarray(0, start),
      tracks,
      fragment.subarray(fragment.indexOf(TAGS, start)),
    ]);
  });
  return file;
}

function write(file: string, hours: number, shape: (fragment: Buffer) => Buffer): void {
  const unfinished = `${file}.part`;
  const fd = fs.openSync(unfinished, 'w');
  const call = connectCall({
    fragments: Math.round(hours * FRAGMENTS_AN_HOUR),
    from: tone({ hz: 440 }),
    to: tone({ hz: 220 }),
  });
  for (const fragment of call) fs.writeSync(fd, shape(fragment));
  fs.closeSync(fd);
  fs.renameSync(unfinished, file);
}
