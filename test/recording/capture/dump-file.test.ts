// The dump that is kept of a recording, before anything of it is audio.
import fs from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { START_MS } from '../../../fixtures/connect-profile.ts';
import { DumpFile } from '../../../src/recording/capture/dump-file.ts';
import { contents, scratch } from './rig.ts';

it('a stream that brings no audio goes to the file when it is too much for memory', () => {
  const folder = scratch();
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const dump = new DumpFile(folder, { overwrite: false });
  const mebibytes = Array.from({ length: 12 }, (_, i) => Buffer.alloc(2 ** 20, i));
  for (const [i, bytes] of mebibytes.entries()) {
    dump.add([bytes], START_MS + 1000 * i, { contactId: null, startMs: undefined });
  }
  expect(dump.state?.size).toBe(12 * 2 ** 20);
  expect(dump.state?.path).toBe('unknown_20240918T164128724Z.mkv');
  dump.finish();
  expect(contents(folder).get('unknown_20240918T164128724Z.mkv')?.equals(Buffer.concat(mebibytes))).toBe(
    true,
  );
});

it('what comes before the first audio has the name that the audio tells', () => {
  const folder = scratch();
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const dump = new DumpFile(folder, { overwrite: false });
  dump.add([Buffer.from('a')], START_MS, { contactId: 'c', startMs: undefined });
  expect(dump.state).toBeUndefined();
  dump.add([Buffer.from('b')], START_MS + 1000, { contactId: 'c', startMs: START_MS + 1000 });
  dump.finish();
  expect([...contents(folder)].map(([name, bytes]) => [name, String(bytes)])).toEqual([
    ['c_20240918T164129724Z.mkv', 'ab'],
  ]);
});
