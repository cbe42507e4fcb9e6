// A split whose contacts get a report beside their audio files.
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
  for (const contact of split.contacts) {
    contact.report = await reportRecording(
      contact,
      {
        marks: marks.get(contact) ?? null,
        warnings: split.warnings,
        source: source.name,
        transcript: null,
      },
      {
        base: path.join(folder, reportName(contact, options.nameTemplate)),
        audio: 'auto',
        png: false,
        overwrite: options.overwrite,
      },
    );
  }
  return split;
}
