// `kvsrec split`: dumps to audio files.

import { awsSettings } from '../aws-settings.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { statusOfWarnings, worstStatus } from '../exit-status.ts';
import { inputSize } from '../open-input.ts';
import { startProgress } from '../progress.ts';
import { recordingOptions } from '../recording-options.ts';
import { tellReportErrors } from '../report/report-errors.ts';
import { errorOf, printError } from '../report-error.ts';
import { refuseDuplicates } from '../split/duplicates.ts';
import { splitInputs } from '../split/split-inputs.ts';
import { splitSummary, warningLine } from '../split/summary.ts';
import { isFailure, type SplitOutcome } from '../split/task.ts';
import { statusOfUploads, type Uploads, withUploads } from '../upload/outcome.ts';
import { recordingUploader } from '../upload/recording-uploader.ts';
import { requireWritable } from '../writable-folder.ts';

export const split: CommandDefinition = {
  description:
    'Writes the audio of every contact in a dump of a Kinesis video stream to files. By default there are two WAV ' +
    'files per contact, one per direction, of the same length, with every block where its timestamp says.',
  argumentDescriptions: ['files, - for standard input, or s3://bucket/key'],
  examples: [
    { line: 'kvsrec split fixtures/demo-call.mkv -o calls', does: 'one file per direction' },
    {
      line: 'kvsrec split fixtures/demo-call.mkv -o calls --layout stereo,mix --json',
      does: 'customer left and agent right, and a mono mix; the result as JSON',
    },
    {
      line: 'kvsrec split fixtures/demo-call.mkv -o calls --upload s3://recordings/{date}/',
      does: 'to S3 as well',
    },
    {
      line: 'kvsrec split fixtures/demo-call.mkv -o calls --report',
      does: 'with a page to look at and listen to',
    },
    { line: 'kvsrec split - -o calls --overwrite < fixtures/demo-call.mkv', does: 'from standard input' },
  ],
  run,
};

async function run({ arguments: inputs, settings, terminal, signal }: CommandContext): Promise<number> {
  refuseDuplicates(inputs);
  requireWritable(settings.out);
  const options = recordingOptions(settings);
  const aws = awsSettings(settings);
  const uploader = await recordingUploader(settings, terminal, signal);
  await uploader?.ready();
  const uploads: Uploads = new Map();
  const progress = startProgress(terminal, inputs.map(inputSize));
  const outcomes: SplitOutcome[] = [];
  const statuses: number[] = [];
  try {
    const pending = splitInputs(
      inputs.map((input) => ({ input, outDir: settings.out, options, aws, report: settings.report })),
      {
        jobs: settings.jobs === 'auto' ? (await import('node:os')).availableParallelism() : settings.jobs,
        signal,
        onProgress: progress.update,
        onSize: progress.resize,
      },
    );
    pending.forEach((promise, index) => void promise.then(() => progress.finish(index)));
    for (const promise of pending) {
      const outcome = await promise;
      outcomes.push(outcome);
      // A single input's error is the command's error, and is reported as such.
      if (isFailure(outcome) && inputs.length === 1) throw errorOf(outcome);
      statuses.push(await tell(outcome, terminal));
      if (!uploader || isFailure(outcome)) continue;
      for (const [path, upload] of await uploader.upload(outcome.contacts)) uploads.set(path, upload);
    }
  } finally {
    progress.stop();
  }
  terminal.document({ inputs: outcomes.map((outcome) => forDocument(outcome, uploads)) });
  return worstStatus([...statuses, statusOfUploads(uploads)]);
}

/** @returns The exit status that it makes. */
async function tell(outcome: SplitOutcome, terminal: CommandContext['terminal']): Promise<number> {
  if (isFailure(outcome)) {
    terminal.clearProgress?.();
    await printError(errorOf(outcome), terminal.modes);
    return outcome.exitCode;
  }
  terminal.result(splitSummary(outcome, terminal.paint));
  for (const warning of outcome.warnings) terminal.warning(warningLine(outcome.input, warning));
  return worstStatus([
    statusOfWarnings(outcome.warnings),
    await tellReportErrors(outcome.contacts, terminal),
  ]);
}

function forDocument(outcome: SplitOutcome, uploads: Uploads): unknown {
  return isFailure(outcome) ? { input: outcome.input, error: outcome.error } : withUploads(outcome, uploads);
}
