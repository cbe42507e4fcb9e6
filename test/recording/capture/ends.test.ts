// What ends a recording, what of the stream is in it then, and what the service's errors come to.
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fragmentNumber, START_MS } from '../../../fixtures/connect-profile.ts';
import { fixture } from '../../../fixtures/corpus.ts';
import { DumpBuilder } from '../../../fixtures/dump-builder.ts';
import type { CaptureEvent, CaptureRequest } from '../../../src/recording/capture/request.ts';
import { contents, differences, FIRST, type Rig, scratch, splitOf, startRig, unevenCall } from './rig.ts';

const folder = scratch();
const twoContacts = fixture('two-contacts').build();
const dump = unevenCall(12, 3);
/** Fragments of 192 ms without a gap, so that times can be counted on. */
const builder = new DumpBuilder({ blocksPerFragment: 3 });
for (let i = 0; i < 8; i++) builder.add();
const steady = builder.finish().bytes;
const longer = new DumpBuilder({ blocksPerFragment: 17 });
for (let i = 0; i < 100; i++) longer.add();
const long = longer.finish().bytes;
let rig: Rig;
let count = 0;
const place = () => `${folder}/${count++}`;

beforeAll(async () => {
  rig = await startRig({
    streams: { steady, long: { dump: long, speed: 10 }, two: twoContacts.bytes, call: dump },
  });
});
afterAll(async () => {
  await rig.close();
  fs.rmSync(folder, { recursive: true });
});

describe('the end of a recording', () => {
  it.each<[string, Partial<CaptureRequest>, number]>([
    ['stop-fragment', { stopFragment: fragmentNumber(4) }, 5],
    ['end-time', { endMs: START_MS + 3 * 192, clock: 'producer' }, 3],
    ['max-duration', { maxDurationMs: 2 * 192 }, 2],
    ['idle', { idleTimeoutMs: 400 }, 8],
  ])('%s', async (endedBy, request, fragments) => {
    const report = await rig.record('steady', place(), request);
    expect(report.endedBy).toBe(endedBy);
    expect(report.contacts[0]!.fragments.count).toBe(fragments);
  });

  it('no silence but that of the stream: what came while the process was busy is heard first', async () => {
    let busy = false;
    const block = () => {
      for (const start = performance.now(); performance.now() < start + 600; );
    };
    const onEvent = (event: CaptureEvent) => {
      if (event.event === 'fragment' && !busy) setTimeout(block);
      busy ||= event.event === 'fragment';
    };
    const report = await rig.record(
      'long',
      place(),
      { start: { at: 'now' }, idleTimeoutMs: 400, maxDurationMs: 12 * 1088 },
      { onEvent },
    );
    expect(report.endedBy).toBe('max-duration');
  });

  it('another contact, whose audio is in no file', async () => {
    const own = place();
    const [first, second] = twoContacts.truth.contacts.map(({ contactId }) => contactId!);
    const report = await rig.record('two', own);
    expect(report.endedBy).toBe('contact-changed');
    expect(report.contacts.map(({ contactId }) => contactId)).toEqual([first]);
    const wanted = await splitOf(twoContacts.bytes);
    for (const name of wanted.keys()) if (name.startsWith(second!)) wanted.delete(name);
    expect(differences(contents(own), wanted)).toEqual([]);
  });

  it('a signal, after which the files are finished', async () => {
    const own = place();
    const controller = new AbortController();
    const report = await rig.record(
      'call',
      own,
      {},
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.event === 'fragment' && event.number === fragmentNumber(11)) controller.abort();
        },
      },
    );
    expect(report.endedBy).toBe('signal');
    expect(differences(contents(own), await splitOf(dump))).toEqual([]);
  });
});

