// From a dump to the reports of its calls: the audio goes through files that are gone afterwards.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { CallMarks } from '../recording/call-marks.ts';
import { DEFAULT_NAME, fileName } from '../recording/file-name.ts';
import { FileOwners } from '../recording/file-owners.ts';
import { type RunHooks, splitSource } from '../recording/split.ts';
import type { ByteSource, ContactReport, InputReport, RecordingOptions } from '../recording/types.ts';
import { reportRecording } from './report-recording.ts';
import { type ReportTranscript, segmentsFor } from './transcript-file.ts';
import type { ReportOptions } from './write-report.ts';

export interface SourceReportOptions extends Omit<ReportOptions, 'base' | 'overwrite' | 'keep' | 'claim'> {
  /** How the audio is put together; layouts do not matter. */
  recording: RecordingOptions;
  transcript: ReportTranscript | null;
  /** False where other inputs are shown with the same transcript: one that names no contact may be of theirs. */
  alone?: boolean;
}

/**
 * Writes a report for every contact of `source` into `folder`. The audio of both directions lies meanwhile in a folder
 * of its own in `folder`, as much as the call's PCM (345 MB for three hours).
 * @returns What `splitSource` reports, without audio files, each contact with its `report`.
 * @param run `claim` is told of the reports' files.
 * @throws What `splitSource` and `writeReport` throw.
 */
export async function reportSource(
  source: ByteSource,
  folder: string,
  { recording, transcript, alone = true, ...options }: SourceReportOptions,
  { claim = new FileOwners().claimFor(source.name), ...run }: Omit<RunHooks, 'onContact'> = {},
): Promise<InputReport & { aborted?: boolean }> {
  await fs.mkdir(folder, { recursive: true });
  const aside = await fs.mkdtemp(path.join(folder, '.kvsrec-report-'));
  try {
    const marks = new Map<ContactReport, CallMarks>();
    const asideOptions = { ...recording, layouts: ['separate'] as const, nameTemplate: undefined };
    const split = await splitSource(source, aside, asideOptions, {
      ...run,
      onContact: (contact, itsMarks) => marks.set(contact, itsMarks),
    });
    const contacts: ContactReport[] = [];
    for (const contact of split.contacts) {
      const base = path.join(folder, reportName(contact, recording.nameTemplate));
      const report = await reportRecording(
        contact,
        {
          marks: marks.get(contact) ?? null,
          warnings: split.warnings,
          source: source.name,
          transcript: segmentsFor(transcript, contact.contactId, alone && split.contacts.length === 1),
        },
        { ...options, base, overwrite: recording.overwrite, claim },
      );
      contacts.push({ ...contact, files: [], report });
    }
    return { ...split, contacts };
  } finally {
    await fs.rm(aside, { recursive: true, force: true });
  }
}

/** The name of a contact's report, without its ending. */
export function reportName(
  { contactId, start }: Pick<ContactReport, 'contactId' | 'start'>,
  template = DEFAULT_NAME,
): string {
  const facts = { contactId, startMs: Date.parse(start), direction: 'both', layout: 'report' };
  return fileName(template, { ...facts, what: 'REPORT' });
}
