// Every fault that can be ordered, as a reader meets it.
import { GetDataEndpointCommand } from '@aws-sdk/client-kinesis-video';
import { ListFragmentsCommand } from '@aws-sdk/client-kinesis-video-archived-media';
import { GetMediaCommand } from '@aws-sdk/client-kinesis-video-media';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fragmentNumber } from '../../fixtures/connect-profile.ts';
import { type Fault, type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { clientsOf, EARLIEST, getMedia } from './clients.ts';
import { callDump, numbersIn, seenIn } from './dumps.ts';

const FRAGMENTS = 6;
const dump = callDump(FRAGMENTS);
const FRAGMENT_BYTES = dump.length / FRAGMENTS;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ speed: 'max', quotas: false, streams: { call: dump, other: dump } });
});
afterAll(() => simulator.close());
afterEach(() => simulator.faults.clear());

const all = Array.from({ length: FRAGMENTS }, (_, i) => fragmentNumber(i));
const read = (quietMs = 150, stream = 'call') => getMedia(simulator, stream, EARLIEST, quietMs);

describe('at any byte', () => {
  it.each([
    ['end', 'end'],
    ['cut', 'broken'],
    ['reset', 'broken'],
    ['stall', 'quiet'],
  ] as const)('%s: exactly the bytes before it', async (kind, how) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: dump.length - 1 }), async (bytes) => {
        simulator.faults.order({ kind, bytes });
        const received = await read(60);
        expect(received.how).toBe(how);
        expect(received.bytes.equals(dump.subarray(0, bytes))).toBe(true);
      }),
      { numRuns: 12, seed: 11, examples: [[1], [FRAGMENT_BYTES], [FRAGMENT_BYTES + 3]] },
    );
  });

  it('nothing at all', async () => {
    for (const kind of ['end', 'cut', 'stall'] as const) {
      simulator.faults.order({ kind, bytes: 0 });
      expect((await read(60)).bytes).toHaveLength(0);
    }
  });

  it('a stall may go on', async () => {
    simulator.faults.order('stall:bytes=5000,for=200ms');
    const before = Date.now();
    const { bytes } = await read(400);
    expect(Date.now() - before).toBeGreaterThan(590);
    expect(bytes.equals(dump)).toBe(true);
  });
});

describe('after fragments or a time', () => {
  it.each(['end', 'cut', 'stall'] as const)('%s after two fragments', async (kind) => {
    simulator.faults.order({ kind, fragments: 2 });
    expect((await read()).bytes.equals(dump.subarray(0, 2 * FRAGMENT_BYTES))).toBe(true);
  });

  it.each([
    ['end', 'end'],
    ['cut', 'broken'],
    ['reset', 'broken'],
  ] as const)('%s after a time', async (kind, how) => {
    simulator.faults.order(`${kind}:after=150ms`);
    const before = Date.now();
    const received = await read(3000);
    expect(received.how).toBe(how);
    expect(Date.now() - before).toBeGreaterThan(140);
    expect(Date.now() - before).toBeLessThan(3000);
    expect(received.bytes.equals(dump)).toBe(true);
  });
});

describe('in-band errors', () => {
  it.each([3002, 4000, 4500, 4501, 4502, 4503, 4504, 4505, 4506, 5000])('%d after a fragment', async (id) => {
    simulator.faults.order({ kind: 'in-band', id, fragments: 1 });
    const { bytes, how } = await read();
    expect(how).toBe('end');
    expect(bytes.subarray(0, FRAGMENT_BYTES).equals(dump.subarray(0, FRAGMENT_BYTES))).toBe(true);
    expect(seenIn(bytes)).toMatchObject({ errors: [id], damaged: false });
    expect(numbersIn(bytes)).toEqual(all.slice(0, 1));
  });

  it('at once, and after a time', async () => {
    simulator.faults.order('in-band:id=4500');
    expect(seenIn((await read()).bytes)).toMatchObject({ fragments: [], errors: [4500] });
    simulator.faults.order('in-band:id=5000,after=100ms');
    const { bytes } = await read(500);
    expect(seenIn(bytes).errors).toEqual([5000]);
    expect(numbersIn(bytes)).toEqual(all);
  });
});

describe('fragments', () => {
  it('twice, or not at all, by position or number; for every request', async () => {
    simulator.faults.order('duplicate:fragment=2');
    simulator.faults.order({ kind: 'missing', number: fragmentNumber(3) });
    for (let i = 0; i < 2; i++) {
      const { bytes } = await read();
      expect(numbersIn(bytes)).toEqual([0, 1, 1, 2, 4, 5].map((n) => fragmentNumber(n)));
    }
  });

  it('missing from the archive, where that is said', async () => {
    simulator.faults.order('missing:fragment=1,operation=ListFragments');
    const { archive } = clientsOf(simulator);
    const { Fragments } = await archive.send(new ListFragmentsCommand({ StreamName: 'call' }));
    expect(Fragments!.map(({ FragmentNumber }) => FragmentNumber)).toEqual(all.slice(1));
    expect(numbersIn((await read()).bytes)).toEqual(all);
  });
});

