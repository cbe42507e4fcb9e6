// Uploads while they grow, against an S3 server on loopback that fails as it is told.

import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { crc32 } from '../../../src/aws/s3/crc32.ts';
import { type FinalHead, GrowingUpload } from '../../../src/aws/s3/growing-upload.ts';
import type { ObjectTarget } from '../../../src/aws/s3/object-target.ts';
import { PART_BYTES } from '../../../src/aws/s3/part-plan.ts';
import { PartSlots } from '../../../src/aws/s3/part-slots.ts';
import { StreamedUpload } from '../../../src/aws/s3/streamed-upload.ts';
import { useS3 } from './s3-server.ts';

const MIB = 2 ** 20;
const HEAD: FinalHead = { bytes: Buffer.alloc(44, 'h'), replaces: 44 };
/** An RF64 header is longer than the one whose place it takes. */
const LONG_HEAD: FinalHead = { bytes: Buffer.alloc(80, 'H'), replaces: 44 };
const noise = randomFillSync(Buffer.alloc(24 * MIB));

const s3 = useS3({ attempts: 2, firstWaitMs: 1 });
let keys = 0;

const target = (more: Partial<ObjectTarget> = {}): ObjectTarget => ({
  bucket: 'calls',
  key: `growing/${++keys}.wav`,
  contentType: 'audio/wav',
  metadata: { 'contact-id': 'c-1' },
  ...more,
});
const read = (offset: number, length: number) => noise.subarray(offset, offset + length);
const stored = ({ key }: ObjectTarget) => s3.server.object('calls', key);
const whole = (size: number, head?: FinalHead) =>
  head ? Buffer.concat([head.bytes, noise.subarray(head.replaces, size)]) : noise.subarray(0, size);

