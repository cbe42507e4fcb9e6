// What the page's script works on, as JSON: outlines in 8 bits, marks, fragments, times of words.
import { loudest, type MeasuredCall, type MeasuredLane, marksOf } from './call.ts';
import { type Html, scriptJson } from './html.ts';
import { AXIS_HEIGHT, LANE_HEIGHT, RAIL_HEIGHT } from './waveform-svg.ts';

/** The content of the page's data element; see `client/types.d.ts` for its shape. */
export function pageData(call: MeasuredCall): Html {
  const { lanes, durationMs, sampleRate, start } = call;
  const most = loudest(lanes);
  return scriptJson({
    durationMs,
    startMs: start === null ? null : Date.parse(start),
    pieceMs: ((lanes[0]?.peaks.samplesPerPiece ?? sampleRate) / sampleRate) * 1000,
    laneHeight: LANE_HEIGHT,
    railHeight: RAIL_HEIGHT,
    axisHeight: AXIS_HEIGHT,
    lanes: lanes.map((lane) => laneData(lane, most)),
    silences: call.silences,
    marks: marksOf(call).map(({ kind, startMs, durationMs, direction, text }) => ({
      kind,
      startMs,
      durationMs,
      lane: lanes.findIndex((lane) => lane.direction === direction),
      text,
    })),
    fragments: fragmentData(call),
    words: Object.fromEntries(
      (call.transcript ?? []).flatMap(({ words }, index) =>
        words.length === 0
          ? []
          : [[index, words.flatMap(({ begin, end, startMs }) => [begin, end, Math.round(startMs)])]],
      ),
    ),
  });
}

function laneData({ direction, label, peaks }: MeasuredLane, most: number) {
  const scaled = (values: ArrayLike<number>, full: number) => {
    const bytes = Buffer.allocUnsafe(values.length);
    for (let i = 0; i < values.length; i++) bytes[i] = Math.round((values[i]! / most) * full);
    return bytes.toString('base64');
  };
  return {
    direction,
    label,
    low: scaled(peaks.low, 127),
    high: scaled(peaks.high, 127),
    rms: scaled(peaks.rms, 255),
  };
}

/** Numbers of one stream begin alike for more than half of their 47 digits, so what they share stands there once. */
function fragmentData({ marks }: MeasuredCall) {
  const fragments = [...(marks?.fragments ?? [])].sort((a, b) => a.startMs - b.startMs);
  const numbers = fragments.map(({ number }) => number);
  const known = numbers.filter((number) => number !== null);
  let prefix = known[0] ?? '';
  for (const number of known) while (!number.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return {
    starts: fragments.map(({ startMs }) => startMs),
    prefix,
    numbers: numbers.map((number) => number?.slice(prefix.length) ?? null),
  };
}
