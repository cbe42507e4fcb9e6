// What was said, in order, with a link to each place.
import { laneLabel, type MeasuredCall } from '../call.ts';
import { type Html, html } from '../html.ts';
import { timeText } from '../time-text.ts';
import type { ReportSegment } from '../transcript-file.ts';

/** The transcript; undefined for a call without one. */
export function transcriptSection({ transcript }: MeasuredCall): Html | undefined {
  if (transcript === null) return undefined;
  return html`<section class="transcript" aria-labelledby="transcript">
<div class="section-head">
<h2 id="transcript">Transcript</h2>
<div class="search needs-script" role="search" hidden>
<label><span class="unseen">Search the transcript</span><input type="search" placeholder="Search" autocomplete="off" spellcheck="false"></label>
<span class="found" role="status"></span>
<button type="button" class="icon previous" disabled aria-label="Previous match" title="Previous match (Shift+N)"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m4 13 6-6 6 6-1.500 1.500L10 10l-4.500 4.500z"/></svg></button>
<button type="button" class="icon next" disabled aria-label="Next match" title="Next match (N)"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m4 7 6 6 6-6-1.500-1.500L10 10 5.500 5.500z"/></svg></button>
</div>
<label class="follow needs-script" hidden><input type="checkbox" checked> Follow the audio</label>
</div>
${
  transcript.length === 0
    ? html`<p class="empty">Nothing was said.</p>`
    : html`<ol class="segments">
${transcript.map((segment, index) => row(segment, index, transcript[index - 1]))}
</ol>`
}
</section>`;
}

function row(
  { direction, startMs, endMs, text, partial }: ReportSegment,
  index: number,
  before?: ReportSegment,
): Html {
  const kind = before?.direction === direction ? `${direction} goes-on` : direction;
  const unsure = partial ? html` <span class="partial">not final</span>` : undefined;
  const who = html`<span class="who">${direction === 'unknown' ? 'Speaker' : laneLabel(direction)}${unsure}</span>`;
  return html`<li id="s${index + 1}" class="${kind}" data-start="${Math.round(startMs)}" data-end="${Math.round(endMs)}"><a class="time" href="#s${index + 1}">${timeText(startMs)}</a>${who}<p dir="auto">${text}</p></li>`;
}
