// The readable result of `record`.
import type { CaptureReport, EndedBy } from '../../recording/capture/request.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { splitSummary } from '../split/summary.ts';

const WHY: Record<EndedBy, string> = {
  'contact-changed': 'another contact began',
  'stop-fragment': 'the stop fragment was reached',
  'end-time': 'the end time was reached',
  'max-duration': 'the longest duration was reached',
  idle: 'nothing new came',
  'end-of-archive': 'the stream retains no more',
  signal: 'it was interrupted',
  'output-closed': 'nobody reads the output any more',
  'service-error': 'the service failed',
};

/** The files, and why and over how many connections the recording ended. */
export function recordSummary(report: CaptureReport, paint: Paint): string {
  const lines = [splitSummary(report, paint)];
  if (report.dump) lines.push(`    ${printable(report.dump.path)}`);
  const { connections, endedBy } = report;
  const over = `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
  lines.push(`  ${paint.dim(`ended because ${WHY[endedBy]} (${endedBy}); ${over}`)}`);
  return lines.join('\n');
}
