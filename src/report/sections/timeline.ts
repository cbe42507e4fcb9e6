// What happened on the timeline besides speech: silence, gaps, reconnections, damage; and remarks on the input.
import type { MarkKind } from '../../recording/call-marks.ts';
import type { WarningCode } from '../../recording/types.ts';
import { laneLabel, type MeasuredCall, marksOf } from '../call.ts';
import { type Html, html } from '../html.ts';
import { lengthText, timeText } from '../time-text.ts';

/** Most rows; a call with more of them has one trouble, not many. */
const MAX_ROWS = 500;

const NAMES: Record<MarkKind, string> = {
  gap: 'Gap',
  overlap: 'Repeated audio',
  reconnect: 'Reconnection',
  damage: 'Damage',
  'service-error': 'Service error',
};

/** Warnings that stand on the timeline already. */
const MARKED: readonly WarningCode[] = [
  'gap',
  'overlap',
  'duplicate',
  'corrupt',
  'truncated',
  'service-error',
];

interface Row {
  kind: string;
  name: string;
  startMs: number;
  durationMs: number;
  text: string;
}

export function timelineSection(call: MeasuredCall): Html {
  const rows: Row[] = [
    ...call.silences.map(({ startMs, endMs }) => ({
      kind: 'silence',
      name: 'Silence',
      startMs,
      durationMs: endMs - startMs,
      text: '',
    })),
    ...marksOf(call).map(({ kind, startMs, durationMs, direction, text }) => ({
      kind,
      name: direction === undefined ? NAMES[kind] : `${NAMES[kind]}, ${laneLabel(direction).toLowerCase()}`,
      startMs,
      durationMs,
      text,
    })),
  ].sort((a, b) => a.startMs - b.startMs);
  const left = Math.max(0, rows.length - MAX_ROWS) + (call.marks?.left ?? 0);
  return html`<section class="timeline" aria-labelledby="timeline">
<h2 id="timeline">On the timeline</h2>
${
  rows.length === 0
    ? html`<p class="empty">${nothing(call)}</p>`
    : html`<ol class="events">
${rows.slice(0, MAX_ROWS).map(eventRow)}
</ol>`
}
${left > 0 ? html`<p class="empty">${left} more are not listed.</p>` : undefined}
${remarks(call)}
${ends(call)}
</section>`;
}

function nothing({ marks }: MeasuredCall): string {
  return marks === null
    ? 'No long silence. A recording does not tell of gaps and reconnections; a report on the dump does.'
    : 'No gaps, no reconnections, no long silence.';
}

function eventRow({ kind, name, startMs, durationMs, text }: Row, index: number): Html {
  const length = durationMs > 0 ? html` <span class="length">${lengthText(durationMs)}</span>` : undefined;
  const words = text === '' ? undefined : html`<p>${text}</p>`;
  return html`<li id="e${index + 1}" class="${kind}" data-start="${Math.round(startMs)}"><a class="time" href="#e${index + 1}">${timeText(startMs)}</a><div><b>${name}</b>${length}${words}</div></li>`;
}

function remarks({ warnings, marks }: MeasuredCall): Html | undefined {
  const other = warnings.filter(({ code }) => marks === null || !MARKED.includes(code));
  if (other.length === 0) return undefined;
  return html`<h3>Remarks</h3><ul class="remarks">${other.map(({ message }) => html`<li>${message}</li>`)}</ul>`;
}

/** Where in the stream the call lies, for whoever fetches it again. */
function ends({ fragments }: MeasuredCall): Html | undefined {
  if (fragments === null || fragments.first === null || fragments.last === null) return undefined;
  return html`<h3>In the stream</h3><dl class="ends"><dt>First fragment</dt><dd><code>${fragments.first}</code></dd><dt>Last fragment</dt><dd><code>${fragments.last}</code></dd></dl>`;
}