describe('requests', () => {
  const endpoint = (accessKeyId?: string) =>
    clientsOf(simulator, accessKeyId).video.send(
      new GetDataEndpointCommand({ StreamName: 'call', APIName: 'GET_MEDIA' }),
    );
  const outcome = (pending: Promise<unknown>) => pending.then(() => 'ok').catch((error: Error) => error.name);

  it('throttled from the second on, three times', async () => {
    simulator.faults.order('throttle:operation=GetDataEndpoint,nth=2,times=3');
    const names = [];
    for (let i = 0; i < 6; i++) names.push(await outcome(endpoint()));
    const throttled = 'ClientLimitExceededException';
    expect(names).toEqual(['ok', throttled, throttled, throttled, 'ok', 'ok']);
  });

  it('any error, with any status and message', async () => {
    simulator.faults.order('error:type=SomethingElse,status=503,message=come back later');
    await expect(endpoint()).rejects.toMatchObject({
      name: 'SomethingElse',
      message: 'come back later',
      $metadata: { httpStatusCode: 503 },
    });
  });

  it('credentials that expire: refused under the old key, served under a new one', async () => {
    simulator.faults.order({
      kind: 'error',
      type: 'ExpiredTokenException',
      key: 'AKIAOLD',
      times: 'all',
      since: 50,
    });
    expect(await outcome(endpoint('AKIAOLD'))).toBe('ok');
    await new Promise((resolve) => setTimeout(resolve, 60));
    await expect(endpoint('AKIAOLD')).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await outcome(endpoint('AKIANEW'))).toBe('ok');
  });

  it('the archive refused, GetMedia not', async () => {
    simulator.faults.order('refuse-archive');
    const { archive } = clientsOf(simulator);
    for (let i = 0; i < 2; i++) {
      await expect(archive.send(new ListFragmentsCommand({ StreamName: 'call' }))).rejects.toMatchObject({
        name: 'NotAuthorizedException',
        $metadata: { httpStatusCode: 401 },
      });
    }
    expect(numbersIn((await read()).bytes)).toEqual(all);
  });

  it('late, or not answered at all', async () => {
    simulator.faults.order('latency:ms=200');
    const before = Date.now();
    await endpoint();
    expect(Date.now() - before).toBeGreaterThan(190);
    simulator.faults.order('refuse');
    expect(await outcome(endpoint())).not.toBe('ok');
    expect(await outcome(endpoint())).toBe('ok');
  });

  it('late, to somebody who has left: the connection does not count any more', async () => {
    const own = await startSimulator({
      speed: 'max',
      streams: { call: dump },
      quotas: { connections: { GetMedia: 1 } },
      faults: ['latency:ms=30s,operation=GetMedia'],
    });
    try {
      const ask = (signal?: AbortSignal) =>
        fetch(`${own.url}/getMedia`, {
          method: 'POST',
          body: JSON.stringify({ StreamName: 'call', StartSelector: EARLIEST }),
          ...(signal && { signal }),
        });
      const leaving = new AbortController();
      const left = ask(leaving.signal);
      await vi.waitFor(() => expect(own.faults.pending).toEqual([]));
      leaving.abort();
      await expect(left).rejects.toThrow('abort');
      await vi.waitFor(() => expect(own.log.list('GetMedia')[0]!.ended).toBe('client'));
      const second = await ask();
      expect(second.status).toBe(200);
      await second.body!.cancel();
    } finally {
      await own.close();
    }
  });
});

describe('slow bytes', () => {
  it('come at their rate', async () => {
    simulator.faults.order({ kind: 'slow', rate: dump.length * 2 });
    const before = Date.now();
    const { bytes } = await read(300);
    const took = Date.now() - before - 300;
    expect(bytes.equals(dump)).toBe(true);
    expect(took).toBeGreaterThan(400);
    expect(took).toBeLessThan(5000);
  });
});

describe('orders', () => {
  it('are for one request each, in turn, and for their stream alone', async () => {
    simulator.faults.order('end:bytes=10,stream=call');
    simulator.faults.order('end:bytes=20,stream=call');
    expect((await read(60, 'other')).bytes).toHaveLength(dump.length);
    expect((await read(60)).bytes).toHaveLength(10);
    expect((await read(60)).bytes).toHaveLength(20);
    expect((await read(60)).bytes).toHaveLength(dump.length);
    expect(simulator.faults.pending).toEqual([]);
  });

  it('can be taken back', async () => {
    const takeBack = simulator.faults.order('end:bytes=10,times=all');
    expect((await read(60)).bytes).toHaveLength(10);
    expect(simulator.faults.pending).toEqual([{ kind: 'end', bytes: 10, times: 'all' }]);
    takeBack();
    expect((await read(60)).bytes).toHaveLength(dump.length);
  });

  it('at random are the same for the same seed', async () => {
    const lengths = async (seed: number) => {
      const faults: Fault[] = [{ kind: 'random', rate: 0.7, kinds: ['end', 'cut'], bytes: dump.length }];
      const own = await startSimulator({
        speed: 'max',
        quotas: false,
        streams: { call: dump },
        seed,
        faults,
      });
      const found: string[] = [];
      for (let i = 0; i < 8; i++) {
        const { media } = clientsOf(own);
        await media
          .send(new GetMediaCommand({ StreamName: 'call', StartSelector: EARLIEST }))
          .then((answer) => (answer.Payload as unknown as { destroy(): void }).destroy());
        const received = await getMedia(own, 'call', EARLIEST, 60);
        found.push(`${received.how} ${received.bytes.length}`);
      }
      await own.close();
      return found;
    };
    const first = await lengths(9);
    expect(await lengths(9)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(3);
  });
});
