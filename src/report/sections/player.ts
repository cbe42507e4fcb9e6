// The waveform and what plays it. The audio element stands between the two halves, which is where the document streams it.
import { SILENCE_MS } from '../activity.ts';
import { type MeasuredCall, marksOf } from '../call.ts';
import { type Html, html } from '../html.ts';
import { timeText } from '../time-text.ts';
import { waveformSvg } from '../waveform-svg.ts';

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

/** Up to where the audio element stands. */
export function playerStart(call: MeasuredCall): Html {
  return html`<section class="player" aria-label="Player">
${call.lanes.length === 0 ? html`<p class="empty">The audio of this call is not decoded, so there is no waveform.</p>` : undefined}
${waveform(call)}`;
}

/** From the audio element on. */
export function playerEnd(call: MeasuredCall): Html {
  return html`<p class="failure" role="alert" hidden>The audio cannot be played. If it lies in a file beside this page, keep the two together.</p>
${transport(call)}
${legend(call)}
</section>`;
}

/** Without lanes the parts are there all the same, unseen: the page's script takes them for granted. */
function waveform(call: MeasuredCall): Html {
  const none = call.lanes.length === 0;
  return html`<div class="wave"${none ? html` hidden` : undefined}>
<div class="tip" hidden></div>
${none ? undefined : waveformSvg(call)}
<canvas class="detail" hidden aria-hidden="true"></canvas>
<div class="slider" role="slider" tabindex="0" hidden aria-label="Position in the call" aria-valuemin="0" aria-valuemax="0" aria-valuenow="0"></div>
</div>
<canvas class="overview" hidden aria-hidden="true"></canvas>`;
}

function transport({ durationMs, lanes }: MeasuredCall): Html {
  return html`<div class="transport${lanes.length === 0 ? '' : ' needs-script'}" hidden>
<div class="keys">
<button type="button" class="icon" data-skip="-5000" aria-label="Back 5 seconds" title="Back 5 seconds (←)">${svg('M11 5 4 10l7 5zM17 5l-6 5 6 5z')}</button>
<button type="button" class="play" aria-label="Play" title="Play or pause (space)"><svg class="when-paused" viewBox="0 0 20 20" aria-hidden="true"><path d="M6.5 4v12l10-6z"/></svg><svg class="when-playing" viewBox="0 0 20 20" aria-hidden="true"><path d="M5.5 4h3v12h-3zM11.500 4h3v12h-3z"/></svg></button>
<button type="button" class="icon" data-skip="5000" aria-label="Forward 5 seconds" title="Forward 5 seconds (→)">${svg('m9 5 7 5-7 5zM3 5l6 5-6 5z')}</button>
</div>
<p class="clock"><span class="now">${timeText(0)}</span> <span class="of">/ ${timeText(durationMs)}</span> <span class="wall"></span></p>
<label class="choice">Speed <select class="speed">${SPEEDS.map((speed) => html`<option value="${speed}"${speed === 1 ? html` selected` : undefined}>${speed}×</option>`)}</select></label>
<label class="choice side-choice" hidden>Listen to <select class="side"><option value="both">everybody</option>${lanes.map(({ direction, label }) => html`<option value="${direction}">${label.toLowerCase()}</option>`)}</select></label>
<div class="zoom" role="group" aria-label="Zoom">
<button type="button" class="icon zoom-out" aria-label="Zoom out" title="Zoom out (−)">${svg('M4 9h12v2H4z')}</button>
<button type="button" class="icon zoom-in" aria-label="Zoom in" title="Zoom in (+)">${svg('M4 9h5V4h2v5h5v2h-5v5H9v-5H4z')}</button>
<button type="button" class="fit" aria-label="Fit the whole call" title="Show the whole call (0)">Fit</button>
</div>
<button type="button" class="icon help" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)">?</button>
</div>`;
}

function svg(path: string): Html {
  return html`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`;
}

/** What the drawing's signs mean, as far as they occur in it. */
function legend(call: MeasuredCall): Html | undefined {
  const { lanes, marks, silences } = call;
  if (lanes.length === 0) return undefined;
  const kinds = new Set(marksOf(call).map(({ kind }) => kind));
  const signs = [
    ...lanes.map(
      ({ direction, label }) => [direction, label, 'M0 6h2V3h2v6h2V1h2v10h2V4h2v4h2V6h2v1H0z'] as const,
    ),
    silences.length > 0 &&
      (['silence', `Silence of ${SILENCE_MS / 1000} s or more`, 'M0 0h16v12H0z'] as const),
    kinds.has('gap') && (['gap', 'Gap: audio missing from the stream', 'M0 0h16v12H0z'] as const),
    kinds.has('reconnect') && (['reconnect', 'Reconnection', 'M7 2h2v10H7zM8 0a3 3 0 1 0 .01 0z'] as const),
    kinds.has('overlap') &&
      (['overlap', 'Repeated audio, left out', 'M7 2h2v10H7zM8 0a3 3 0 1 0 .01 0z'] as const),
    kinds.has('damage') && (['damage', 'Damage', 'M7 2h2v10H7zM8 0a3 3 0 1 0 .01 0z'] as const),
    kinds.has('service-error') &&
      (['service-error', 'Error of the service', 'M7 2h2v10H7zM8 0a3 3 0 1 0 .01 0z'] as const),
    (marks?.fragments.length ?? 0) > 0 &&
      (['fragment', fragmentSign(call), 'M1 5h1v7H1zM7 5h1v7H7zM13 5h1v7h-1z'] as const),
  ].filter((sign) => sign !== false);
  return html`<ul class="legend" aria-label="Legend">${signs.map(
    ([kind, text, path]) =>
      html`<li><svg class="sign ${kind}" viewBox="0 0 16 12" aria-hidden="true"><path d="${path}"/></svg>${text}</li>`,
  )}</ul>`;
}

function fragmentSign({ marks, durationMs }: MeasuredCall): string {
  const count = marks?.fragments.length ?? 0;
  return count > 1
    ? `Fragment boundary, one every ${(durationMs / count / 1000).toFixed(1)} s`
    : 'Fragment boundary';
}
