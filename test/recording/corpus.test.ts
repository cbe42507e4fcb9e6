// Every fixture gives exactly what its builder says, which never looks at a decoder.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ContactTruth, corpus } from '../../fixtures/corpus.ts';
import { parseWavHeader } from '../../src/audio/wav.ts';
import { inspectSource } from '../../src/recording/inspect.ts';
import { splitSource } from '../../src/recording/split.ts';
import { type ContactReport, DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { memorySource } from './memory-source.ts';

function readWav(file: string): Int16Array {
  const bytes = fs.readFileSync(file);
  const header = parseWavHeader(bytes)!;
  expect(header.dataOffset + header.dataBytes).toBe(bytes.length);
  return new Int16Array(
    bytes.buffer.slice(bytes.byteOffset + header.dataOffset, bytes.byteOffset + bytes.length),
  );
}

/** Samples that must be equal: all of them, but for what was damaged. */
function expectAudio(found: Int16Array | undefined, wanted: Int16Array, truth: ContactTruth): void {
  expect(found).toBeDefined();
  const loose = truth.looseRanges;
  const open = loose.some(({ end }) => end === null);
  if (!open) expect(found!.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    if (loose.some(({ start, end }) => i >= start && (end === null || i < end))) continue;
    if (found![i] !== wanted[i]) expect.fail(`sample ${i}: found ${found![i]}, wanted ${wanted[i]}`);
  }
}

describe.each(corpus.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  it(fixture.proves, async () => {
    const { bytes, truth } = fixture.build();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-corpus-'));
    try {
      let report: Awaited<ReturnType<typeof splitSource>>;
      try {
        report = await splitSource(memorySource(bytes), folder, {
          ...DEFAULT_RECORDING_OPTIONS,
          digest: true,
        });
      } catch (error) {
        expect(truth.contacts).toEqual([]);
        expect((error as { code: string }).code).toBe('no-audio-track');
        return;
      }
      const codes = new Set(report.warnings.map(({ code }) => code));
      for (const code of truth.warningCodes) expect(codes, `a warning ${code}`).toContain(code);
      for (const code of codes) expect([...truth.warningCodes, ...truth.mayWarn]).toContain(code);
      expect(report.contacts.map(({ contactId }) => contactId)).toEqual(
        truth.contacts.map(({ contactId }) => contactId),
      );
      for (const [index, contact] of truth.contacts.entries()) {
        const found = report.contacts[index] as ContactReport;
        expect(found.start).toBe(new Date(contact.startMs).toISOString());
        expect(found.fragments.duplicates).toBe(contact.duplicates);
        if (!truth.damaged) expect(found.fragments.count).toBe(contact.fragments);
        if (truth.aac !== undefined) {
          const aac = fs.readFileSync(found.files[0]!.path);
          let at = 0;
          for (const frame of truth.aac.frames) {
            expect(aac.subarray(at + 7, at + 7 + frame.length).equals(frame)).toBe(true);
            at += 7 + frame.length;
          }
          expect(at).toBe(aac.length);
          continue;
        }
        for (const direction of ['from', 'to', 'unknown'] as const) {
          const wanted = contact[direction];
          const file = found.files.find((candidate) => candidate.direction === direction);
          if (wanted === undefined) expect(file).toBeUndefined();
          else expectAudio(file && readWav(file.path), wanted, contact);
        }
      }
      if (truth.serviceErrorId !== undefined) {
        expect(report.warnings.map(({ errorId }) => errorId)).toContain(truth.serviceErrorId);
      }
      if (truth.structure !== undefined) {
        expect(await inspectSource(memorySource(bytes), {})).toMatchObject(truth.structure);
      }
      expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
