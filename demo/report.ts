// The call's report: from the downloaded recordings and the words in the tables; its timeline shows where the
// connection was cut.

import path from 'node:path';
import { KvsrecError } from '../src/errors.ts';
import type { CallMarks } from '../src/recording/call-marks.ts';
import type { ContactReport } from '../src/recording/types.ts';
import { reportRecording } from '../src/report/report-recording.ts';
import { DUMP } from './call.ts';
import type { Said } from './live-words.ts';

export interface ReportFacts {
  contact: ContactReport;
  /** Of the dump: where its fragments begin. */
  marks: CallMarks;
  /** Number of the last fragment that came whole before the connection was cut. */
  lastWhole: string | null;
  said: readonly Said[];
}

/** How the timeline tells of it. */
export const CUT_TEXT = 'The connection was cut; the stream was asked for again from here.';

/** Writes `report.html` and `report.png` into `folder`. Answers their paths. */
export async function writeCallReport(
  folder: string,
  recordings: readonly string[],
  { contact, marks, lastWhole, said }: ReportFacts,
): Promise<string[]> {
  const asDownloaded = contact.files.map((file) => ({
    ...file,
    path: recordings.find((each) => path.basename(each) === path.basename(file.path)) ?? file.path,
  }));
  const index = marks.fragments.findIndex(({ number }) => number === lastWhole);
  if (index < 0) {
    throw new KvsrecError(
      'demo-check-failed',
      `the dump has no fragment ${lastWhole}, after which record asked`,
    );
  }
  const cut = {
    kind: 'reconnect' as const,
    startMs: marks.fragments[index + 1]?.startMs ?? contact.durationMs,
    durationMs: 0,
    text: CUT_TEXT,
  };
  const transcript = said.map(({ direction, StartTime, EndTime, Transcript, IsPartial }) => ({
    direction,
    startMs: StartTime * 1000,
    endMs: EndTime * 1000,
    text: Transcript,
    partial: IsPartial,
    words: [],
  }));
  const files = await reportRecording(
    { ...contact, files: asDownloaded },
    {
      marks: { ...marks, marks: [...marks.marks, cut] },
      warnings: [],
      source: path.basename(DUMP),
      transcript,
    },
    { base: path.join(folder, 'report'), audio: 'embed', png: true, overwrite: true },
  );
  return files.map((file) => file.path);
}
