// The files of recordings to S3, as `split` and `record` report them.

import { basename, relative, sep } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { RecordingFacts } from '../../aws/s3/recording-facts.ts';
import type { ContactReport } from '../../recording/types.ts';
import type { UploadOutcome } from './outcome.ts';
import {
  factsOrFailure,
  planUploads,
  type UploadOptions,
  type UploadRun,
  uploadFiles,
} from './upload-files.ts';

/** A contact with everything that was made of it. */
export interface UploadedContact extends Pick<ContactReport, 'contactId' | 'start' | 'files' | 'report'> {
  /** What lies beside the audio files and the report. */
  besides?: readonly { path: string; kind: 'transcript' | 'dump' }[] | undefined;
}

/**
 * Uploads the files of contacts. What the recording knows of them goes into keys and metadata, so that `--name` may be
 * anything.
 * @param folder The folder of all files: what is below it becomes part of the key.
 * @returns An outcome for each file, by its path.
 * @throws KvsrecError where a key cannot be made.
 */
export async function uploadRecordings(
  client: S3Client,
  contacts: readonly UploadedContact[],
  folder: string,
  options: UploadOptions,
  run: UploadRun,
): Promise<Map<string, UploadOutcome>> {
  const { whatOf } = await import('../../aws/s3/recording-facts.ts');
  const items = await Promise.all(
    contacts.flatMap(({ contactId, start, files, report = [], besides = [] }) => {
      const item = async (path: string, own: Pick<RecordingFacts, 'what' | 'direction' | 'layout'>) => {
        const { facts: known, failure } = await factsOrFailure(path);
        const what = known.what ?? own.what;
        const facts = { ...known, ...own, contactId, startMs: Date.parse(start), what };
        const below = relative(folder, path).split(sep).join('/');
        return { path, name: below.startsWith('../') ? basename(path) : below, facts, failure };
      };
      const beside = (path: string, layout: 'report' | 'transcript' | 'dump') =>
        item(path, { what: layout.toUpperCase(), direction: 'both', layout });
      return [
        ...files.map(({ path, layout, direction }) =>
          item(path, { what: whatOf(layout, direction), direction, layout }),
        ),
        ...report.map(({ path }) => beside(path, 'report')),
        ...besides.map(({ path, kind }) => beside(path, kind)),
      ];
    }),
  );
  const outcomes = await uploadFiles(client, await planUploads(items, options), options, run);
  return new Map(outcomes.map((outcome) => [outcome.file, outcome]));
}
