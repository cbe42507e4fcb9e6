// The readable result of `report`.

import type { ContactReport } from '../../recording/types.ts';
import type { FoundReport } from '../../report/report-found.ts';
import { columns } from '../columns.ts';
import { durationText } from '../duration-text.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';

interface Reported {
  input: string;
  contacts: readonly (ContactReport | FoundReport['contacts'][number])[];
}

/** The input, and below it each call with its files. */
export function reportSummary({ input, contacts }: Reported, paint: Paint): string {
  const calls = contacts.map(({ contactId, start, durationMs, report = [] }) => {
    const id = contactId === null ? 'unknown contact' : printable(contactId);
    const facts = [start ?? '', durationText(durationMs)].filter((fact) => fact !== '');
    const rows = columns(
      report.map(({ path, bytes }) => [printable(path), sizeText(bytes)]),
      (cell, _row, column) => (column === 0 ? cell : paint.dim(cell)),
    );
    return [`  ${paint.good(id)}  ${facts.join('  ')}`, ...rows.split('\n').map((row) => `    ${row}`)].join(
      '\n',
    );
  });
  return [paint.bold(printable(input)), ...(calls.length > 0 ? calls : ['  no audio'])].join('\n');
}