describe('with a file to read from', () => {
  test.each([
    ['shorter than a part', 3 * MIB, ['PutObject']],
    ['exactly a part', PART_BYTES, ['PutObject']],
    [
      'a part and a byte',
      PART_BYTES + 1,
      ['CreateMultipartUpload', 'UploadPart', 'UploadPart', 'CompleteMultipartUpload'],
    ],
    [
      'exactly two parts',
      2 * PART_BYTES,
      ['CreateMultipartUpload', 'UploadPart', 'UploadPart', 'CompleteMultipartUpload'],
    ],
  ])('%s', async (_name, size, operations) => {
    const at = target();
    const upload = new GrowingUpload(s3.client, at, read);
    await upload.advance(size);
    const object = await upload.complete(size, HEAD);
    expect(stored(at)?.equals(whole(size, HEAD))).toBe(true);
    expect(object).toMatchObject({ bucket: 'calls', key: at.key, bytes: size, verified: true });
    expect(s3.server.operations()).toEqual(operations);
    expect(s3.server.openUploads(at.key)).toEqual([]);
  });

  test('the first part goes last, with a head of another length; every byte goes once', async () => {
    const at = target();
    const upload = new GrowingUpload(s3.client, at, read);
    for (let settled = MIB; settled <= 18 * MIB; settled += MIB) await upload.advance(settled);
    const object = await upload.complete(18 * MIB, LONG_HEAD);
    expect(object.bytes).toBe(18 * MIB + 36);
    expect(stored(at)?.equals(whole(18 * MIB, LONG_HEAD))).toBe(true);
    const parts = s3.server.requests.filter(({ operation }) => operation === 'UploadPart');
    expect(parts.at(-1)?.query.get('partNumber')).toBe('1');
    expect(parts.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)).toBe(18 * MIB + 36);
    const begun = s3.server.requests.find(({ operation }) => operation === 'CreateMultipartUpload');
    expect(begun?.headers).toMatchObject({ 'content-type': 'audio/wav', 'x-amz-meta-contact-id': 'c-1' });
  });

  test('any advances, any changes and any restarts give the same object', async () => {
    const step = fc.record({
      grow: fc.integer({ min: 0, max: 7 * MIB }),
      next: fc.constantFrom('nothing', 'restart', 'change', 'await'),
      where: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, long) => {
        const at = target();
        const file = Buffer.from(noise);
        const readFile = (offset: number, length: number) => file.subarray(offset, offset + length);
        let upload = new GrowingUpload(s3.client, at, readFile);
        let size = 0;
        for (const { grow, next, where } of steps) {
          size = Math.min(file.length, size + grow);
          const advanced = upload.advance(size);
          if (next === 'await') await advanced;
          else if (next === 'change') {
            const offset = Math.floor(where * size);
            file.fill('c', offset, offset + 1000);
            upload.invalidate(offset, 1000);
          } else if (next === 'restart') {
            // The other process knows nothing but what was written down; the old one's parts may still arrive.
            const state = JSON.parse(JSON.stringify(upload.state()));
            upload = await GrowingUpload.resume(s3.client, state, readFile);
          }
        }
        const head = long ? LONG_HEAD : HEAD;
        size = Math.max(size, 44);
        await upload.complete(size, head);
        expect(stored(at)?.equals(Buffer.concat([head.bytes, file.subarray(44, size)]))).toBe(true);
      }),
      { numRuns: 8 },
    );
  });

  test('parts are compared with the file before there is an object; those that differ go again', async () => {
    const at = target({ onlyIfAbsent: true });
    const file = Buffer.from(noise);
    const readFile = (offset: number, length: number) => file.subarray(offset, offset + length);
    const upload = new GrowingUpload(s3.client, at, readFile);
    await upload.advance(18 * MIB);
    await upload.flush();
    // Nobody says so.
    file.fill('c', 11 * MIB, 11 * MIB + 2);
    await upload.recheck(async (start, end) => crc32(file.subarray(start, end)));
    await upload.complete(18 * MIB);
    expect(stored(at)?.equals(file.subarray(0, 18 * MIB))).toBe(true);
    const parts = s3.server.requests
      .filter(({ operation }) => operation === 'UploadPart')
      .map(({ query }) => query.get('partNumber'));
    expect(parts.sort()).toEqual(['1', '2', '3', '3', '4']);
  });

  test('a failing S3 stops nothing; what is unsent is told, and sent in the end', async () => {
    const at = target();
    const problems: string[] = [];
    const upload = new GrowingUpload(s3.client, at, read, {
      onProblem: (error) => problems.push((error as { code?: string }).code ?? ''),
    });
    s3.server.fault = ({ operation }) =>
      operation === 'UploadPart' ? { status: 503, code: 'SlowDown' } : undefined;
    await upload.advance(11 * MIB);
    await vi.waitFor(() => expect(problems).toEqual(['aws-throttled']), { timeout: 20_000 });
    await upload.advance(16 * MIB);
    expect(upload.backlog()).toMatchObject({ bytes: 10 * MIB, problem: { code: 'aws-throttled' } });
    await expect(upload.complete(16 * MIB, HEAD)).rejects.toMatchObject({ code: 'aws-throttled' });
    expect(stored(at)).toBeNull();
    s3.server.fault = () => undefined;
    await upload.complete(16 * MIB, HEAD);
    expect(stored(at)?.equals(whole(16 * MIB, HEAD))).toBe(true);
  });

  test('connections that break and answers that get lost', async () => {
    const at = target({ onlyIfAbsent: true });
    let turn = 0;
    s3.server.fault = ({ operation }) =>
      operation === 'CompleteMultipartUpload'
        ? turn++ === 0
          ? 'cut-after'
          : undefined
        : turn++ % 3 === 0
          ? 'cut-before'
          : turn % 5 === 0
            ? { status: 500, code: 'InternalError' }
            : undefined;
    const upload = new GrowingUpload(s3.client, at, read);
    await upload.advance(12 * MIB);
    await upload.flush();
    turn = 0;
    s3.server.fault = ({ operation }) =>
      operation === 'CompleteMultipartUpload' && turn++ === 0 ? 'cut-after' : undefined;
    await upload.complete(12 * MIB, HEAD);
    expect(stored(at)?.equals(whole(12 * MIB, HEAD))).toBe(true);
  });

  test('an upload that somebody has aborted meanwhile begins again', async () => {
    const at = target();
    const upload = new GrowingUpload(s3.client, at, read);
    await upload.advance(11 * MIB);
    await upload.flush();
    const { uploadId } = upload.state();
    await fetch(`${s3.server.url}/calls/${at.key}?uploadId=${uploadId}`, { method: 'DELETE' });
    await upload.complete(11 * MIB, HEAD);
    expect(stored(at)?.equals(whole(11 * MIB, HEAD))).toBe(true);
    expect(s3.server.openUploads(at.key)).toEqual([]);
  });

  test('a file that became shorter', async () => {
    for (const size of [11 * MIB, 2 * MIB]) {
      const at = target();
      const upload = new GrowingUpload(s3.client, at, read);
      await upload.advance(21 * MIB);
      await upload.flush();
      await upload.complete(size, HEAD);
      expect(stored(at)?.equals(whole(size, HEAD))).toBe(true);
      expect(s3.server.openUploads(at.key)).toEqual([]);
    }
  });

  test('abort leaves nothing, not even of parts that are on their way', async () => {
    const at = target();
    const upload = new GrowingUpload(s3.client, at, read);
    void upload.advance(21 * MIB);
    await vi.waitFor(() => expect(s3.server.openUploads(at.key)).toHaveLength(1));
    await upload.abort();
    expect(s3.server.openUploads(at.key)).toEqual([]);
    expect(stored(at)).toBeNull();
  });

  test('an object that is there is not replaced where that is not wanted', async () => {
    for (const size of [MIB, 6 * MIB]) {
      const at = target({ onlyIfAbsent: true });
      await new GrowingUpload(s3.client, at, read).complete(size, HEAD);
      const again = new GrowingUpload(s3.client, at, read);
      await expect(again.complete(size, LONG_HEAD)).rejects.toMatchObject({ code: 'object-exists' });
      await again.abort();
      // The same bytes once more are no conflict.
      await new GrowingUpload(s3.client, at, read).complete(size, HEAD);
      expect(stored(at)?.equals(whole(size, HEAD))).toBe(true);
    }
  });

  test('shared slots bound what is in memory', async () => {
    let [held, most] = [0, 0];
    const slots = new PartSlots(1);
    s3.server.fault = ({ operation }) => {
      if (operation === 'UploadPart') held--;
      return undefined;
    };
    const counted = (offset: number, length: number) => {
      most = Math.max(most, ++held);
      return read(offset, length);
    };
    const uploads = [target(), target(), target()].map(
      (at) => new GrowingUpload(s3.client, at, counted, { slots }),
    );
    await Promise.all(uploads.map((upload) => upload.complete(11 * MIB, HEAD)));
    expect(most).toBe(1);
  });
});

