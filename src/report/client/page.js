// The page's own data and parts. All files of this folder are put into the page one after another, in one scope.

/** @type {PageData} */
const data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('data')).textContent ?? '{}');

/**
 * The page's element with that selector.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function part(selector, kind) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @param {string} text @returns {Uint8Array} */
function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Outlines: -127 to 127 for the extremes, 0 to 255 for the loudness, of the loudest sample of the call. */
const lanes = data.lanes.map(({ low, high, rms, ...lane }) => ({
  ...lane,
  low: new Int8Array(bytesOf(low).buffer),
  high: new Int8Array(bytesOf(high).buffer),
  rms: bytesOf(rms),
}));

const duration = data.durationMs;

/** @param {number} ms @param {number} least @param {number} most */
function within(ms, least, most) {
  return Math.max(least, Math.min(most, ms));
}

/**
 * `0:03.2`, or `1:02:03` without tenths.
 * @param {number} ms
 * @param {boolean} [tenths]
 */
function timeText(ms, tenths = true) {
  const units = tenths ? Math.floor(ms / 100) : Math.round(ms / 1000) * 10;
  const seconds = Math.floor(units / 10);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const clock =
    hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return tenths ? `${clock}.${units % 10}` : clock;
}

/** `0 minutes 3 seconds`, for whoever listens to the page. @param {number} ms */
function spokenTime(ms) {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const parts = [`${Math.floor(seconds / 60) % 60} minutes`, `${seconds % 60} seconds`];
  return (hours > 0 ? [`${hours} hours`, ...parts] : parts).join(' ');
}

/** `16:41:31.924 UTC`; empty where the start is not known. @param {number} ms */
function wallText(ms) {
  return data.startMs === null ? '' : `${new Date(data.startMs + ms).toISOString().slice(11, 23)} UTC`;
}

/**
 * Index of the last entry that is not after `ms`, or -1.
 * @param {ArrayLike<number>} starts Ascending.
 * @param {number} ms
 */
function lastAt(starts, ms) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (starts[middle]) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whom a change of the position, the view, or the matches of a search concerns. @type {(() => void)[]} */
const onMove = [];
/** @type {(() => void)[]} */
const onView = [];

/** Whether somebody asked for less movement. */
function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
