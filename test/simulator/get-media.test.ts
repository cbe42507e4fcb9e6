// GetMedia: every start selector, the pace, the session, over real sockets with the SDK's client.
import { GetMediaCommand } from '@aws-sdk/client-kinesis-video-media';
import { afterEach, describe, expect, it } from 'vitest';
import { fragmentNumber, START_MS } from '../../fixtures/connect-profile.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { clientsOf, drain, EARLIEST, getMedia, type Selector } from './clients.ts';
import { callDump, numbersIn, seenIn } from './dumps.ts';

const FRAGMENTS = 6;
const numbers = (from: number, to = FRAGMENTS) =>
  Array.from({ length: to - from }, (_, i) => fragmentNumber(from + i));

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({
    speed: 'max',
    quotas: false,
    streams: { call: callDump(FRAGMENTS) },
    ...options,
  });
}

const read = async (selector: Selector, quietMs = 100) =>
  numbersIn((await getMedia(simulator, 'call', selector, quietMs)).bytes);

describe('start selectors', () => {
  const at = (ms: number) => new Date(START_MS + ms);
  it.each<[string, Selector, number]>([
    ['NOW', { StartSelectorType: 'NOW' }, 5],
    ['EARLIEST', EARLIEST, 0],
    ['FRAGMENT_NUMBER', { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: fragmentNumber(2) }, 3],
    [
      'CONTINUATION_TOKEN',
      { StartSelectorType: 'CONTINUATION_TOKEN', ContinuationToken: fragmentNumber(1) },
      2,
    ],
    [
      'PRODUCER_TIMESTAMP in a fragment',
      { StartSelectorType: 'PRODUCER_TIMESTAMP', StartTimestamp: at(400) },
      1,
    ],
    [
      'PRODUCER_TIMESTAMP before all',
      { StartSelectorType: 'PRODUCER_TIMESTAMP', StartTimestamp: at(-9e6) },
      0,
    ],
    [
      'SERVER_TIMESTAMP at a fragment',
      { StartSelectorType: 'SERVER_TIMESTAMP', StartTimestamp: at(187 + 3 * 320) },
      3,
    ],
  ])('%s', async (_, selector, first) => {
    await start();
    expect(await read(selector)).toEqual(numbers(first));
  });

  it('a time after everything waits for what comes', async () => {
    await start();
    expect(await read({ StartSelectorType: 'PRODUCER_TIMESTAMP', StartTimestamp: at(9e6) })).toEqual([]);
  });

  it('AfterFragmentNumber can be read inclusively', async () => {
    await start({ afterFragment: 'inclusive' });
    const after: Selector = { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: fragmentNumber(2) };
    expect(await read(after)).toEqual(numbers(2));
  });

  it('AfterFragmentNumber read at random is read both ways, the same for the same seed', async () => {
    const after: Selector = { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: fragmentNumber(4) };
    const runs: number[][] = [];
    for (let run = 0; run < 2; run++) {
      await start({ afterFragment: 'random', seed: 5 });
      const lengths: number[] = [];
      for (let i = 0; i < 8; i++) lengths.push((await read(after, 40)).length);
      runs.push(lengths);
      await simulator.close();
    }
    expect(new Set(runs[0])).toEqual(new Set([1, 2]));
    expect(runs[1]).toEqual(runs[0]);
  });

  it('a fragment that is not there is error 4000 inside the stream', async () => {
    await start();
    const selector: Selector = { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: '42' };
    const { bytes, how } = await getMedia(simulator, 'call', selector);
    expect(how).toBe('end');
    expect(seenIn(bytes)).toMatchObject({ fragments: [], errors: [4000] });
  });

  it('a fragment in the middle of a Segment comes with the head that it needs', async () => {
    const { fixture } = await import('../../fixtures/corpus.ts');
    const { bytes } = fixture('several-fragments-in-segment').build();
    const all = numbersIn(bytes);
    await start({ streams: { call: bytes } });
    for (const [index, number] of all.entries()) {
      const received = await getMedia(
        simulator,
        'call',
        { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: number! },
        60,
      );
      const seen = seenIn(received.bytes);
      expect(seen.damaged).toBe(false);
      expect(seen.fragments.map((fragment) => fragment.number)).toEqual(all.slice(index + 1));
    }
  });
});

