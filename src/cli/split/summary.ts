// The readable result of `split`.

import type { ContactReport, FileReport, Warning } from '../../recording/types.ts';
import { columns } from '../columns.ts';
import { durationText } from '../duration-text.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';
import type { SplitReport } from './task.ts';

/** A block of lines per contact, under the name of the input. */
export function splitSummary(report: SplitReport, paint: Paint): string {
  const aborted = report.aborted ? ', interrupted' : '';
  const heading = `${paint.bold(printable(report.input))} ${paint.dim(`(${sizeText(report.bytes)}${aborted})`)}`;
  const contacts = report.contacts.map((contact) => contactSummary(contact, paint));
  return [heading, ...(contacts.length > 0 ? contacts : ['  no audio'])].join('\n');
}

function contactSummary(contact: ContactReport, paint: Paint): string {
  const { count, duplicates } = contact.fragments;
  const facts = [
    contact.start,
    durationText(contact.durationMs),
    `${count} ${count === 1 ? 'fragment' : 'fragments'}${duplicates > 0 ? ` (${duplicates} repeated)` : ''}`,
  ];
  const files = contact.files.map((file) => [
    printable(file.path),
    sizeText(file.bytes),
    lengthOf(file, contact),
  ]);
  for (const { path, bytes } of contact.report ?? []) files.push([printable(path), sizeText(bytes), '']);
  const rows = columns(files, (cell, _row, column) => (column === 0 ? cell : paint.dim(cell)));
  const id = contact.contactId === null ? 'unknown contact' : printable(contact.contactId);
  return [`  ${paint.good(id)}  ${facts.join('  ')}`, ...rows.split('\n').map((row) => `    ${row}`)]
    .join('\n')
    .trimEnd();
}

/** The length of a file's audio, as far as samples were counted. */
function lengthOf({ direction }: FileReport, { tracks }: ContactReport): string {
  const lengths = tracks
    .filter((track) => (direction === 'both' || track.direction === direction) && track.sampleRate > 0)
    .map(({ samples, sampleRate }) => (samples / sampleRate) * 1000);
  const longest = Math.max(0, ...lengths);
  return longest > 0 ? durationText(longest) : '';
}

/** A warning as a line, with where it is: `call.mkv: … (at byte 118000000)`. */
export function warningLine(input: string, { message, offset }: Warning): string {
  return `${input}: ${message}${offset === undefined ? '' : ` (at byte ${offset})`}`;
}
