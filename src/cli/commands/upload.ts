// `kvsrec upload`: finished files to S3.

import { basename } from 'node:path';
import { KvsrecError } from '../../errors.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { DONE, worstStatus } from '../exit-status.ts';
import { inputSize } from '../open-input.ts';
import { startProgress } from '../progress.ts';
import { errorOf, printError } from '../report-error.ts';
import { uploadDocument, uploadFailed } from '../upload/outcome.ts';
import { uploadLine } from '../upload/summary.ts';
import {
  factsOrFailure,
  planUploads,
  type UploadItem,
  type UploadRun,
  uploadClient,
  uploadFiles,
  uploadWarning,
} from '../upload/upload-files.ts';

export const upload: CommandDefinition = {
  description:
    'Uploads finished files to S3, with what their names and headers tell as metadata. Skips what is there ' +
    'unchanged; an object appears whole and verified, or not at all.',
  argumentDescriptions: [
    'files, and at last where to: s3://bucket/prefix/, or the whole key for a single file. The prefix may have ' +
      '{contactId}, {start}, {date}, {year}, {month}, {day}, {what}, {direction} and {layout}',
  ],
  examples: [
    {
      line: 'kvsrec upload fixtures/demo-call.mkv s3://recordings/dumps/',
      does: 'to dumps/demo-call.mkv in the bucket recordings',
    },
    {
      line: "kvsrec split fixtures/demo-call.mkv -o calls && kvsrec upload calls/*.wav 's3://recordings/{date}/{contactId}/' --delete-local --tag team=claims",
      does: 'a folder a day and contact; files go when S3 has confirmed that it has them',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { settings, origins, terminal, signal } = context;
  const files = context.arguments.slice(0, -1);
  const url = context.arguments.at(-1) ?? '';
  const [{ uploadOptions }, { isS3Url }] = await Promise.all([
    import('../upload/upload-options.ts'),
    import('../../aws/s3/s3-url.ts'),
  ]);
  if (!isS3Url(url) || files.length === 0) {
    throw new KvsrecError('bad-usage', isS3Url(url) ? 'no file is named' : `${url} is no address of S3`, {
      exitCode: 2,
      hint: 'Name the files, and at last where to: kvsrec upload a.wav b.wav s3://bucket/prefix/',
    });
  }
  const { jobs, deleteLocal } = settings;
  const plain = jobs === 'auto' || origins.jobs.source === 'default';
  const options = uploadOptions(url, settings, plain ? undefined : jobs);
  const items: UploadItem[] = [];
  // One after the other: a process may have no more than so many files open.
  for (const path of files) items.push({ path, name: basename(path), ...(await factsOrFailure(path)) });
  const planned = await planUploads(items, options);
  const progress = startProgress(terminal, files.map(inputSize));
  try {
    const run: UploadRun = {
      signal,
      onProgress: progress.update,
      log: terminal.log,
      onOutcome: (index, outcome) => {
        progress.finish(index);
        if (!uploadFailed(outcome)) terminal.result(uploadLine(outcome, terminal.paint));
        const warning = uploadWarning(outcome, deleteLocal);
        if (warning !== undefined) terminal.warning(warning);
      },
    };
    const client = await uploadClient(options, run);
    const outcomes = await uploadFiles(client, planned, options, run);
    const failures = outcomes.filter(uploadFailed);
    // A single file's error is the command's error.
    if (failures.length === 1 && files.length === 1) throw errorOf(failures[0]!);
    terminal.clearProgress?.();
    for (const failure of failures) await printError(errorOf(failure), terminal.modes);
    terminal.document({ uploads: outcomes.map(uploadDocument) });
    return worstStatus(outcomes.map((outcome) => (uploadFailed(outcome) ? outcome.exitCode : DONE)));
  } finally {
    progress.stop();
  }
}