describe('the fragment that is named', () => {
  it.each(['exclusive', 'inclusive'] as const)(
    'is in the recording when its number is read as %s',
    async (reading) => {
      const other = await startRig({ afterFragment: reading, streams: { call: dump } });
      try {
        const own = place();
        await other.record('call', own, {
          start: { at: 'fragment', number: FIRST },
          stopFragment: fragmentNumber(11),
        });
        expect(differences(contents(own), await splitOf(dump))).toEqual([]);
        const past = place();
        const archive = { startMs: 0, endMs: Date.now(), fallback: false };
        await other.record('call', past, { start: { at: 'fragment', number: FIRST }, archive });
        expect(differences(contents(past), await splitOf(dump))).toEqual([]);
      } finally {
        await other.close();
      }
    },
  );

  it('is missed, and said to be, where the archive is refused', async () => {
    const other = await startRig({
      streams: { call: dump },
      faults: [
        {
          kind: 'error',
          type: 'NotAuthorizedException',
          status: 401,
          operation: 'GetMediaForFragmentList',
          times: 'all',
        },
      ],
    });
    try {
      const start = { at: 'fragment', number: FIRST } as const;
      const report = await other.record('call', place(), { start, stopFragment: fragmentNumber(11) });
      expect(report.warnings.map(({ code }) => code)).toContain('truncated');
      expect(report.contacts[0]!.fragments.count).toBe(11);
    } finally {
      await other.close();
    }
  });
});

describe('errors in the stream', () => {
  const withFault = async (id: number, times: number | 'all', fragments = 3) => {
    const other = await startRig({
      streams: { call: dump },
      faults: [{ kind: 'in-band', id, fragments, times }],
    });
    try {
      const own = place();
      const report = await other.record('call', own, { stopFragment: fragmentNumber(11), retries: 4 });
      return { report, own };
    } finally {
      await other.close();
    }
  };

  it.each([3002, 5000])('%i is waited for', async (id) => {
    const { report, own } = await withFault(id, 2);
    expect(report).toMatchObject({ endedBy: 'stop-fragment', connections: 3, warnings: expect.any(Array) });
    expect(differences(contents(own), await splitOf(dump))).toEqual([]);
  });

  it('4000 in the middle is gone on with by time, and nothing is missing', async () => {
    const { report, own } = await withFault(4000, 1);
    expect(report.endedBy).toBe('stop-fragment');
    expect(report.warnings.map(({ code }) => code)).not.toContain('truncated');
    expect(differences(contents(own), await splitOf(dump))).toEqual([]);
  });

  it('4500 ends it, and names the permission', async () => {
    const { report } = await withFault(4500, 'all');
    expect(report.endedBy).toBe('service-error');
    expect(report.warnings.find(({ code }) => code === 'service-error')!.message).toContain('kms:Decrypt');
    expect(report.contacts[0]!.fragments.count).toBe(3);
  });

  it('4500 before any audio is the error', async () => {
    await expect(withFault(4500, 'all', 0)).rejects.toMatchObject({ code: 'kms' });
  });

  it('4000 for a fragment that is gone says what to start from', async () => {
    const start = { at: 'fragment', number: '9' } as const;
    await expect(rig.record('call', place(), { start })).rejects.toMatchObject({
      code: 'fragment-not-found',
      hint: expect.stringContaining('--start earliest'),
    });
  });
});

describe('errors of requests', () => {
  it.each([
    ['ResourceNotFoundException', 404, 'aws-not-found'],
    ['NotAuthorizedException', 401, 'aws-access-denied'],
    ['AccessDeniedException', 403, 'aws-access-denied'],
    ['ExpiredTokenException', 403, 'aws-expired-credentials'],
  ])('%s is one clear error, and leaves nothing behind', async (type, status, code) => {
    const other = await startRig({
      streams: { call: dump },
      faults: [{ kind: 'error', type, status, operation: 'GetMedia', times: 'all' }],
    });
    try {
      const own = place();
      await expect(other.record('call', own)).rejects.toMatchObject({ code });
      expect(fs.existsSync(own) ? fs.readdirSync(own) : []).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('throttling and credentials that were renewed cost nothing but time', async () => {
    const other = await startRig({
      streams: { call: dump },
      faults: [
        { kind: 'error', type: 'ClientLimitExceededException', status: 400, operation: 'GetMedia', times: 2 },
        { kind: 'error', type: 'ExpiredTokenException', status: 403, operation: 'GetMedia', nth: 3 },
      ],
    });
    try {
      const own = place();
      await other.record('call', own, { stopFragment: fragmentNumber(11) });
      expect(differences(contents(own), await splitOf(dump))).toEqual([]);
    } finally {
      await other.close();
    }
  });
});
