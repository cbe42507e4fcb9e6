// The transcript beside the audio: shows what is being said, and goes there when it is chosen.

const rows = [...document.querySelectorAll('.segments > li')].filter((row) => row instanceof HTMLElement);
const starts = rows.map((row) => Number(row.dataset.start));
const ends = rows.map((row) => Number(row.dataset.end));
const followBox = document.querySelector('.follow input');

/** Index of the row that is marked as current, or -1. */
let current = -1;
/** What the current word was marked in, with its text as it was. @type {{ place: HTMLElement, word: number } | null} */
let spoken = null;

function follows() {
  return followBox instanceof HTMLInputElement && followBox.checked;
}

/** The row that is said at a time: of several at once the one that began last. @param {number} ms */
function rowAt(ms) {
  const last = lastAt(starts, ms);
  for (let i = last; i >= Math.max(0, last - 8); i--) if (ms < (ends[i] ?? 0)) return i;
  return -1;
}

function showCurrent() {
  const next = rowAt(position);
  if (next !== current) {
    unmarkWord();
    rows[current]?.removeAttribute('aria-current');
    current = next;
    const row = rows[current];
    row?.setAttribute('aria-current', 'true');
    if (row && follows() && audio && !audio.paused) bring(row);
  }
  markWord();
}

/** Scrolls so that an element can be read. @param {Element} element */
function bring(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const covered = part('.player', HTMLElement).getBoundingClientRect().bottom;
  if (top >= Math.max(0, covered) && bottom <= innerHeight - 40) return;
  element.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' });
}

/** Underlines the word that is being said, where its time is known and no search has marked the text. */
function markWord() {
  const words = data.words[String(current)];
  const place = rows[current]?.querySelector('p');
  if (!words || !place || place.querySelector('mark.hit')) return;
  let word = -1;
  for (let i = 0; i < words.length; i += 3) if ((words[i + 2] ?? 0) <= position) word = i;
  if (spoken?.word === word && spoken.place === place) return;
  unmarkWord();
  const text = place.firstChild;
  if (word < 0 || !(text instanceof Text)) return;
  const range = document.createRange();
  range.setStart(text, Math.min(words[word] ?? 0, text.length));
  range.setEnd(text, Math.min(words[word + 1] ?? 0, text.length));
  const mark = document.createElement('span');
  mark.className = 'word';
  range.surroundContents(mark);
  spoken = { place, word };
}

function unmarkWord() {
  const mark = spoken?.place.querySelector('.word');
  mark?.replaceWith(...mark.childNodes);
  spoken?.place.normalize();
  spoken = null;
}

/** Goes to the next segment, or to the one before. @param {1 | -1} step */
function stepRow(step) {
  const here = lastAt(starts, position + 1);
  const next = rows[within(here + step, 0, rows.length - 1)];
  if (next) goTo(next);
}

/** Goes to what a row or an entry of a list is about. @param {Element} element */
function goTo(element) {
  seek(Number(element.getAttribute('data-start')));
  bring(element);
}

function startTranscript() {
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest('[data-start]');
    // Text that somebody is selecting is not being pointed at.
    if (!row || (getSelection()?.toString() ?? '') !== '') return;
    event.preventDefault();
    if (target?.closest('a')) history.replaceState(null, '', `#${row.id}`);
    seek(Number(row.getAttribute('data-start')));
  });
  if (followBox) part('.follow', HTMLElement).hidden = false;
  onMove.push(showCurrent);
}

/** Goes to the place that the page's address names, such as `#s12`. */
function goToAddress() {
  const named = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (named?.hasAttribute('data-start')) goTo(named);
}
