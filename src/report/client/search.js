// Finding words in the transcript: marks them in the text and on the waveform.

const searchBox = document.querySelector('.search input');
const found = document.querySelector('.found');

/** Rows with a match, by index. @type {number[]} */
let matches = [];
let chosen = -1;

/**
 * Letter by letter, and never longer than before, as the small form of İ would be: places in it are places in the text.
 * @param {string} text
 */
function folded(text) {
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  }).join('');
}

function clearMarks() {
  for (const mark of document.querySelectorAll('mark.hit')) {
    const place = mark.parentElement;
    mark.replaceWith(...mark.childNodes);
    place?.normalize();
  }
}

/** Marks a text in one row. @param {Element} place @param {string} wanted @returns {number} how often it is there */
function markIn(place, wanted) {
  let count = 0;
  let text = place.firstChild;
  while (text instanceof Text) {
    const at = folded(text.data).indexOf(wanted);
    if (at < 0) break;
    const match = text.splitText(at);
    text = match.splitText(Math.min(wanted.length, match.length));
    const mark = document.createElement('mark');
    mark.className = 'hit';
    match.replaceWith(mark);
    mark.append(match);
    count++;
  }
  return count;
}

/** Searches for what stands in the box. */
function search() {
  if (!(searchBox instanceof HTMLInputElement)) return;
  unmarkWord();
  clearMarks();
  const wanted = folded(searchBox.value.trim());
  matches = [];
  chosen = -1;
  let count = 0;
  if (wanted !== '') {
    rows.forEach((row, index) => {
      const place = row.querySelector('p');
      if (!place || !folded(place.textContent ?? '').includes(wanted)) return;
      count += markIn(place, wanted);
      matches.push(index);
    });
  }
  hits = matches.map((index) => starts[index] ?? 0);
  if (found) {
    const times = count === 1 ? 'match' : 'matches';
    found.textContent = wanted === '' ? '' : count === 0 ? 'No match' : `${count} ${times}`;
  }
  for (const button of document.querySelectorAll('.search button')) {
    if (button instanceof HTMLButtonElement) button.disabled = matches.length === 0;
  }
  redraw();
}

/** Goes to the next row with a match, or to the one before. @param {1 | -1} step */
function stepMatch(step) {
  if (matches.length === 0) return;
  const from = chosen < 0 && step < 0 ? 0 : chosen;
  chosen = (from + step + matches.length) % matches.length;
  const row = rows[matches[chosen] ?? 0];
  for (const other of document.querySelectorAll('.chosen')) other.classList.remove('chosen');
  row?.classList.add('chosen');
  if (row) goTo(row);
  if (found) found.textContent = `${chosen + 1} of ${matches.length}`;
}

function startSearch() {
  if (!(searchBox instanceof HTMLInputElement)) return;
  part('.search', HTMLElement).hidden = false;
  searchBox.addEventListener('input', search);
  searchBox.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      stepMatch(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      searchBox.value = '';
      search();
      searchBox.blur();
    }
  });
  part('.previous', HTMLButtonElement).addEventListener('click', () => stepMatch(-1));
  part('.next', HTMLButtonElement).addEventListener('click', () => stepMatch(1));
}
