// Reports of the corpus' calls, for tests to look at.

import { readFileSync } from 'node:fs';
import { demoTranscript } from '../../fixtures/corpus/demo.ts';
import { fixture } from '../../fixtures/corpus.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { reportSource, type SourceReportOptions } from '../../src/report/report-source.ts';
import { parseTranscript } from '../../src/report/transcript-file.ts';
import { memorySource } from '../recording/memory-source.ts';

export const TRANSCRIPT = parseTranscript(JSON.parse(demoTranscript()), 'demo-call.json');

/** Reports on a dump, by the name of its fixture or as bytes, into `folder`. */
export async function makeReport(
  folder: string,
  dump: string | Uint8Array,
  options: Partial<SourceReportOptions> = {},
) {
  const bytes = typeof dump === 'string' ? fixture(dump).build().bytes : dump;
  const result = await reportSource({ ...memorySource(bytes), name: 'call.mkv' }, folder, {
    recording: DEFAULT_RECORDING_OPTIONS,
    transcript: null,
    audio: 'auto',
    png: false,
    ...options,
  });
  const files = result.contacts.flatMap(({ report }) => report ?? []);
  const page = files.find(({ kind }) => kind === 'page')!.path;
  return { result, files, page, text: readFileSync(page, 'utf8') };
}
