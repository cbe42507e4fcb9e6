// What becomes of a file that is uploaded: the shape behind `--json`, stable for scripts.

import type { ContactReport } from '../../recording/types.ts';
import { DONE, FAILED } from '../exit-status.ts';
import type { Failure } from '../report-error.ts';

export interface UploadReport {
  file: string;
  url: string;
  bucket: string;
  key: string;
  versionId: string | null;
  bytes: number;
  /** `unchanged` where the same bytes were there before. */
  status: 'uploaded' | 'unchanged';
  contentType: string;
  metadata: Record<string, string>;
  etag: string | null;
  checksum: { algorithm: 'CRC32'; value: string };
  /** Whether S3 has confirmed, after the upload, that it has these bytes. */
  verified: boolean;
  deletedLocal: boolean;
}

/** A file that could not be uploaded; it stays where it is. */
export interface UploadFailure extends Failure {
  file: string;
}

export type UploadOutcome = UploadReport | UploadFailure;

export function uploadFailed(outcome: UploadOutcome): outcome is UploadFailure {
  return 'error' in outcome;
}

/** The outcome as part of a document. */
export function uploadDocument(outcome: UploadOutcome): unknown {
  return uploadFailed(outcome) ? { file: outcome.file, error: outcome.error } : outcome;
}

/** A file as reported, with what became of its upload. */
export function withUpload(file: { path: string }, uploads: Uploads): object {
  const outcome = uploads.get(file.path);
  if (outcome === undefined) return file;
  if (uploadFailed(outcome)) return { ...file, upload: { error: outcome.error } };
  const { file: _, ...upload } = outcome;
  return { ...file, upload };
}

/** What became of each file's upload, by its path. */
export type Uploads = Map<string, UploadOutcome>;

/** A report with what became of its files' uploads. */
export function withUploads<
  Report extends { contacts: readonly ContactReport[]; dump?: { path: string } | undefined },
>(report: Report, uploads: Uploads): Record<string, unknown> {
  const contacts = report.contacts.map((contact) => ({
    ...contact,
    files: contact.files.map((file) => withUpload(file, uploads)),
    ...(contact.report && { report: contact.report.map((file) => withUpload(file, uploads)) }),
  }));
  return { ...report, contacts, ...(report.dump && { dump: withUpload(report.dump, uploads) }) };
}

/** 1 if an upload failed, else 0. */
export function statusOfUploads(uploads: Uploads): number {
  return [...uploads.values()].some(uploadFailed) ? FAILED : DONE;
}