describe('without a file', () => {
  test('handed from process to process', async () => {
    const at = target();
    let upload = StreamedUpload.begin(s3.client, at);
    const size = 17 * MIB + 123;
    let most = 0;
    for (let offset = 0, turn = 0; offset < size; turn++) {
      const end = Math.min(size, offset + 300_001);
      await upload.append(noise.subarray(offset, end));
      offset = end;
      if (turn % 20 !== 19) continue;
      if (turn % 40 === 39) await upload.flush();
      const { upload: state, first, tail, tailStart } = upload.state();
      most = Math.max(most, first.length + tail.length);
      upload = await StreamedUpload.resume(s3.client, {
        upload: JSON.parse(JSON.stringify(state)),
        first,
        tail,
        tailStart,
      });
      expect(upload.length).toBe(end);
    }
    await upload.complete(LONG_HEAD);
    expect(stored(at)?.equals(whole(size, LONG_HEAD))).toBe(true);
    expect(most).toBeLessThan(20 * MIB);
  });

  test('shorter than a part', async () => {
    const at = target();
    const upload = StreamedUpload.begin(s3.client, at);
    await upload.append(noise.subarray(0, 1000));
    await upload.complete(HEAD);
    expect(stored(at)?.equals(whole(1000, HEAD))).toBe(true);
    expect(s3.server.operations()).toEqual(['PutObject']);
  });

  test('a service that takes nothing is an error before memory runs out', async () => {
    const upload = StreamedUpload.begin(s3.client, target());
    s3.server.fault = ({ operation }) =>
      operation === 'UploadPart' ? { status: 403, code: 'AccessDenied' } : undefined;
    const fill = async () => {
      for (let turn = 0; turn < 60; turn++) await upload.append(noise.subarray(0, MIB));
    };
    await expect(fill()).rejects.toMatchObject({ code: 'aws-access-denied' });
    s3.server.fault = () => undefined;
    await upload.abort();
  });

  test('parts that nobody holds any more cannot be sent again', async () => {
    const at = target();
    const upload = StreamedUpload.begin(s3.client, at);
    await upload.append(noise.subarray(0, 12 * MIB));
    await upload.flush();
    const state = upload.state();
    await upload.abort();
    await expect(StreamedUpload.resume(s3.client, state)).rejects.toMatchObject({ code: 'upload-lost' });
  });
});