describe('a call that is going on', () => {
  it('comes at the pace of its timestamps, stamped with the time it is played at', async () => {
    const before = Date.now();
    await start({ speed: 4, streams: { call: callDump(FRAGMENTS) } });
    const { bytes, how } = await getMedia(simulator, 'call', EARLIEST, 400);
    const took = Date.now() - before - 400;
    expect(how).toBe('quiet');
    // Six fragments of 320 ms at four times the speed.
    expect(took).toBeGreaterThan(470);
    expect(took).toBeLessThan(6000);
    const { fragments, damaged } = seenIn(bytes);
    expect(damaged).toBe(false);
    expect(fragments.map(({ number }) => number)).toEqual(numbers(0));
    for (const [index, { clusterMs, producerMs }] of fragments.entries()) {
      expect(clusterMs - fragments[0]!.clusterMs).toBe(index * 320);
      expect(producerMs).toBe(clusterMs);
      expect(clusterMs).toBeLessThan(Date.now());
      expect(clusterMs).toBeGreaterThan(before - 2000);
    }
  });

  it('begins with the first request, if so ordered', async () => {
    await start({ speed: 20, begin: 'request' });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(simulator.streams.inspect('call')).toMatchObject({ fragments: 0, playing: true });
    expect(await read({ StartSelectorType: 'NOW' }, 200)).toEqual(numbers(0));
    expect(simulator.streams.inspect('call')).toMatchObject({ fragments: FRAGMENTS, playing: false });
  });

  it('loops with numbers and times that go on', async () => {
    await start({ speed: 40, loop: true });
    const received = await getMedia(simulator, 'call', EARLIEST, 500, (length) => length > 400_000);
    const { fragments } = seenIn(received.bytes);
    expect(fragments.length).toBeGreaterThan(2 * FRAGMENTS);
    for (let i = 1; i < fragments.length; i++) {
      expect(BigInt(fragments[i]!.number!)).toBeGreaterThan(BigInt(fragments[i - 1]!.number!));
      expect(fragments[i]!.clusterMs - fragments[i - 1]!.clusterMs).toBe(320);
    }
    // A fragment of a later turn can be asked for as any other.
    const later: Selector = {
      StartSelectorType: 'FRAGMENT_NUMBER',
      AfterFragmentNumber: fragments[FRAGMENTS + 1]!.number!,
    };
    const again = await getMedia(simulator, 'call', later, 500, (length) => length > 40_000);
    expect(seenIn(again.bytes).fragments[0]!.number).toBe(fragments[FRAGMENTS + 2]!.number);
  });

  it('says how far behind it is', async () => {
    await start({ stamps: 'now' });
    const { fragments } = seenIn((await getMedia(simulator, 'call', EARLIEST, 60)).bytes);
    const behind = fragments.map(({ tags }) => Number(tags.get('AWS_KINESISVIDEO_MILLIS_BEHIND_NOW')));
    expect(behind).toEqual([1600, 1280, 960, 640, 320, 0]);
  });

  it('long pauses can be cut', async () => {
    const dump = Buffer.concat([callDump(2), callDump(2, 5, { startMs: START_MS + 86_400_000 })]);
    await start({ streams: { call: { dump, speed: 10, maxGapMs: 1000 } } });
    const { bytes } = await getMedia(simulator, 'call', EARLIEST, 400);
    const { fragments } = seenIn(bytes);
    expect(fragments).toHaveLength(4);
    expect(fragments[2]!.clusterMs - fragments[1]!.clusterMs).toBe(320 + 1000);
  });
});

describe('the session', () => {
  it('stays open and silent when nothing is new, and ends without an error when its time is up', async () => {
    await start({ sessionMs: 300 });
    const before = Date.now();
    const { bytes, how } = await getMedia(simulator, 'call', EARLIEST, 2000);
    expect(how).toBe('end');
    expect(Date.now() - before).toBeGreaterThan(290);
    expect(bytes).toHaveLength(callDump(FRAGMENTS).length);
    expect(simulator.log.list('GetMedia')[0]).toMatchObject({ ended: 'session', fragments: FRAGMENTS });
  });

  it('gets what is put into the stream while it waits', async () => {
    await start({ streams: { call: {} } });
    const { media } = clientsOf(simulator);
    const { Payload } = await media.send(
      new GetMediaCommand({ StreamName: 'call', StartSelector: { StartSelectorType: 'NOW' } }),
    );
    const pending = drain(Payload as unknown as Parameters<typeof drain>[0], 300);
    const dump = callDump(3);
    const length = dump.length / 3;
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      simulator.streams.append('call', dump.subarray(length * i, length * (i + 1)));
    }
    expect(numbersIn((await pending).bytes)).toEqual(numbers(0, 3));
  });

  it('ends when the client goes, and is logged as such', async () => {
    await start();
    await getMedia(simulator, 'call', EARLIEST, 30);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(simulator.log.list('GetMedia')[0]).toMatchObject({ ended: 'client', status: 200, stream: 'call' });
  });
});

describe('retention', () => {
  it('what is older is gone: 4000 for its number, the oldest left for EARLIEST', async () => {
    await start({ speed: 4, retentionMs: 200 });
    await new Promise((resolve) => setTimeout(resolve, 480));
    const { first, retained } = simulator.streams.inspect('call');
    expect(retained).toBeLessThan(FRAGMENTS);
    const gone = await getMedia(
      simulator,
      'call',
      { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: fragmentNumber(0) },
      500,
    );
    expect(seenIn(gone.bytes).errors).toEqual([4000]);
    expect(first).not.toBe(fragmentNumber(0));
  });
});
