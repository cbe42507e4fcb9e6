// Which part of the call the waveform shows.

/** Least milliseconds on the screen: what an outline can still show. */
const MIN_SPAN = Math.min(duration, Math.max(1000, 250 * data.pieceMs));

const view = { start: 0, end: duration };

/** Shows from `start` on, `span` milliseconds. @param {number} start @param {number} span */
function show(start, span) {
  const length = within(span, MIN_SPAN, duration);
  view.start = within(start, 0, duration - length);
  view.end = view.start + length;
  for (const tell of onView) tell();
}

/** Zooms by a factor and keeps `at` where it is on the screen. @param {number} factor @param {number} at */
function zoom(factor, at) {
  const span = view.end - view.start;
  const next = within(span / factor, MIN_SPAN, duration);
  show(at - ((at - view.start) / span) * next, next);
}

function zoomedIn() {
  return view.end - view.start < duration - 0.5;
}

/** Zooms around the position, or around the middle where the position is not on the screen. @param {number} factor */
function zoomHere(factor) {
  const there = position >= view.start && position <= view.end;
  zoom(factor, there ? position : (view.start + view.end) / 2);
}

/** Brings a position onto the screen, near its left edge. @param {number} ms */
function reveal(ms) {
  if (ms >= view.start && ms <= view.end) return;
  const span = view.end - view.start;
  show(ms - span * 0.1, span);
}

function startView() {
  const fit = part('.fit', HTMLButtonElement);
  const out = part('.zoom-out', HTMLButtonElement);
  const closer = part('.zoom-in', HTMLButtonElement);
  fit.addEventListener('click', () => show(0, duration));
  out.addEventListener('click', () => zoomHere(0.5));
  closer.addEventListener('click', () => zoomHere(2));
  onView.push(() => {
    fit.disabled = !zoomedIn();
    out.disabled = !zoomedIn();
    closer.disabled = view.end - view.start <= MIN_SPAN;
  });
}
