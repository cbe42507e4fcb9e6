// A call's transcript as one invocation leaves it to the next, as bytes: a line of JSON, and then the audio that is not
// answered yet.

import type { TranscriptDirection } from '../../transcript/segment.ts';
import type { LeftDirection } from '../../transcription/transcription.ts';

export interface LeftTranscript {
  /** Frames a second. */
  sampleRate: number;
  /** Frame of the call at which the sessions' clock begins, and its time in milliseconds since the epoch. */
  base: number;
  callStartMs: number;
  directions: Partial<Record<TranscriptDirection, LeftDirection>>;
}

const VERSION = 1;
const NEWLINE = 0x0a;

interface Head extends Omit<LeftTranscript, 'directions'> {
  version: number;
  directions: (Omit<LeftDirection, 'pcm'> & { direction: TranscriptDirection; bytes: number })[];
}

export function encodeLeft({ directions, ...rest }: LeftTranscript): Buffer {
  const known = Object.entries(directions) as [TranscriptDirection, LeftDirection][];
  const head: Head = {
    version: VERSION,
    ...rest,
    directions: known.map(([direction, { pcm, ...there }]) => ({ direction, ...there, bytes: pcm.length })),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...known.map(([, { pcm }]) => pcm)]);
}

/** Undefined for what another version has written, and for what is no transcript. */
export function decodeLeft(bytes: Buffer): LeftTranscript | undefined {
  let at = bytes.indexOf(NEWLINE) + 1;
  const head = headOf(bytes.subarray(0, at));
  if (head?.version !== VERSION) return undefined;
  const { version: _, directions, ...rest } = head;
  const left: LeftTranscript = { ...rest, directions: {} };
  for (const { direction, bytes: length, ...there } of directions) {
    left.directions[direction] = { ...there, pcm: bytes.subarray(at, at + length) };
    at += length;
  }
  return left;
}

function headOf(line: Buffer): Head | undefined {
  try {
    return JSON.parse(line.toString()) as Head;
  } catch {
    return undefined;
  }
}
