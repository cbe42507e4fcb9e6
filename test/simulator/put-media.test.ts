// PutMedia: a producer's bytes over a raw connection, acknowledgements as they come, and the fragments read back.
import { request } from 'node:http';
import {
  GetMediaForFragmentListCommand,
  ListFragmentsCommand,
} from '@aws-sdk/client-kinesis-video-archived-media';
import { afterEach, describe, expect, it } from 'vitest';
import { START_MS } from '../../fixtures/connect-profile.ts';
import { fixture } from '../../fixtures/corpus.ts';
import { DumpBuilder } from '../../fixtures/dump-builder.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { clientsOf, drain, EARLIEST, getMedia } from './clients.ts';
import { callDump, seenIn } from './dumps.ts';

let simulator: Simulator;
afterEach(() => simulator.close());

interface Ack {
  EventType: string;
  FragmentTimecode?: number;
  FragmentNumber?: string;
  ErrorId?: number;
  ErrorCode?: string;
}

/** Sends a body in pieces, and answers the status with all acknowledgements. */
function put(
  bytes: Uint8Array,
  headers: Record<string, string> = {},
  chunkBytes = 1000,
): Promise<{ status: number; acks: Ack[]; type: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${simulator.url}/putMedia`,
      {
        method: 'POST',
        headers: {
          'x-amzn-stream-name': 'call',
          'x-amzn-fragment-timecode-type': 'ABSOLUTE',
          'x-amzn-producer-start-timestamp': '0',
          'x-amzn-fragment-acknowledgment-required': '1',
          'transfer-encoding': 'chunked',
          ...headers,
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () => {
          const json = answer.statusCode === 200 ? text.trim().split('\n').filter(Boolean) : [];
          resolve({
            status: answer.statusCode!,
            acks: json.map((line) => JSON.parse(line) as Ack),
            type: answer.headers['x-amzn-errortype'] as string | undefined,
          });
        });
      },
    );
    outgoing.once('error', reject);
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      outgoing.write(bytes.subarray(at, at + chunkBytes));
    }
    outgoing.end();
  });
}

const start = async () => {
  simulator = await startSimulator({ quotas: false, streams: { call: {} } });
};

const received = async () => seenIn((await getMedia(simulator, 'call', EARLIEST, 100)).bytes);

describe('PutMedia', () => {
  it.each([1, 777, 1_000_000])(
    'a dump in chunks of %d bytes: acknowledged, and read back',
    async (chunkBytes) => {
      await start();
      const dump = callDump(3, 2);
      const { status, acks } = await put(dump, {}, chunkBytes);
      expect(status).toBe(200);
      const sent = seenIn(dump).fragments;
      const timecodes = sent.map(({ clusterMs }) => clusterMs);
      for (const event of ['BUFFERING', 'RECEIVED', 'PERSISTED']) {
        expect(
          acks.filter(({ EventType }) => EventType === event).map((ack) => ack.FragmentTimecode),
        ).toEqual(timecodes);
      }
      expect(acks.slice(0, 3).map(({ EventType }) => EventType)).toEqual([
        'BUFFERING',
        'RECEIVED',
        'PERSISTED',
      ]);
      const { fragments, damaged } = await received();
      expect(damaged).toBe(false);
      expect(fragments.map(({ clusterMs, blocks }) => ({ clusterMs, blocks }))).toEqual(
        sent.map(({ clusterMs, blocks }) => ({ clusterMs, blocks })),
      );
      const persisted = acks.filter(({ EventType }) => EventType === 'PERSISTED');
      expect(fragments.map(({ number }) => number)).toEqual(persisted.map((ack) => ack.FragmentNumber));
      expect(fragments[0]!.number).toMatch(/^\d{47}$/);
      // The service's tags are its own, those of the producer stay.
      expect(fragments[0]!.tags.get('AWS_KINESISVIDEO_CONTINUATION_TOKEN')).toBe(fragments[0]!.number);
      expect(fragments[0]!.tags.get('ContactId')).toBe(sent[0]!.tags.get('ContactId'));
    },
  );

  it('one document of many Clusters, as a producer’s SDK writes it', async () => {
    await start();
    const { bytes } = fixture('several-clusters').build();
    const clusters = seenIn(bytes).fragments;
    const { acks } = await put(bytes);
    expect(acks.filter(({ EventType }) => EventType === 'PERSISTED')).toHaveLength(clusters.length);
    const { fragments, damaged } = await received();
    expect(damaged).toBe(false);
    expect(fragments.map(({ clusterMs, blocks }) => [clusterMs, blocks])).toEqual(
      clusters.map(({ clusterMs, blocks }) => [clusterMs, blocks]),
    );
    // Each stands on its own.
    const { archive } = clientsOf(simulator);
    const { Fragments } = await archive.send(new ListFragmentsCommand({ StreamName: 'call' }));
    for (const [index, { FragmentNumber }] of Fragments!.entries()) {
      const { Payload } = await archive.send(
        new GetMediaForFragmentListCommand({ StreamName: 'call', Fragments: [FragmentNumber!] }),
      );
      const alone = seenIn((await drain(Payload as unknown as Parameters<typeof drain>[0], 500)).bytes);
      expect(alone).toMatchObject({ damaged: false, fragments: [{ blocks: clusters[index]!.blocks }] });
    }
  });

  it('relative timecodes count from the producer’s start', async () => {
    await start();
    const dump = new DumpBuilder({ startMs: 0, blocksPerFragment: 2 });
    dump.add();
    dump.add();
    const { acks } = await put(dump.finish().bytes, {
      'x-amzn-fragment-timecode-type': 'RELATIVE',
      'x-amzn-producer-start-timestamp': String(START_MS / 1000),
    });
    expect(acks[0]).toMatchObject({ EventType: 'BUFFERING', FragmentTimecode: 0 });
    const { fragments } = await received();
    expect(fragments.map(({ clusterMs }) => clusterMs)).toEqual([START_MS, START_MS + 128]);
    expect(fragments[1]!.producerMs).toBe(START_MS + 128);
  });

  it('goes on in the numbers of the fragments before', async () => {
    await start();
    const dump = callDump(2, 2);
    await put(dump);
    await put(dump);
    const numbers = (await received()).fragments.map(({ number }) => BigInt(number!));
    expect(numbers).toHaveLength(4);
    for (let i = 1; i < 4; i++) expect(numbers[i]! > numbers[i - 1]!).toBe(true);
  });

  it('bytes that are no Matroska, or go back in time, are an ERROR acknowledgement', async () => {
    await start();
    const damaged = await put(Buffer.concat([callDump(1, 2), Buffer.from('this is no Matroska'.repeat(50))]));
    expect(damaged.acks.at(-1)).toMatchObject({
      EventType: 'ERROR',
      ErrorId: 4006,
      ErrorCode: 'INVALID_MKV_DATA',
    });
    const back = await put(Buffer.concat([callDump(1, 2, { startMs: START_MS + 5000 }), callDump(1, 2)]));
    expect(back.acks.at(-1)).toMatchObject({
      EventType: 'ERROR',
      ErrorId: 4004,
      ErrorCode: 'FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS',
    });
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['an unknown stream', { 'x-amzn-stream-name': 'nobody' }, 404, 'ResourceNotFoundException'],
    ['no timecode type', { 'x-amzn-fragment-timecode-type': 'X' }, 400, 'InvalidArgumentException'],
    ['a bad start', { 'x-amzn-producer-start-timestamp': 'x' }, 400, 'InvalidArgumentException'],
  ])('%s is refused', async (_, headers, status, type) => {
    await start();
    expect(await put(callDump(1, 2), headers)).toMatchObject({ status, type });
  });

  it('a producer beside a dump that is being played is refused', async () => {
    simulator = await startSimulator({ streams: { call: { dump: callDump(9), speed: 1 } } });
    expect(await put(callDump(1, 2))).toMatchObject({
      status: 400,
      type: 'ConnectionLimitExceededException',
    });
  });

  it('a second producer is refused while the first one is there', async () => {
    simulator = await startSimulator({ streams: { call: {} } });
    const first = request(`${simulator.url}/putMedia`, {
      method: 'POST',
      headers: { 'x-amzn-stream-name': 'call', 'x-amzn-fragment-timecode-type': 'ABSOLUTE' },
    });
    first.write(callDump(1, 2));
    await new Promise((resolve) => first.once('response', resolve));
    expect(await put(callDump(1, 2))).toMatchObject({
      status: 400,
      type: 'ConnectionLimitExceededException',
    });
    first.on('error', () => {});
    first.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await put(callDump(1, 2))).status).toBe(200);
  });
});
