// The files of recordings to S3, as `split` and `record` report them.

import { relative, sep } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ContactReport } from '../../recording/types.ts';
import type { UploadOutcome } from './outcome.ts';
import { planUploads, type UploadOptions, type UploadRun, uploadFiles } from './upload-files.ts';

/**
 * Uploads the files of contacts. What the recording knows of them goes into keys and metadata, so that `--name` may be
 * anything.
 * @param folder The folder of all files: what is below it becomes part of the key.
 * @returns An outcome for each file, by its path.
 * @throws KvsrecError where a key cannot be made.
 */
export async function uploadRecordings(
  client: S3Client,
  contacts: readonly Pick<ContactReport, 'contactId' | 'start' | 'files'>[],
  folder: string,
  options: UploadOptions,
  run: UploadRun,
): Promise<Map<string, UploadOutcome>> {
  const { factsOfFile, whatOf } = await import('../../aws/s3/recording-facts.ts');
  const items = await Promise.all(
    contacts.flatMap(({ contactId, start, files }) =>
      files.map(async ({ path, layout, direction }) => {
        const known = await factsOfFile(path);
        const what = known.what ?? whatOf(layout, direction);
        const facts = { ...known, contactId, startMs: Date.parse(start), what, direction, layout };
        return { path, name: relative(folder, path).split(sep).join('/'), facts };
      }),
    ),
  );
  const outcomes = await uploadFiles(client, await planUploads(items, options), options, run);
  return new Map(outcomes.map((outcome) => [outcome.file, outcome]));
}
