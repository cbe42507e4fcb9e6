// A thousand ways for a connection to end: every recording is byte for byte what it is without them.
import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  contents,
  differences,
  lastNumber,
  RECORDING,
  scratch,
  splitOf,
  startRig,
  unevenCall,
} from './rig.ts';

const SEED = 20_240_918;
/** Calls that are recorded at the same time, and connections of each that break. */
const CALLS = 48;
const BREAKS = 23;
const FRAGMENTS = 60;
/** A break comes within so many bytes; a fragment of an uneven call has some 7,000. */
const WITHIN_BYTES = 35_000;

/** Stalls in a row, each of which is waited for longer than the one before, are no end of the call. */
const IDLE_MS = 60_000;

const folder = scratch();
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe.concurrent.each(['exclusive', 'inclusive', 'random'] as const)(
  'AfterFragmentNumber read as %s',
  (reading) => {
    const calls = CALLS / 3;

    it('records what split makes of the dump, through ends, cuts, resets and stalls', async () => {
      const dumps = Array.from({ length: calls }, (_, i) => unevenCall(FRAGMENTS, SEED + i));
      const rig = await startRig({
        afterFragment: reading,
        seed: SEED,
        streams: Object.fromEntries(dumps.map((dump, i) => [`call-${i}`, dump])),
        faults: dumps.map((_, i) => ({
          kind: 'random',
          stream: `call-${i}`,
          rate: 1,
          bytes: WITHIN_BYTES,
          times: BREAKS,
        })),
      });
      try {
        const results = await Promise.all(
          dumps.map(async (dump, i) => {
            const own = `${folder}/${reading}-${i}`;
            const request = { stopFragment: lastNumber(FRAGMENTS), idleTimeoutMs: IDLE_MS };
            const report = await rig.record(`call-${i}`, own, request);
            return { report, found: contents(own), wanted: await splitOf(dump) };
          }),
        );
        for (const [i, { report, found, wanted }] of results.entries()) {
          expect(report.endedBy, `call ${i}`).toBe('stop-fragment');
          expect(differences(found, wanted), `call ${i}`).toEqual([]);
          expect(report.contacts[0]!.fragments).toMatchObject({ count: FRAGMENTS, duplicates: 0 });
        }
        // Every connection but a call's last one was broken.
        const connections = rig.simulator.log.list().filter(({ operation }) => operation === 'GetMedia');
        // A third of the thousand.
        expect(connections.length - calls).toBeGreaterThanOrEqual(334);
      } finally {
        await rig.close();
      }
    });
  },
);

it('keeps the dump as it came, of which split makes the same', async () => {
  const dump = unevenCall(FRAGMENTS, 5);
  const rig = await startRig({
    afterFragment: 'random',
    streams: { call: dump },
    faults: [{ kind: 'random', rate: 1, bytes: WITHIN_BYTES, times: 10, kinds: ['end', 'cut', 'reset'] }],
  });
  try {
    const own = `${folder}/mkv`;
    const report = await rig.record('call', own, { stopFragment: lastNumber(FRAGMENTS) }, { saveMkv: true });
    expect(report.connections).toBeGreaterThan(8);
    const saved = fs.readFileSync(report.dump!.path);
    expect(differences(await splitOf(saved, RECORDING), await splitOf(dump))).toEqual([]);
  } finally {
    await rig.close();
  }
});
