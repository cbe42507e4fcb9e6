// A finished file gets its name, and takes nobody else's, also where the file system has no links.
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { writeTranscript } from '../../src/cli/transcribe/outputs.ts';
import { FileWriter } from '../../src/recording/file-writer.ts';
import { scratchDirectory } from '../cli/run-cli.ts';

afterEach(() => vi.restoreAllMocks());

/** As FAT, exFAT and many network file systems answer. */
function withoutLinks(): void {
  vi.spyOn(fs, 'linkSync').mockImplementation(() => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  });
}

test.each(['with links', 'without links'])('%s: what has come into being meanwhile stays', (links) => {
  if (links === 'without links') withoutLinks();
  const file = path.join(scratchDirectory(), 'call.wav');
  const refused = new FileWriter(file, { overwrite: false });
  refused.append(Buffer.from('ours'));
  fs.writeFileSync(file, 'somebody else’s');
  expect(() => refused.finish()).toThrow(expect.objectContaining({ code: 'file-exists' }));
  expect(fs.readFileSync(file, 'utf8')).toBe('somebody else’s');
  expect(fs.readFileSync(refused.temporary, 'utf8')).toBe('ours');
  fs.rmSync(file);
  refused.discard();
  const fine = new FileWriter(file, { overwrite: false });
  fine.append(Buffer.from('ours'));
  fine.finish();
  expect(fs.readFileSync(file, 'utf8')).toBe('ours');
  expect(fs.readdirSync(path.dirname(file))).toEqual(['call.wav']);
});

test('a transcript replaces nothing that has come into being meanwhile, and is not lost', async () => {
  const folder = scratchDirectory();
  const file = { path: path.join(folder, 'call.txt'), format: 'text' as const };
  const transcript = { contactId: null, start: null, durationMs: 0, segments: [], categories: [] };
  fs.writeFileSync(file.path, 'somebody else’s');
  const error = await writeTranscript(file, transcript, false).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'file-exists' });
  expect(fs.readFileSync(file.path, 'utf8')).toBe('somebody else’s');
  const [kept] = fs.readdirSync(folder).filter((name) => name.endsWith('.part'));
  expect(error.hint).toContain(path.join(folder, kept!));
  await writeTranscript(file, transcript, true);
  expect(fs.readFileSync(file.path, 'utf8')).toBe(fs.readFileSync(path.join(folder, kept!), 'utf8'));
});
