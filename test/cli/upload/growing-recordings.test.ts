// Uploads of recordings that go on, at the moment when they end.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDestination } from '../../../src/aws/s3/object-key.ts';
import { GrowingRecordings } from '../../../src/cli/upload/growing-recordings.ts';
import { planUploads, type UploadOptions } from '../../../src/cli/upload/upload-files.ts';
import type { CaptureState } from '../../../src/recording/capture/capture-state.ts';
import { useS3 } from '../../aws/s3/s3-server.ts';

const BYTES = 11 * 2 ** 20;
const NAME = 'call_20240918T164128724Z_STEREO.wav';

const s3 = useS3();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kvsrec-growing-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a recording that ends while its multipart upload is being begun leaves none behind', async () => {
  const content = Buffer.alloc(BYTES, 7);
  writeFileSync(join(folder, NAME), content);
  const file = {
    path: NAME,
    temporary: '.unfinished',
    size: BYTES,
    layout: 'stereo',
    direction: 'both',
    wav: { sampleRate: 8000 },
  };
  const open = { contactId: 'call', originNs: '1726677688724000000', files: { files: [file] } };
  const state = { engine: { contacts: [{ open }] } } as unknown as CaptureState;
  const options: UploadOptions = {
    aws: {},
    storage: {},
    destination: parseDestination('s3://calls/live/'),
    overwrite: false,
    deleteLocal: false,
    jobs: 1,
  };
  let answer = () => {};
  const held = new Promise<undefined>((resolve) => {
    answer = () => resolve(undefined);
  });
  const asked = new Promise<void>((seen) => {
    s3.server.fault = ({ operation }) => {
      if (operation !== 'CreateMultipartUpload') return undefined;
      seen();
      return held;
    };
  });
  const growing = new GrowingRecordings(
    folder,
    options,
    async () => s3.client,
    () => {},
  );
  growing.follow(state);
  await asked;
  const facts = { contactId: 'call', startMs: null, what: null, direction: null, layout: null } as const;
  const [planned] = await planUploads([{ path: join(folder, NAME), name: NAME, facts }], options);
  const completing = growing.complete(join(folder, NAME), planned!.target, BYTES);
  answer();
  expect(await completing).toMatchObject({ status: 'uploaded', bytes: BYTES, verified: true });
  expect(s3.server.object('calls', `live/${NAME}`)?.equals(content)).toBe(true);
  expect(s3.server.openUploads(`live/${NAME}`)).toEqual([]);
});
