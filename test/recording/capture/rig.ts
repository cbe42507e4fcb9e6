// Calls to record from a simulator over real sockets, and what split makes of the same dumps.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fragmentNumber } from '../../../fixtures/connect-profile.ts';
import { DumpBuilder, type FragmentPlan, type PlannedBlock } from '../../../fixtures/dump-builder.ts';
import { kinesisSource } from '../../../src/aws/get-media.ts';
import { KinesisVideo } from '../../../src/aws/kinesis-video.ts';
import { type CaptureOptions, capture } from '../../../src/recording/capture/capture.ts';
import {
  type CaptureReport,
  type CaptureRequest,
  DEFAULT_CAPTURE,
} from '../../../src/recording/capture/request.ts';
import { splitSource } from '../../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS, type RecordingOptions } from '../../../src/recording/types.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/index.ts';
import { seeded } from '../../fuzz/random.ts';
import { memorySource } from '../memory-source.ts';

/** Every file there can be, so that everything can be compared. */
export const RECORDING: RecordingOptions = {
  ...DEFAULT_RECORDING_OPTIONS,
  layouts: ['separate', 'stereo', 'mix'],
  digest: true,
};

export const FIRST = fragmentNumber(0);

/**
 * A call of so many small fragments. By its seed, a direction begins late or stops early, fragments lack one of both, time
 * is missing, and tags stand before or after the Cluster: what the shared files of both directions are put to the test by.
 */
export function unevenCall(fragments: number, seed: number): Buffer {
  const random = seeded(seed);
  const builder = new DumpBuilder({
    blocksPerFragment: 3,
    plan: { tagsAt: random.below(2) ? 'after' : 'before' },
  });
  for (let i = 0; i < fragments; i++) {
    const what = random.below(10);
    const plan: FragmentPlan = {};
    if (what === 0) plan.blocks = builder.nextBlocks(3, ['from']);
    else if (what === 1) plan.blocks = builder.nextBlocks(3, ['to']);
    else if (what === 2) builder.pause(300);
    else if (what === 3 && i > 0) plan.contactTags = [];
    builder.add(plan);
  }
  return builder.finish().bytes;
}

/** A call whose caller is heard up to three fragments after the agent: late audio goes where silence was written. */
export function laggingCall(fragments: number, seed: number): Buffer {
  const random = seeded(seed);
  const builder = new DumpBuilder({ blocksPerFragment: 3 });
  const late: PlannedBlock[] = [];
  for (let i = 0; i < fragments; i++) {
    const blocks = builder.nextBlocks(3);
    late.push(...blocks.filter(({ direction }) => direction === 'from'));
    const due = i === fragments - 1 ? late.length : late.length - 3 * random.below(4);
    builder.add({
      blocks: [...blocks.filter(({ direction }) => direction === 'to'), ...late.splice(0, Math.max(0, due))],
    });
  }
  return builder.finish().bytes;
}

export function lastNumber(fragments: number): string {
  return fragmentNumber(fragments - 1);
}

export function scratch(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-capture-'));
}

/** What a folder holds, hidden files included. */
export function contents(folder: string): Map<string, Buffer> {
  return new Map(
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => fs.statSync(path.join(folder, name)).isFile())
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(folder, name))]),
  );
}

/** The names of what differs between two folders. */
export function differences(found: Map<string, Buffer>, wanted: Map<string, Buffer>): string[] {
  return [...new Set([...found.keys(), ...wanted.keys()])].filter((name) => {
    const [a, b] = [found.get(name), wanted.get(name)];
    return a === undefined || b === undefined || !a.equals(b);
  });
}

/** What `split` makes of a dump. */
export async function splitOf(
  dump: Uint8Array,
  options: RecordingOptions = RECORDING,
): Promise<Map<string, Buffer>> {
  const folder = scratch();
  try {
    await splitSource(memorySource(dump), folder, options);
    return contents(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

export interface Rig {
  simulator: Simulator;
  service: KinesisVideo;
  /** Records a stream into a folder, from its beginning if nothing else is said. */
  record(
    stream: string,
    folder: string | undefined,
    request?: Partial<CaptureRequest>,
    more?: Partial<CaptureOptions>,
  ): Promise<CaptureReport>;
  close(): Promise<void>;
}

/** A simulator in this process, without the service's quotas, and clients for it. */
export async function startRig(options: SimulatorOptions = {}): Promise<Rig> {
  const simulator = await startSimulator({ speed: 'max', quotas: false, ...options });
  Object.assign(process.env, simulator.environment);
  const service = new KinesisVideo({ endpointUrl: simulator.url, region: 'us-east-1' });
  return {
    simulator,
    service,
    record: (stream, folder, request = {}, more = {}) =>
      capture({
        source: kinesisSource(service, { name: stream }),
        folder,
        recording: RECORDING,
        request: {
          ...DEFAULT_CAPTURE,
          start: { at: 'earliest' },
          idleTimeoutMs: 5000,
          stallTimeoutMs: 300,
          ...request,
        },
        ...more,
      }),
    async close() {
      service.close();
      await simulator.close();
    },
  };
}
