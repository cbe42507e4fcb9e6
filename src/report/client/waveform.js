// Draws what the view shows: lanes over one time axis, everything that is marked, and the position.

const wave = part('.wave', HTMLElement);
const detail = part('.detail', HTMLCanvasElement);
const overview = part('.overview', HTMLCanvasElement);

/** Pixels between fragment boundaries below which they would be a grey bar. */
const MIN_TICK_GAP = 4;
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** Times of what a search found. @type {number[]} */
let hits = [];
/** The colours of the theme. @type {Record<string, string>} */
let ink = {};
let awaited = false;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = [
    'text',
    'muted',
    'line',
    'surface',
    'from',
    'to',
    'silence',
    'gap',
    'note',
    'alarm',
    'hit',
    'accent',
  ];
  ink = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  ink.both = ink.unknown = /** @type {string} */ (ink.from);
}

/** @param {string | undefined} name @returns {string} */
function colour(name) {
  return ink[name ?? ''] ?? '#888';
}

/** Draws with the next frame. */
function redraw() {
  if (awaited || lanes.length === 0) return;
  awaited = true;
  requestAnimationFrame(() => {
    awaited = false;
    drawDetail();
    drawOverview();
  });
}

/**
 * A canvas brought to its size on the screen.
 * @param {HTMLCanvasElement} canvas
 * @param {number} height
 */
function sized(canvas, height) {
  const width = wave.clientWidth;
  const scale = Math.min(3, devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width };
}

/**
 * Draws one lane's outline between two times: its extremes lightly, its loudness over them.
 * @param {CanvasRenderingContext2D} pen
 * @param {(typeof lanes)[number]} lane
 * @param {{ width: number, top: number, height: number, start: number, end: number }} box
 */
function drawLane(pen, { low, high, rms, direction }, { width, top, height, start, end }) {
  const middle = top + height / 2;
  const reach = (height / 2) * 0.94;
  const pieces = (end - start) / data.pieceMs / width;
  const first = start / data.pieceMs;
  const peak = new Path2D();
  const loud = new Path2D();
  for (let x = 0; x < width; x++) {
    const from = Math.floor(first + x * pieces);
    const to = Math.min(low.length, Math.max(from + 1, Math.floor(first + (x + 1) * pieces)));
    let least = 0;
    let most = 0;
    let energy = 0;
    for (let i = from; i < to; i++) {
      least = Math.min(least, low[i] ?? 0);
      most = Math.max(most, high[i] ?? 0);
      energy += (rms[i] ?? 0) ** 2;
    }
    if (to <= from || most - least === 0) continue;
    peak.rect(x, middle - (most / 127) * reach, 1, Math.max(1, ((most - least) / 127) * reach));
    const loudness = (Math.sqrt(energy / (to - from)) / 255) * reach;
    loud.rect(x, middle - loudness, 1, 2 * loudness);
  }
  pen.fillStyle = colour(direction);
  pen.globalAlpha = 0.4;
  pen.fill(peak);
  pen.globalAlpha = 1;
  pen.fill(loud);
  pen.fillRect(0, middle - 0.5, width, 1);
}

function drawDetail() {
  const { railHeight, laneHeight, axisHeight } = data;
  const height = railHeight + lanes.length * laneHeight + axisHeight;
  const bottom = height - axisHeight;
  const { pen, width } = sized(detail, height);
  const span = view.end - view.start;
  const x = (/** @type {number} */ ms) => ((ms - view.start) / span) * width;
  pen.fillStyle = colour('silence');
  for (const { startMs, endMs } of data.silences) {
    if (endMs > view.start && startMs < view.end)
      pen.fillRect(x(startMs), railHeight, x(endMs) - x(startMs), bottom - railHeight);
  }
  pen.fillStyle = colour('accent');
  pen.globalAlpha = 0.07;
  pen.fillRect(x(0), railHeight, x(position) - x(0), bottom - railHeight);
  pen.globalAlpha = 1;
  lanes.forEach((lane, index) => {
    const top = railHeight + index * laneHeight;
    drawLane(pen, lane, { width, top, height: laneHeight, start: view.start, end: view.end });
    drawLabel(pen, lane, top);
  });
  drawFragments(pen, x, width);
  drawAxis(pen, x, width, bottom);
  drawMarks(pen, x, bottom);
  pen.fillStyle = colour('hit');
  for (const at of hits) {
    if (at >= view.start && at <= view.end) pen.fillRect(x(at) - 1.5, bottom - 8, 3, 8);
  }
  pen.fillStyle = colour('text');
  pen.fillRect(x(position) - 0.75, 4, 1.5, bottom - 4);
  pen.beginPath();
  pen.moveTo(x(position) - 5, 2);
  pen.lineTo(x(position) + 5, 2);
  pen.lineTo(x(position), 10);
  pen.fill();
}

