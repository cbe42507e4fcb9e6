// The waveforms of a call as a picture: both lanes over one time axis, with what is marked.
import { loudest, type MeasuredCall, type MeasuredLane, marksOf } from './call.ts';
import { columnsOf } from './outline.ts';
import { Picture, type Rgb } from './picture.ts';
import { encodePng } from './png.ts';
import { axisStep, timeText } from './time-text.ts';

const WIDTH = 1600;
const MARGIN = 32;
const HEAD = 40;
const LANE = 150;
const FOOT = 44;
const LABELS = 8;

const WHITE: Rgb = [255, 255, 255];
const TEXT: Rgb = [28, 33, 40];
const MUTED: Rgb = [90, 98, 110];
const LINE: Rgb = [222, 218, 210];
const SILENCE: Rgb = [240, 238, 233];
const GAP: Rgb = [194, 47, 47];
const NOTE: Rgb = [103, 65, 181];
const FROM: Rgb = [11, 114, 133];
const TO: Rgb = [163, 74, 6];

/** The bytes of a PNG file, 1600 pixels wide. */
export function waveformPng(call: MeasuredCall): Uint8Array {
  const { lanes, durationMs, start } = call;
  const bottom = HEAD + lanes.length * LANE;
  const picture = new Picture(WIDTH, bottom + FOOT, WHITE);
  const width = WIDTH - 2 * MARGIN;
  const x = (ms: number) => MARGIN + (Math.min(ms, durationMs) / Math.max(1, durationMs)) * width;
  for (const { startMs, endMs } of call.silences) {
    picture.fill(x(startMs), HEAD, x(endMs), bottom, SILENCE);
  }
  const most = loudest(lanes);
  for (const [index, lane] of lanes.entries()) {
    drawLane(picture, lane, HEAD + index * LANE, width, most);
    picture.text(lane.label, MARGIN + 4, HEAD + index * LANE + 6, 2, lane.direction === 'to' ? TO : FROM);
  }
  for (const { kind, startMs, durationMs: length, direction } of marksOf(call)) {
    const lane = lanes.findIndex((candidate) => candidate.direction === direction);
    const top = HEAD + Math.max(0, lane) * LANE;
    const end = lane < 0 ? bottom : top + LANE;
    const colour = kind === 'reconnect' || kind === 'overlap' ? NOTE : GAP;
    if (kind === 'gap')
      picture.fill(x(startMs), top, Math.max(x(startMs) + 2, x(startMs + length)), end, GAP, 0.2);
    picture.fill(x(startMs), top, x(startMs) + 2, end, colour);
  }
  picture.fill(MARGIN, bottom, WIDTH - MARGIN, bottom + 1, LINE);
  const step = axisStep(durationMs, LABELS);
  for (let at = 0; at < durationMs; at += step) {
    picture.fill(x(at), bottom, x(at) + 1, bottom + 6, MUTED);
    picture.text(timeText(at, step < 1000), x(at) + (at === 0 ? 0 : -18), bottom + 14, 2, MUTED);
  }
  const began = start === null ? '' : `${start.slice(0, 19).replace('T', ' ')} UTC   `;
  picture.text(`${began}${timeText(durationMs)}`, MARGIN, 14, 2, TEXT);
  return encodePng(picture.width, picture.height, picture.bytes);
}

function drawLane(
  picture: Picture,
  { peaks, direction }: MeasuredLane,
  top: number,
  width: number,
  most: number,
): void {
  const columns = columnsOf(peaks, width);
  const colour = direction === 'to' ? TO : FROM;
  const middle = top + LANE / 2;
  const reach = (LANE / 2) * 0.94;
  for (let i = 0; i < width; i++) {
    const x = MARGIN + i;
    const high = middle - (columns.high[i]! / most) * reach;
    const low = middle - (columns.low[i]! / most) * reach;
    const loud = (columns.rms[i]! / most) * reach;
    picture.fill(x, high, x + 1, low, colour, 0.4);
    picture.fill(x, middle - loud, x + 1, middle + loud, colour);
  }
  picture.fill(MARGIN, middle - 0.5, MARGIN + width, middle + 0.5, colour);
}
