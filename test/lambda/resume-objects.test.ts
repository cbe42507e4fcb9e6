// Objects that another process goes on with, over a bucket on loopback: what is asked for, and what is left behind where
// that fails.

import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ByteStore } from '../../src/lambda/objects/audio-object.ts';
import { RecordingObjects } from '../../src/lambda/objects/recording-objects.ts';
import type { TappedTrack } from '../../src/recording/audio-tap.ts';
import { useS3 } from '../aws/s3/s3-server.ts';

const s3 = useS3({ attempts: 1 });

const optionsOf = (prefix: string) => ({
  client: s3.client,
  bucket: 'calls',
  prefix,
  combined: { bucket: 'calls', prefix },
  layouts: ['separate', 'mix'] as const,
  track: 'both' as const,
  storage: {},
  run: 'r',
});

const trackOf = (direction: 'from' | 'to'): TappedTrack => ({
  contactId: 'c',
  direction,
  number: direction === 'from' ? 1 : 2,
  name: direction,
  startMs: Date.UTC(2026, 0, 5, 9, 0, 0),
  format: { kind: 'pcm', encoding: 'L16', sampleRate: 8000, channels: 1, codec: 's16le' },
});

/** A minute of a call, and what it leaves: bytes by their names, and those that were asked for. */
async function left(prefix: string) {
  const kept = new Map<string, Buffer>();
  const asked: string[] = [];
  const store: ByteStore = {
    put: async (name, bytes) => void kept.set(name, Buffer.from(bytes)),
    async get(name) {
      asked.push(name);
      const bytes = kept.get(name);
      if (bytes === undefined) throw new Error(`${name} is not there`);
      return (async function* () {
        yield bytes;
      })();
    },
  };
  const objects = new RecordingObjects(optionsOf(prefix));
  for (const direction of ['from', 'to'] as const) {
    objects.audio(trackOf(direction), 0, Buffer.alloc(960_000, 7));
  }
  await objects.drain();
  const state = await objects.save(store);
  objects.close();
  return { state, store, kept, asked };
}

/** Files of this process that have no name any more. */
function nameless(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const name = readlinkSync(`/proc/self/fd/${fd}`);
      return name.endsWith(' (deleted)') ? [name] : [];
    } catch {
      return [];
    }
  });
}

test('where there is no more than a first part, nothing else is asked for', async () => {
  const { state, store, asked } = await left('short/');
  const objects = await RecordingObjects.resume(optionsOf('short/'), state, store);
  objects.close();
  expect(asked).toEqual(state.contacts.flatMap((contact) => contact.objects.map(({ first }) => first)));
});

test.runIf(process.platform === 'linux')('what cannot be gone on with leaves no file open', async () => {
  const { state, store, kept } = await left('broken/');
  kept.delete(state.contacts[0]!.objects[2]!.first);
  const before = nameless();
  await expect(RecordingObjects.resume(optionsOf('broken/'), state, store)).rejects.toThrow('is not there');
  expect(nameless()).toEqual(before);
});
