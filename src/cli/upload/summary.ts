// The readable result of an upload.

import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';
import type { UploadReport } from './outcome.ts';

/** One line: the file, where it is now, and what was done. */
export function uploadLine(report: UploadReport, paint: Paint): string {
  const { file, url, bytes, status, deletedLocal } = report;
  const done = `${status}${deletedLocal ? ', deleted here' : ''}`;
  return `${printable(file)} ${paint.dim('->')} ${paint.good(printable(url))}  ${paint.dim(`${sizeText(bytes)}  ${done}`)}`;
}
