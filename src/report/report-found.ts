// The report of a recording that is there as WAV files, of which nothing is known but their names.
import path from 'node:path';
import { safePart } from '../recording/file-name.ts';
import type { ReportFile } from '../recording/types.ts';
import { Lanes } from './lanes.ts';
import type { FoundRecording } from './recordings.ts';
import { reportName } from './report-source.ts';
import { type ReportTranscript, segmentsFor } from './transcript-file.ts';
import { type ReportOptions, writeReport } from './write-report.ts';

/** In the shape of a split's report, with what a recording does not tell left out. */
export interface FoundReport {
  input: string;
  contacts: { contactId: string | null; start: string | null; durationMs: number; report: ReportFile[] }[];
  warnings: never[];
}

export interface FoundReportOptions extends Omit<ReportOptions, 'base'> {
  transcript: ReportTranscript | null;
  /** False where other recordings are shown with the same transcript: one that names no contact may be of theirs. */
  alone?: boolean;
  /** Of the page, where the recording's name says whose it is and when; that of `split` if not given. */
  nameTemplate?: string | undefined;
}

/**
 * Writes the report of a recording into `folder`.
 * @throws What `writeReport` throws.
 */
export async function reportFound(
  found: FoundRecording,
  folder: string,
  { transcript, alone = true, nameTemplate, ...options }: FoundReportOptions,
): Promise<FoundReport> {
  const { contactId, start, files } = found;
  const name =
    start === null ? `${safePart(found.base)}_REPORT` : reportName({ contactId, start }, nameTemplate);
  const report = await writeReport(
    {
      contactId,
      instanceId: null,
      start,
      fragments: null,
      marks: null,
      warnings: [],
      source: path.basename(found.name),
      transcript: segmentsFor(transcript, contactId, alone),
    },
    files,
    { ...options, base: path.join(folder, name) },
  );
  const lanes = new Lanes(files);
  const durationMs = Math.round(lanes.durationMs);
  lanes.close();
  return { input: found.name, contacts: [{ contactId, start, durationMs, report }], warnings: [] };
}
