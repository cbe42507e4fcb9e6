// Pages that could not be written, of calls whose audio is there: told of beside the result, which stands.
import type { ContactReport } from '../../recording/types.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { asKvsrecError, errorDocument, errorOf, printError } from '../report-error.ts';
import type { Terminal } from '../terminal.ts';

/** Notes in a contact why it has no report; see `ReportHooks.onReportError`. */
export function noteReportError(thrown: unknown, contact: ContactReport): void {
  contact.reportError = errorDocument(asKvsrecError(thrown));
}

/** Says of which contacts there is no report, and why. @returns The exit status that it makes. */
export async function tellReportErrors(
  contacts: readonly ContactReport[],
  terminal: Terminal,
): Promise<number> {
  let status = DONE;
  for (const { contactId, reportError: error } of contacts) {
    if (error === undefined) continue;
    status = FAILED;
    const message = `the report of ${contactId ?? 'the unknown contact'} was not written: ${error.message}`;
    terminal.clearProgress?.();
    await printError(errorOf({ error: { ...error, message }, exitCode: 1, stack: message }), terminal.modes);
  }
  return status;
}
