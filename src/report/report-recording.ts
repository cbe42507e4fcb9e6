// The report of a contact whose recording is finished: how `split` and `record` add one to their files.
import type { CallMarks } from '../recording/call-marks.ts';
import type { ContactReport, ReportFile, Warning } from '../recording/types.ts';
import type { LaneFile } from './lanes.ts';
import type { ReportSegment } from './transcript-file.ts';
import { type ReportOptions, writeReport } from './write-report.ts';

/** What is known of a recording besides its own report. */
export interface RecordingFacts {
  /** From the engine's `onContact`; null where nobody listened. */
  marks: CallMarks | null;
  /** Of the whole input; those of other contacts are left out. */
  warnings: readonly Warning[];
  /** The dump or stream as people know it. */
  source: string;
  transcript: readonly ReportSegment[] | null;
}

/**
 * Writes a finished contact's report from its WAV files.
 * @throws What `writeReport` throws.
 */
export async function reportRecording(
  contact: ContactReport,
  { marks, warnings, source, transcript }: RecordingFacts,
  options: ReportOptions,
): Promise<ReportFile[]> {
  const { contactId, instanceId, start, fragments } = contact;
  const own = warnings.filter((warning) => !('contactId' in warning) || warning.contactId === contactId);
  const call = { contactId, instanceId, start, fragments, marks, warnings: own, source, transcript };
  const keep = contact.files.map(({ path }) => path);
  return await writeReport(call, laneFiles(contact), { keep, ...options });
}

/** The files that show most of a contact: a file for each direction, else stereo, else the mix. */
function laneFiles({ files }: ContactReport): LaneFile[] {
  const waves = files.filter(({ path }) => path.endsWith('.wav'));
  const separate = waves.filter(({ layout }) => layout === 'separate');
  const rank = { from: 0, unknown: 1, to: 2, both: 3 };
  if (separate.length > 0) return [...separate].sort((a, b) => rank[a.direction] - rank[b.direction]);
  const stereo = waves.filter(({ layout }) => layout === 'stereo');
  return (stereo.length > 0 ? stereo : waves).slice(0, 1);
}
