// What a pipe gets when the recording behind it changes in mid-call.
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { pipeOutput } from '../../../src/cli/record/pipe-output.ts';
import type { TappedTrack } from '../../../src/recording/audio-tap.ts';

const FORMAT = { kind: 'pcm', codec: 's16le', encoding: 'L16', sampleRate: 8000, channels: 1 } as const;

const from: TappedTrack = {
  contactId: null,
  startMs: 0,
  number: 1,
  direction: 'from',
  name: 'AUDIO_FROM_CUSTOMER',
  format: FORMAT,
};

function open(raw: boolean) {
  const out = new PassThrough();
  return { out, ...pipeOutput(out as unknown as NodeJS.WriteStream, raw) };
}

test('the same direction of a call whose id comes late goes on behind one header', () => {
  const { out, tap } = open(false);
  tap.audio(from, 0, Buffer.from([1, 2]));
  tap.audio({ ...from, contactId: 'c1', startMs: 1000 }, 0, Buffer.from([3, 4]));
  tap.silence({ ...from, contactId: 'c1', startMs: 1000 }, 1, 1);
  const written: Buffer = out.read();
  expect(written.subarray(0, 4).toString()).toBe('RIFF');
  expect([...written.subarray(44)]).toEqual([1, 2, 3, 4, 0, 0]);
});

test.each([
  ['another direction', { ...from, direction: 'to', number: 2 }],
  ['another track', { ...from, number: 3 }],
  ['another rate', { ...from, format: { ...FORMAT, sampleRate: 16_000 } }],
] as [string, TappedTrack][])('%s is refused', (_, next) => {
  const { tap } = open(true);
  tap.audio(from, 0, Buffer.from([1, 2]));
  expect(() => tap.audio(next, 0, Buffer.from([3, 4]))).toThrow(
    expect.objectContaining({ code: 'several-tracks' }),
  );
});
