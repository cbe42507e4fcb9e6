// Recordings whose contacts get a report beside their audio files: of dumps, and of whatever else the engine took in.
import path from 'node:path';
import type { CallMarks } from '../recording/call-marks.ts';
import { type RunHooks, splitSource } from '../recording/split.ts';
import type { ByteSource, ContactReport, InputReport, RecordingOptions } from '../recording/types.ts';
import { reportRecording } from './report-recording.ts';
import { reportName } from './report-source.ts';

/**
 * `splitSource`, and then a report for each contact from the files that were written: of both directions where the
 * layouts are `separate` or `stereo`, of the mix where there is nothing else.
 * @throws What `splitSource` and `writeReport` throw. Audio files stay where only the report fails.
 */
export async function splitWithReport(
  source: ByteSource,
  folder: string,
  options: RecordingOptions,
  run: Omit<RunHooks, 'onContact'> = {},
): Promise<InputReport & { aborted?: boolean }> {
  const marks = new Map<ContactReport, CallMarks>();
  const split = await splitSource(source, folder, options, {
    ...run,
    onContact: (contact, itsMarks) => marks.set(contact, itsMarks),
  });
  await addReports(split, folder, options, marks);
  return split;
}

/**
 * Writes a report of each contact of a finished recording beside its audio files, and notes it in `contact.report`.
 * @param marks What `onContact` told of each contact.
 * @throws What `writeReport` throws.
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
): Promise<void> {
  for (const contact of contacts) {
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
      { base, audio: 'auto', png: false, overwrite },
    );
  }
}
