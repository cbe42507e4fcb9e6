// The call's report: from the downloaded recordings and the words in the tables; its timeline shows where the
// connection was cut.

import path from 'node:path';
import type { CallMarks } from '../src/recording/call-marks.ts';
import type { ContactReport } from '../src/recording/types.ts';
import { reportRecording } from '../src/report/report-recording.ts';
import { DUMP } from './call.ts';
import type { Said } from './live-words.ts';

export interface ReportFacts {
  contact: ContactReport;
  /** Of the dump: where its fragments begin. */
  marks: CallMarks;
  /** Fragments that came whole before the connection was cut. */
  fragmentsBefore: number;
  said: readonly Said[];
}

/** How the timeline tells of it. */
export const CUT_TEXT = 'The connection was cut; the stream was asked for again from here.';

/** Writes `report.html` and `report.png` into `folder`. Answers their paths. */
export async function writeCallReport(
  folder: string,
  recordings: readonly string[],
  { contact, marks, fragmentsBefore, said }: ReportFacts,
): Promise<string[]> {
  const asDownloaded = contact.files.map((file) => ({
    ...file,
    path: recordings.find((each) => path.basename(each) === path.basename(file.path)) ?? file.path,
  }));
  const cut = {
    kind: 'reconnect' as const,
    startMs: marks.fragments[fragmentsBefore]?.startMs ?? 0,
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
