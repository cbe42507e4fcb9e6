// The archive through the SDK's client over real sockets: every page in its turn, and credentials that were renewed.
import { afterEach, expect, it } from 'vitest';
import { connectCall, fragmentNumber } from '../../fixtures/connect-profile.ts';
import { tone } from '../../fixtures/pcm.ts';
import { kinesisSource } from '../../src/aws/get-media.ts';
import { KinesisVideo } from '../../src/aws/kinesis-video.ts';
import type { ListedFragment } from '../../src/recording/capture/media-source.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';

const before = { ...process.env };
let simulator: Simulator | undefined;
let service: KinesisVideo | undefined;

afterEach(async () => {
  service?.close();
  await simulator?.close();
  process.env = { ...before };
});

async function archiveOf(fragments: number) {
  const dump = Buffer.concat([...connectCall({ fragments, blocksPerFragment: 1, from: tone({ hz: 440 }) })]);
  const started = await startSimulator({ speed: 'max', quotas: false, streams: { call: dump } });
  simulator = started;
  Object.assign(process.env, started.environment);
  service = new KinesisVideo({ endpointUrl: started.url, region: 'us-east-1' });
  return { simulator: started, archive: kinesisSource(service, { name: 'call' }).archive! };
}

const range = { clock: 'producer', startMs: 0, endMs: Date.now() } as const;
const signal = new AbortController().signal;

async function listed(pages: AsyncIterable<ListedFragment[]>): Promise<number> {
  const numbers = new Set<string>();
  for await (const page of pages) for (const { number } of page) numbers.add(number);
  return numbers.size;
}

it('asks for every page in its turn', async () => {
  const { simulator, archive } = await archiveOf(2001);
  const asked: number[] = [];
  const turn = async () => {
    asked.push(simulator.log.list('ListFragments').length);
  };
  expect(await listed(archive.list(range, signal, turn))).toBe(2001);
  expect(asked).toEqual([0, 1, 2]);
});

it.each(['ListFragments', 'GetMediaForFragmentList'] as const)(
  '%s is asked with the credentials that there are by then, where those before have expired',
  async (operation) => {
    const { simulator, archive } = await archiveOf(3);
    const ask = async () =>
      operation === 'ListFragments'
        ? await listed(archive.list(range, signal))
        : (await archive.open([fragmentNumber(1)], signal)).close();
    process.env.AWS_ACCESS_KEY_ID = 'AKIDEXPIRED';
    simulator.faults.order({ kind: 'error', type: 'ExpiredTokenException', status: 403, operation });
    const error = { code: 'aws-expired-credentials' };
    await expect(ask()).rejects.toMatchObject({ kind: 'transient', error });
    process.env.AWS_ACCESS_KEY_ID = 'AKIDRENEWED';
    await ask();
    const keys = simulator.log.list(operation).map(({ accessKeyId }) => accessKeyId);
    expect(keys).toEqual(['AKIDEXPIRED', 'AKIDRENEWED']);
  },
);