/** @param {CanvasRenderingContext2D} pen @param {(typeof lanes)[number]} lane @param {number} top */
function drawLabel(pen, { label, direction }, top) {
  pen.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  pen.strokeStyle = colour('surface');
  pen.strokeText(label, 8, top + 16);
  pen.fillStyle = colour(direction);
  pen.fillText(label, 8, top + 16);
}

/** @param {CanvasRenderingContext2D} pen @param {(ms: number) => number} x @param {number} width */
function drawFragments(pen, x, width) {
  const { starts } = data.fragments;
  const from = Math.max(0, lastAt(starts, view.start));
  const to = lastAt(starts, view.end) + 1;
  if (starts.length === 0 || width / Math.max(1, to - from) < MIN_TICK_GAP) return;
  pen.fillStyle = colour('muted');
  for (let i = from; i < to; i++) pen.fillRect(x(starts[i] ?? 0) - 0.5, data.railHeight - 7, 1, 7);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {(ms: number) => number} x
 * @param {number} width
 * @param {number} bottom
 */
function drawAxis(pen, x, width, bottom) {
  const span = view.end - view.start;
  const wanted = (span / 1000) * (84 / width);
  const step = 1000 * (STEPS_S.find((seconds) => seconds >= wanted) ?? 14400);
  pen.fillStyle = colour('line');
  pen.fillRect(0, bottom, width, 1);
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  for (let at = Math.ceil(view.start / step) * step; at <= view.end; at += step) {
    const text = timeText(at, step < 1000);
    const half = pen.measureText(text).width / 2;
    pen.fillStyle = colour('line');
    pen.fillRect(x(at), bottom, 1, 5);
    if (x(at) + half > width) continue;
    pen.fillStyle = colour('muted');
    pen.fillText(text, Math.max(0, x(at) - half), bottom + 20);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {(ms: number) => number} x @param {number} bottom */
function drawMarks(pen, x, bottom) {
  const { railHeight, laneHeight } = data;
  for (const { kind, startMs, durationMs, lane } of data.marks) {
    if (startMs > view.end || startMs + durationMs < view.start) continue;
    if (kind === 'gap') {
      const top = lane < 0 ? railHeight : railHeight + lane * laneHeight;
      const height = lane < 0 ? bottom - railHeight : laneHeight;
      pen.fillStyle = colour('gap');
      pen.globalAlpha = 0.18;
      pen.fillRect(x(startMs), top, Math.max(2, x(startMs + durationMs) - x(startMs)), height);
      pen.globalAlpha = 1;
      pen.fillRect(x(startMs), top, 1.5, height);
      continue;
    }
    pen.strokeStyle = pen.fillStyle = colour(kind === 'reconnect' || kind === 'overlap' ? 'note' : 'alarm');
    pen.lineWidth = 1.5;
    pen.setLineDash([4, 3]);
    pen.beginPath();
    pen.moveTo(x(startMs), 10);
    pen.lineTo(x(startMs), bottom);
    pen.stroke();
    pen.setLineDash([]);
    pen.beginPath();
    pen.arc(x(startMs), 7, 4, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** The whole call with the part that is shown, while that is only a part. */
function drawOverview() {
  overview.hidden = !zoomedIn();
  if (overview.hidden) return;
  const height = 40;
  const { pen, width } = sized(overview, height);
  lanes.forEach((lane, index) => {
    const each = height / lanes.length;
    drawLane(pen, lane, { width, top: index * each, height: each, start: 0, end: duration });
  });
  const x = (/** @type {number} */ ms) => (ms / duration) * width;
  pen.fillStyle = colour('surface');
  pen.globalAlpha = 0.72;
  pen.fillRect(0, 0, x(view.start), height);
  pen.fillRect(x(view.end), 0, width - x(view.end), height);
  pen.globalAlpha = 1;
  pen.strokeStyle = colour('accent');
  pen.lineWidth = 2;
  pen.strokeRect(x(view.start), 1, Math.max(3, x(view.end) - x(view.start)), height - 2);
  pen.fillStyle = colour('text');
  pen.fillRect(x(position) - 0.75, 0, 1.5, height);
}

function startWaveform() {
  wave.classList.add('live');
  detail.hidden = false;
  readColours();
  new ResizeObserver(redraw).observe(wave);
  onMove.push(redraw);
  onView.push(redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    readColours();
    redraw();
  });
}
