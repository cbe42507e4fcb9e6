// Whatever the dump: stamps kept and read from the earliest fragment on, GetMedia gives the dump, byte for byte.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpus } from '../../fixtures/corpus.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { EARLIEST, getMedia } from './clients.ts';

const fixtures = corpus.map(({ name, build }) => ({ name, ...build() }));
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({
    speed: 'max',
    quotas: false,
    streams: Object.fromEntries(fixtures.map(({ name, bytes }) => [name, bytes])),
  });
});

afterAll(() => simulator.close());

describe('stamps kept', () => {
  it.each(fixtures.map(({ name, bytes }) => [name, bytes] as const))('%s', async (name, bytes) => {
    const received = await getMedia(simulator, name, EARLIEST, 100, (length) => length >= bytes.length);
    expect(received.bytes.equals(bytes)).toBe(true);
  });
});
