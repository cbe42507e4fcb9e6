// Uploads what each input of a run was split into, while the next ones are worked on.

import type { Settings } from '../../config/resolve-settings.ts';
import { errorOf, printError } from '../report-error.ts';
import type { Terminal } from '../terminal.ts';
import { GrowingRecordings } from './growing-recordings.ts';
import { type Uploads, uploadFailed } from './outcome.ts';
import { uploadLine } from './summary.ts';
import { type UploadRun, uploadClient, uploadWarning } from './upload-files.ts';
import type { UploadedContact } from './upload-recordings.ts';

export interface RecordingUploader {
  /** Sends recordings while they are made; `upload` then completes them. */
  readonly growing: GrowingRecordings;
  /** Reaches the bucket, which otherwise waits for the first files. @throws KvsrecError (`aws-…`). */
  ready(): Promise<void>;
  /**
   * Takes the contacts of a report whose files are finished; says what became of each file, by its path.
   * @throws KvsrecError (`aws-…`) where the bucket cannot be reached.
   */
  upload(contacts: readonly UploadedContact[]): Promise<Uploads>;
}

/**
 * An uploader for `--upload`, undefined where the setting is not given. Results, warnings and errors of single files go
 * to the terminal; they reject nothing.
 * @param signal Stops uploads; those of finished files are wanted even after the recording was interrupted.
 * @param options `lines`: whether to print a line for each file; `folder`: that of all files, below which their paths
 *   become part of the keys, where it is not the one that is set.
 * @throws KvsrecError of a bad address (exit 2).
 */
export async function recordingUploader(
  settings: Settings,
  terminal: Terminal,
  signal: AbortSignal,
  { lines = true, folder = settings.out }: { lines?: boolean; folder?: string | undefined } = {},
): Promise<RecordingUploader | undefined> {
  const { upload: url, deleteLocal, jobs } = settings;
  if (url === undefined) return undefined;
  const [{ uploadOptions, UPLOAD_JOBS }, { asFolder }, { uploadRecordings }] = await Promise.all([
    import('./upload-options.ts'),
    import('../../aws/s3/object-key.ts'),
    import('./upload-recordings.ts'),
  ]);
  const options = uploadOptions(
    url,
    settings,
    typeof jobs === 'number' ? Math.max(jobs, UPLOAD_JOBS) : UPLOAD_JOBS,
  );
  const inFolder = { ...options, destination: asFolder(options.destination) };
  const run: UploadRun = {
    signal,
    log: terminal.log,
    complete: (path, target, size) => growing.complete(path, target, size),
  };
  let client: ReturnType<typeof uploadClient> | undefined;
  const bucket = () => {
    client ??= uploadClient(inFolder, run);
    return client;
  };
  const growing = new GrowingRecordings(folder, inFolder, bucket, terminal.log);
  const upload: RecordingUploader['upload'] = async (contacts) => {
    const outcomes = await uploadRecordings(await bucket(), contacts, folder, inFolder, run);
    for (const outcome of outcomes.values()) {
      if (uploadFailed(outcome)) {
        terminal.clearProgress?.();
        await printError(errorOf(outcome), terminal.modes);
        continue;
      }
      if (lines) terminal.result(`    ${uploadLine(outcome, terminal.paint)}`);
      const warning = uploadWarning(outcome, deleteLocal);
      if (warning !== undefined) terminal.warning(warning);
    }
    return outcomes;
  };
  return { growing, upload, ready: async () => void (await bucket()) };
}
