// Recordings whose contacts get a report beside their audio files: of dumps, and of whatever else the engine took in.
import path from 'node:path';
import type { CallMarks } from '../recording/call-marks.ts';
import { type Claim, FileOwners } from '../recording/file-owners.ts';
import { type RunHooks, splitSource } from '../recording/split.ts';
import type { ByteSource, ContactReport, InputReport, RecordingOptions } from '../recording/types.ts';
import { reportRecording } from './report-recording.ts';
import { reportName } from './report-source.ts';

export interface ReportHooks {
  /** Told of the reports' files before they are begun; without it, no report takes the name of another file of the run. */
  claim?: Claim | undefined;
  /** Told of a contact whose report cannot be written. Without it the error is thrown, once the others are written. */
  onReportError?: ((error: unknown, contact: ContactReport) => void) | undefined;
}

/**
 * `splitSource`, and then a report for each contact from the files that were written: of both directions where the
 * layouts are `separate` or `stereo`, of the mix where there is nothing else.
 * @throws What `splitSource` throws, and `addReports`. Audio files stay where only the report fails.
 */
export async function splitWithReport(
  source: ByteSource,
  folder: string,
  options: RecordingOptions,
  { onReportError, ...run }: Omit<RunHooks, 'onContact'> & ReportHooks = {},
): Promise<InputReport & { aborted?: boolean }> {
  const marks = new Map<ContactReport, CallMarks>();
  const split = await splitSource(source, folder, options, {
    ...run,
    onContact: (contact, itsMarks) => marks.set(contact, itsMarks),
  });
  await addReports(split, folder, options, marks, { claim: run.claim, onReportError });
  return split;
}

/**
 * Writes a report of each contact of a finished recording beside its audio files, and notes it in `contact.report`.
 * @param marks What `onContact` told of each contact.
 * @throws What `writeReport` throws, where `onReportError` does not take it.
 */
export async function addReports(
  { input, contacts, warnings }: Pick<InputReport, 'input' | 'contacts' | 'warnings'>,
  folder: string,
  {
    nameTemplate,
    overwrite,
    timeline,
  }: Pick<RecordingOptions, 'nameTemplate' | 'overwrite'> & Partial<Pick<RecordingOptions, 'timeline'>>,
  marks: ReadonlyMap<ContactReport, CallMarks>,
  { claim = claimBeside(contacts, input), onReportError }: ReportHooks = {},
): Promise<void> {
  const errors: unknown[] = [];
  for (const contact of contacts) {
    try {
      const base = path.join(folder, reportName(contact, nameTemplate));
      contact.report = await reportRecording(
        contact,
        // Packed audio does not lie where the marks do.
        {
          marks: timeline === 'packed' ? null : (marks.get(contact) ?? null),
          warnings,
          source: input,
          transcript: null,
        },
        { base, audio: 'auto', png: false, overwrite, claim },
      );
    } catch (error) {
      if (onReportError !== undefined) onReportError(error, contact);
      else errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** What claims files that are none of the contacts' audio files. */
function claimBeside(contacts: readonly ContactReport[], input: string): Claim {
  const owners = new FileOwners();
  for (const { path } of contacts.flatMap(({ files }) => files)) owners.take(path, input);
  return owners.claimFor(input);
}
