// The control plane and the archive, with the SDK's clients over real sockets.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeStreamCommand,
  GetDataEndpointCommand,
  ListStreamsCommand,
  paginateListStreams,
} from '@aws-sdk/client-kinesis-video';
import {
  GetMediaForFragmentListCommand,
  ListFragmentsCommand,
  paginateListFragments,
} from '@aws-sdk/client-kinesis-video-archived-media';
import { afterEach, describe, expect, it } from 'vitest';
import { fragmentNumber, START_MS } from '../../fixtures/connect-profile.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { clientsOf, drain } from './clients.ts';
import { callDump, numbersIn, seenIn } from './dumps.ts';

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: SimulatorOptions = {}) {
  simulator = await startSimulator({
    speed: 'max',
    quotas: false,
    streams: { call: callDump(7), 'call-2': {}, other: {} },
    ...options,
  });
  return clientsOf(simulator);
}

describe('GetDataEndpoint', () => {
  it('is the simulator itself, for a stream by name or ARN', async () => {
    const { video } = await start();
    const { arn } = simulator.streams.inspect('call');
    for (const stream of [
      { StreamName: 'call' },
      { StreamARN: arn },
      { StreamName: 'call', StreamARN: arn },
    ]) {
      const { DataEndpoint } = await video.send(
        new GetDataEndpointCommand({ ...stream, APIName: 'GET_MEDIA' }),
      );
      expect(DataEndpoint).toBe(simulator.url);
    }
  });
});

describe('DescribeStream', () => {
  it('tells name, ARN, retention and status', async () => {
    const { video } = await start({
      retentionMs: 48 * 3_600_000,
      mediaType: 'audio/L16',
      region: 'eu-west-2',
    });
    const { StreamInfo } = await video.send(new DescribeStreamCommand({ StreamName: 'call' }));
    expect(StreamInfo).toMatchObject({
      StreamName: 'call',
      StreamARN: 'arn:aws:kinesisvideo:eu-west-2:111122223333:stream/call/1726675200000',
      MediaType: 'audio/L16',
      Status: 'ACTIVE',
      DataRetentionInHours: 48,
      CreationTime: new Date(1_726_675_200_000),
    });
  });

  it('knows a stream by an ARN that was given', async () => {
    const arn = 'arn:aws:kinesisvideo:us-west-2:444455556666:stream/real-name/1600000000000';
    const { video } = await start({ streams: { [arn]: callDump(1) } });
    const { StreamInfo } = await video.send(new DescribeStreamCommand({ StreamARN: arn }));
    expect(StreamInfo).toMatchObject({ StreamName: 'real-name', StreamARN: arn });
  });
});

describe('ListStreams', () => {
  it('by pages, and by the beginning of the name', async () => {
    const { video } = await start();
    const pages: (string | undefined)[][] = [];
    for await (const { StreamInfoList } of paginateListStreams({ client: video, pageSize: 2 }, {})) {
      pages.push(StreamInfoList!.map(({ StreamName }) => StreamName));
    }
    expect(pages).toEqual([['call', 'call-2'], ['other']]);
    const { StreamInfoList, NextToken } = await video.send(
      new ListStreamsCommand({
        StreamNameCondition: { ComparisonOperator: 'BEGINS_WITH', ComparisonValue: 'call-' },
      }),
    );
    expect(StreamInfoList!.map(({ StreamName }) => StreamName)).toEqual(['call-2']);
    expect(NextToken).toBeUndefined();
  });
});

describe('ListFragments', () => {
  it('tells number, size, times and length of all that is retained, by pages', async () => {
    const { archive } = await start();
    const found = [];
    for await (const page of paginateListFragments(
      { client: archive, pageSize: 3 },
      { StreamName: 'call' },
    )) {
      expect(page.Fragments!.length).toBeLessThanOrEqual(3);
      found.push(...page.Fragments!);
    }
    expect(found).toHaveLength(7);
    expect(found[2]).toEqual({
      FragmentNumber: fragmentNumber(2),
      FragmentSizeInBytes: callDump(7).length / 7,
      FragmentLengthInMilliseconds: 320,
      ProducerTimestamp: new Date(START_MS + 640),
      ServerTimestamp: new Date(START_MS + 640 + 187),
    });
  });

  it.each([
    ['PRODUCER_TIMESTAMP', 320, 960, [1, 2, 3]],
    ['PRODUCER_TIMESTAMP', 321, 959, [2]],
    ['SERVER_TIMESTAMP', 0, 187, [0]],
    ['SERVER_TIMESTAMP', 9_000_000, 9_000_001, []],
  ] as const)('by %s from %d to %d', async (FragmentSelectorType, from, to, expected) => {
    const { archive } = await start();
    const { Fragments } = await archive.send(
      new ListFragmentsCommand({
        StreamName: 'call',
        FragmentSelector: {
          FragmentSelectorType,
          TimestampRange: {
            StartTimestamp: new Date(START_MS + from),
            EndTimestamp: new Date(START_MS + to),
          },
        },
      }),
    );
    expect(Fragments!.map(({ FragmentNumber }) => FragmentNumber)).toEqual(
      expected.map((n) => fragmentNumber(n)),
    );
  });

  it('in no order, where that is asked for: the same for the same seed, each fragment once', async () => {
    const orders = [];
    for (const seed of [3, 3]) {
      const { archive } = await start({ listOrder: 'shuffled', seed });
      const order: string[] = [];
      for await (const page of paginateListFragments(
        { client: archive, pageSize: 3 },
        { StreamName: 'call' },
      )) {
        order.push(...page.Fragments!.map(({ FragmentNumber }) => FragmentNumber!));
      }
      orders.push(order);
      await simulator.close();
    }
    expect(orders[0]).toEqual(orders[1]);
    const sorted = Array.from({ length: 7 }, (_, i) => fragmentNumber(i));
    expect(orders[0]).not.toEqual(sorted);
    expect([...orders[0]!].sort()).toEqual(sorted);
  });
});

