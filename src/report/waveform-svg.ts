// The whole call as a drawing that needs no script: both lanes over one axis, with everything that is marked. Widths
// are percentages, so that it fits any page while its text keeps its size.
import type { CallMark } from '../recording/call-marks.ts';
import { loudest, type MeasuredCall, type MeasuredLane, marksOf } from './call.ts';
import { type Html, html } from './html.ts';
import { columnsOf } from './outline.ts';
import { axisStep, timeText } from './time-text.ts';

/** Pixels, shared with the page's script through the data it gets. */
export const LANE_HEIGHT = 84;
export const RAIL_HEIGHT = 20;
export const AXIS_HEIGHT = 26;

/** Columns of an outline. */
const COLUMNS = 900;
/** Most fragment boundaries that can be told apart in a drawing of this size. */
const MAX_TICKS = 300;
const MAX_LABELS = 6;

/** Lanes, marks and axis as one SVG element. */
export function waveformSvg(call: MeasuredCall): Html {
  const { lanes, durationMs } = call;
  const height = RAIL_HEIGHT + lanes.length * LANE_HEIGHT + AXIS_HEIGHT;
  const bottom = height - AXIS_HEIGHT;
  const x = (ms: number) => `${round((Math.min(ms, durationMs) / Math.max(1, durationMs)) * 100)}%`;
  const most = loudest(lanes);
  return html`<svg class="drawing" width="100%" height="${height}" role="img" aria-label="${summary(call)}">
${call.silences.map(
  ({ startMs, endMs }) =>
    html`<rect class="silence" x="${x(startMs)}" y="${RAIL_HEIGHT}" width="${x(endMs - startMs)}" height="${bottom - RAIL_HEIGHT}"/>`,
)}
${lanes.map((lane, index) => laneSvg(lane, RAIL_HEIGHT + index * LANE_HEIGHT, most))}
${lanes.map(
  ({ direction, label }, index) =>
    html`<text class="lane-label ${direction}" x="8" y="${RAIL_HEIGHT + index * LANE_HEIGHT + 16}">${label}</text>`,
)}
${marksOf(call).map((mark) => markSvg(mark, call, x, bottom))}
${fragmentTicks(call, x)}
${axis(durationMs, x, bottom)}
</svg>`;
}

function laneSvg({ direction, peaks }: MeasuredLane, top: number, most: number): Html {
  const columns = columnsOf(peaks, COLUMNS);
  return html`<svg class="lane ${direction}" x="0" y="${top}" width="100%" height="${LANE_HEIGHT}" viewBox="0 0 ${COLUMNS} 2" preserveAspectRatio="none"><path class="peak" d="${area(columns.low, columns.high, most)}"/><path class="rms" d="${area(
    columns.rms.map((value) => -value),
    columns.rms,
    most,
  )}"/></svg>`;
}

/** A closed outline between two rows of values, around the middle line at 1. */
function area(low: ArrayLike<number>, high: ArrayLike<number>, most: number): string {
  const y = (value: number) => round(1 - (value / most) * 0.94, 3);
  const there: string[] = [];
  const back: string[] = [];
  for (let i = 0; i < high.length; i++) {
    there.push(`${i} ${y(high[i]!)}`);
    back.push(`${i} ${y(low[i]!)}`);
  }
  return there.length === 0 ? '' : `M${there.join('L')}L${back.reverse().join('L')}Z`;
}

function markSvg(mark: CallMark, { lanes }: MeasuredCall, x: (ms: number) => string, bottom: number): Html {
  const lane = lanes.findIndex(({ direction }) => direction === mark.direction);
  const top = lane < 0 ? RAIL_HEIGHT : RAIL_HEIGHT + lane * LANE_HEIGHT;
  const height = lane < 0 ? bottom - RAIL_HEIGHT : LANE_HEIGHT;
  if (mark.kind === 'gap') {
    return html`<rect class="gap" x="${x(mark.startMs)}" y="${top}" width="${x(mark.durationMs)}" height="${height}"/><rect class="gap-edge" x="${x(mark.startMs)}" y="${top}" width="2" height="${height}"/>`;
  }
  const at = x(mark.startMs);
  return html`<line class="${mark.kind}" x1="${at}" x2="${at}" y1="4" y2="${bottom}"/><circle class="${mark.kind}" cx="${at}" cy="7" r="4"/>`;
}

function fragmentTicks({ marks }: MeasuredCall, x: (ms: number) => string): Html | undefined {
  const fragments = marks?.fragments ?? [];
  if (fragments.length === 0 || fragments.length > MAX_TICKS) return undefined;
  return html`<g class="fragments">${fragments.map(({ startMs }) => html`<line x1="${x(startMs)}" x2="${x(startMs)}" y1="${RAIL_HEIGHT - 7}" y2="${RAIL_HEIGHT}"/>`)}</g>`;
}

function axis(durationMs: number, x: (ms: number) => string, bottom: number): Html {
  const step = axisStep(durationMs, MAX_LABELS);
  const labels: Html[] = [];
  for (let at = 0; at < durationMs; at += step) {
    const anchor = at === 0 ? 'start' : 'middle';
    // The last label would be cut off by the edge.
    if (at > 0 && durationMs - at < step * 0.3) break;
    labels.push(
      html`<line x1="${x(at)}" x2="${x(at)}" y1="${bottom}" y2="${bottom + 5}"/><text x="${x(at)}" y="${bottom + 20}" text-anchor="${anchor}">${timeText(at, step < 1000)}</text>`,
    );
  }
  return html`<g class="axis"><line x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>${labels}</g>`;
}

function summary({ lanes, durationMs }: MeasuredCall): string {
  const names = lanes.map(({ label }) => label).join(' and ');
  return `Waveform of ${names}, ${timeText(durationMs)} long`;
}

function round(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}
