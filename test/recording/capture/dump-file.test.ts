// The dump that is kept of a recording: every fragment of it, once, and none of anybody else.
import fs from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  buildFragment,
  contactTags,
  continuationTags,
  fragmentNumber,
  START_MS,
  serviceTags,
  TRACKS,
} from '../../../fixtures/connect-profile.ts';
import { type CaptureOptions, capture } from '../../../src/recording/capture/capture.ts';
import { CheckpointFile, findCheckpoints, takeOver } from '../../../src/recording/capture/checkpoint-file.ts';
import { DumpFile } from '../../../src/recording/capture/dump-file.ts';
import type { MediaSource } from '../../../src/recording/capture/media-source.ts';
import {
  type CaptureReport,
  type CaptureRequest,
  DEFAULT_CAPTURE,
} from '../../../src/recording/capture/request.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../../src/recording/types.ts';
import { contents, scratch } from './rig.ts';
import { SAMPLES, SILENT, scripted, second } from './scripted-source.ts';

function folderForTest(): string {
  const folder = scratch();
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

function record(
  source: MediaSource,
  folder: string,
  request: Partial<CaptureRequest> = {},
  more: Partial<CaptureOptions> = {},
): Promise<CaptureReport> {
  return capture({
    source,
    folder,
    saveMkv: true,
    recording: DEFAULT_RECORDING_OPTIONS,
    request: {
      ...DEFAULT_CAPTURE,
      start: { at: 'earliest' },
      idleTimeoutMs: 10_000,
      stallTimeoutMs: 5000,
      ...request,
    },
    ...more,
  });
}

const dumpOf = ({ dump }: CaptureReport): Buffer | undefined => dump && fs.readFileSync(dump.path);

/** A second of a picture, of the stream's nth fragment. */
function video(index: number): Buffer {
  const number = fragmentNumber(index);
  const startMs = START_MS + 1000 * index;
  const bytes = buildFragment({
    tracks: [{ number: 1, name: 'camera', codecId: 'V_MPEG4/ISO/AVC' }],
    tagsBefore: [serviceTags(number, startMs), ...contactTags()],
    clusters: [{ timestamp: startMs, blocks: [{ track: 1, timecode: 0, frames: [Buffer.alloc(1000, 7)] }] }],
    tagsAfter: [continuationTags(number)],
  });
  // TrackType: audio, as the builder has it, becomes video.
  bytes[bytes.indexOf(Buffer.from([0x83, 0x81, 2])) + 2] = 1;
  return bytes;
}

/** A second whose two Clusters say only behind the last of them whose they are. */
function lateNamed(index: number, contactId: string): Buffer {
  const number = fragmentNumber(index);
  const startMs = START_MS + 1000 * index;
  return buildFragment({
    tagsBefore: [serviceTags(number, startMs)],
    clusters: [0, 500].map((ms) => ({
      timestamp: startMs + ms,
      blocks: TRACKS.map((track) => ({
        track: track.number,
        timecode: 0,
        frames: [Buffer.alloc(SAMPLES, track.number)],
      })),
    })),
    tagsAfter: [...contactTags(contactId), continuationTags(number)],
  });
}

describe('the name of the file', () => {
  it('is for its own first fragment where the stream brings no audio', () => {
    const folder = folderForTest();
    const dump = new DumpFile(folder, { overwrite: false });
    const mebibytes = Array.from({ length: 3 }, (_, i) => Buffer.alloc(2 ** 20, i));
    for (const [i, bytes] of mebibytes.entries()) {
      dump.add([bytes], START_MS + 1000 * i, { contactId: null, startMs: undefined });
    }
    dump.finish();
    expect(contents(folder).get('unknown_20240918T164128724Z.mkv')?.equals(Buffer.concat(mebibytes))).toBe(
      true,
    );
  });

  it('is that which the first audio tells, whatever came before it', () => {
    const folder = folderForTest();
    fs.writeFileSync(`${folder}/c_20240918T164128724Z.mkv`, 'of another call');
    const dump = new DumpFile(folder, { overwrite: false });
    dump.add([Buffer.from('a')], START_MS, { contactId: 'c', startMs: undefined });
    dump.add([Buffer.from('b')], START_MS + 1000, { contactId: 'c', startMs: START_MS + 1000 });
    dump.finish();
    expect([...contents(folder)].map(([name, bytes]) => [name, String(bytes)])).toEqual([
      ['c_20240918T164128724Z.mkv', 'of another call'],
      ['c_20240918T164129724Z.mkv', 'ab'],
    ]);
  });

  it('is nobody else’s', () => {
    const folder = folderForTest();
    fs.writeFileSync(`${folder}/c_20240918T164129724Z.mkv`, 'of another call');
    const dump = new DumpFile(folder, { overwrite: false });
    dump.add([Buffer.from('a')], START_MS, { contactId: 'c', startMs: undefined });
    expect(() => dump.name({ contactId: 'c', startMs: START_MS + 1000 })).toThrow(
      expect.objectContaining({ code: 'file-exists' }),
    );
    dump.discard();
  });
});

describe('what came before the first audio', () => {
  const fragments = [video(0), video(1), second(2), second(3)];

  it('is in the dump although the process was killed before there was any', async () => {
    const folder = folderForTest();
    const left = folderForTest();
    const stop = new AbortController();
    const store = new CheckpointFile(folder, null, true);
    // What a kill leaves: the folder as it is when the second fragment has been put on record.
    const copied = {
      token: store.token,
      save: (...saved: Parameters<CheckpointFile['save']>) => {
        store.save(...saved);
        const { position, endedBy } = saved[0];
        if (position?.number !== fragmentNumber(1) || endedBy !== undefined) return;
        fs.cpSync(folder, left, { recursive: true });
        stop.abort();
      },
      remove: () => store.remove(),
    };
    await record(
      scripted([[fragments[0]!, fragments[1]!, SILENT]]),
      folder,
      {},
      {
        store: copied,
        signal: stop.signal,
      },
    );
    const unfinished = takeOver(findCheckpoints(left)[0]!);
    const rest = scripted([fragments]);
    const report = await record(
      rest,
      left,
      { stopFragment: fragmentNumber(3) },
      { store: unfinished.store, state: unfinished.state },
    );
    expect(rest.starts).toEqual([{ at: 'fragment', number: fragmentNumber(1) }]);
    expect(dumpOf(report)?.equals(Buffer.concat(fragments))).toBe(true);
    expect(report.dump!.path).toMatch(/_20240918T164130724Z\.mkv$/);
    expect([...contents(left).keys()].filter((name) => !/\.(wav|mkv)$/.test(name))).toEqual([]);
  });
});

it('a recording of one fragment that nothing bears out has its dump', async () => {
  const number = fragmentNumber(0);
  const only = buildFragment({
    tagsBefore: [serviceTags(number, START_MS + 5000), ...contactTags()],
    clusters: [
      { timestamp: START_MS, blocks: [{ track: 1, timecode: 0, frames: [Buffer.alloc(2 * SAMPLES, 1)] }] },
    ],
    tagsAfter: [continuationTags(number)],
  });
  const report = await record(scripted([[only]]), folderForTest(), { stopFragment: number });
  expect(report.contacts).toHaveLength(1);
  expect(dumpOf(report)?.equals(only)).toBe(true);
});

it('Clusters that are named behind the last one of their Segment are in the dump of nobody else', async () => {
  const fragments = ['x', 'ours', 'ours', 'next', 'next'].map((id, i) => lateNamed(i, id));
  const report = await record(
    scripted([fragments]),
    folderForTest(),
    {},
    {
      recording: { ...DEFAULT_RECORDING_OPTIONS, contactId: 'ours' },
    },
  );
  expect(report.endedBy).toBe('contact-changed');
  expect(dumpOf(report)?.equals(Buffer.concat(fragments.slice(1, 3)))).toBe(true);
});

it('what comes again on the way is in the dump once, and is not where the stream is gone on with', async () => {
  const fragments = [0, 1, 2, 3].map((index) => second(index));
  const [a, b, c, d] = fragments;
  const source = scripted([[a!, b!, c!, a!, b!], [d!]]);
  const report = await record(source, folderForTest(), { stopFragment: fragmentNumber(3) });
  expect(source.starts).toEqual([{ at: 'earliest' }, { at: 'fragment', number: fragmentNumber(2) }]);
  expect(report.contacts[0]!.fragments).toMatchObject({ count: 4, duplicates: 2 });
  expect(dumpOf(report)?.equals(Buffer.concat(fragments))).toBe(true);
});