describe('GetMediaForFragmentList', () => {
  const get = async (Fragments: string[]) => {
    const { archive } = clientsOf(simulator);
    const { Payload } = await archive.send(
      new GetMediaForFragmentListCommand({ StreamName: 'call', Fragments }),
    );
    return await drain(Payload as unknown as Parameters<typeof drain>[0], 1000);
  };

  it('gives the fragments asked for, in that order, and ends', async () => {
    await start();
    const asked = [4, 1, 2].map((n) => fragmentNumber(n));
    const { bytes, how } = await get(asked);
    expect(how).toBe('end');
    expect(numbersIn(bytes)).toEqual(asked);
    const { tags } = seenIn(bytes).fragments[0]!;
    expect(Object.fromEntries(tags)).toMatchObject({
      AWS_KINESISVIDEO_FRAGMENT_NUMBER: fragmentNumber(4),
      AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP: ((START_MS + 4 * 320) / 1000).toFixed(3),
      AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP: ((START_MS + 4 * 320 + 187) / 1000).toFixed(3),
    });
  });

  it('says inside the body which fragment is not there', async () => {
    await start();
    const { bytes, how } = await get([fragmentNumber(0), '42', fragmentNumber(1)]);
    expect(how).toBe('end');
    expect(seenIn(bytes)).toMatchObject({ errors: [4000] });
    expect(numbersIn(bytes)).toEqual([fragmentNumber(0)]);
    expect(bytes.includes('AWS_KINESISVIDEO_EXCEPTION_MESSAGE')).toBe(true);
  });
});

describe('faults in the archive', () => {
  it('an error inside the body names the fragment, in the archive’s own tags', async () => {
    const { archive } = await start({
      faults: ['in-band:id=4503,fragments=1,operation=GetMediaForFragmentList'],
    });
    const asked = [0, 1, 2].map((n) => fragmentNumber(n));
    const { Payload } = await archive.send(
      new GetMediaForFragmentListCommand({ StreamName: 'call', Fragments: asked }),
    );
    const { bytes, how } = await drain(Payload as unknown as Parameters<typeof drain>[0], 1000);
    expect(how).toBe('end');
    expect(seenIn(bytes)).toMatchObject({ errors: [4503], fragments: [{ number: asked[0] }] });
    const tail = bytes.subarray(-300).toString('latin1');
    expect(tail).toContain(asked[1]);
    expect(tail).toContain('AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE');
  });

  it('cut after the last fragment', async () => {
    const { archive } = await start({ faults: ['cut:fragments=1,operation=GetMediaForFragmentList'] });
    const { Payload } = await archive.send(
      new GetMediaForFragmentListCommand({ StreamName: 'call', Fragments: [fragmentNumber(3)] }),
    );
    const { bytes, how } = await drain(Payload as unknown as Parameters<typeof drain>[0], 1000);
    expect(how).toBe('broken');
    expect(numbersIn(bytes)).toEqual([fragmentNumber(3)]);
  });
});

describe('the library', () => {
  it('adds streams while it runs, and tells what is in them', async () => {
    await start({ streams: {} });
    expect(await simulator.streams.add('late', callDump(3))).toMatchObject({
      name: 'late',
      fragments: 3,
      retained: 3,
      first: fragmentNumber(0),
      last: fragmentNumber(2),
      playing: false,
    });
    await expect(simulator.streams.add('late', callDump(1))).rejects.toMatchObject({ code: 'bad-stream' });
    await expect(simulator.streams.add('no/name', callDump(1))).rejects.toMatchObject({ code: 'bad-stream' });
    await expect(simulator.streams.add('x', { dump: callDump(1), loop: true })).rejects.toMatchObject({
      code: 'bad-stream',
    });
    await expect(simulator.streams.add('y', '/nowhere/a.mkv')).rejects.toMatchObject({
      code: 'unreadable-dump',
    });
    expect(() => simulator.streams.inspect('nobody')).toThrow('there is no stream nobody');
  });

  it('refuses to loop what takes no time, which would have fragments without end', async () => {
    await start({ streams: {} });
    const nothing = Buffer.from('no Matroska at all');
    for (const dump of [callDump(1, 1), nothing]) {
      await expect(simulator.streams.add('x', { dump, loop: true, speed: 1 })).rejects.toMatchObject({
        code: 'bad-stream',
        exitCode: 2,
      });
    }
  });

  it('plays a dump that was not there when it was first asked for', async () => {
    await start({ streams: {} });
    const folder = await mkdtemp(join(tmpdir(), 'kvsrec-late-'));
    const file = join(folder, 'call.mkv');
    try {
      await expect(simulator.streams.add('x', file)).rejects.toMatchObject({ code: 'unreadable-dump' });
      await writeFile(file, callDump(2));
      expect(await simulator.streams.add('x', file)).toMatchObject({ fragments: 2 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses to put into a stream that a dump is played into', async () => {
    await start({ streams: { call: { dump: callDump(3), speed: 1 } } });
    expect(() => simulator.streams.append('call', callDump(1))).toThrow('still being played');
  });

  it('closes twice without harm, and says when a port is taken', async () => {
    await start();
    await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({
      code: 'cannot-listen',
      hint: expect.stringContaining('--port'),
    });
    // An address of documentation, which no machine has (RFC 5737).
    await expect(startSimulator({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'cannot-listen',
      hint: expect.stringContaining('--host'),
    });
    await Promise.all([simulator.close(), simulator.close()]);
  });
});
