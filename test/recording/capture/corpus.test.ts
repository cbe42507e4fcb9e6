// The corpus as live streams and as past ones: a sound dump of one contact gives the same files by every way.
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpus } from '../../../fixtures/corpus.ts';
import { contents, differences, type Rig, scratch, splitOf, startRig } from './rig.ts';

/** The simulator plays what a producer can have put into the service, so nothing damaged. */
const dumps = corpus
  .map(({ name, build }) => ({ name, ...build() }))
  .filter(({ truth }) => !truth.damaged && truth.contacts.length === 1);

/** A past fragment is asked for by its number, which the service gives every one; these dumps have some without. */
const WITHOUT_NUMBERS = ['tagless-middle', 'tagless-tail', 'several-clusters'];
/** Its error stands where a live stream ends; the archive would go on. */
const LIVE_ONLY = ['service-error-4500', ...WITHOUT_NUMBERS];

const folder = scratch();
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ streams: Object.fromEntries(dumps.map(({ name, bytes }) => [name, bytes])) });
});
afterAll(async () => {
  await rig.close();
  fs.rmSync(folder, { recursive: true });
});

describe.concurrent('a stream of the corpus', () => {
  it.each(dumps)('$name', async ({ name, bytes }) => {
    const wanted = await splitOf(bytes);
    await rig.record(name, `${folder}/live-${name}`, { idleTimeoutMs: 600 });
    expect(differences(contents(`${folder}/live-${name}`), wanted), 'live').toEqual([]);
    if (LIVE_ONLY.includes(name)) return;
    const archive = { startMs: 0, endMs: Date.now(), fallback: false };
    const { endedBy } = await rig.record(name, `${folder}/past-${name}`, { archive });
    expect(differences(contents(`${folder}/past-${name}`), wanted), 'past').toEqual([]);
    expect(endedBy).toBe('end-of-archive');
  });
});
