// Keys for everything, and the list of them.

const shortcuts = part('dialog', HTMLDialogElement);

/** Goes to the next thing that is marked, or to the one before. @param {1 | -1} step */
function stepMark(step) {
  const all = data.marks.map(({ startMs }) => startMs);
  const ahead =
    step > 0 ? all.find((at) => at > position + 1) : all.filter((at) => at < position - 500).at(-1);
  if (ahead !== undefined) seek(ahead);
}

/** @type {Record<string, () => void>} */
const KEYS = {
  ' ': togglePlay,
  k: togglePlay,
  ArrowLeft: () => seek(position - 5000),
  ArrowRight: () => seek(position + 5000),
  'Shift+ArrowLeft': () => seek(position - 1000),
  'Shift+ArrowRight': () => seek(position + 1000),
  Home: () => seek(0),
  End: () => seek(duration),
  j: () => stepRow(1),
  i: () => stepRow(-1),
  m: () => stepMark(1),
  'Shift+M': () => stepMark(-1),
  '+': () => zoomHere(2),
  '=': () => zoomHere(2),
  '-': () => zoomHere(0.5),
  0: () => show(0, duration),
  '<': () => changeSpeed(-1),
  '>': () => changeSpeed(1),
  '/': () => searchBox instanceof HTMLInputElement && searchBox.focus(),
  n: () => stepMatch(1),
  'Shift+N': () => stepMatch(-1),
  '?': () => shortcuts.showModal(),
};

/** Elements that have a use of their own for keys. */
const OWN_KEYS = 'input, select, textarea, dialog, audio';
const OWN_ENTER_AND_SPACE = 'button, a, summary';

function startKeyboard() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(OWN_KEYS)) return;
    if (event.key === ' ' && target.closest(OWN_ENTER_AND_SPACE)) return;
    // A sign such as ? is typed with Shift; only letters and arrows have a meaning of their own with it.
    const named = event.key.length > 1 || /[A-Z]/.test(event.key);
    const key = KEYS[event.shiftKey && named ? `Shift+${event.key}` : event.key];
    if (!key) return;
    event.preventDefault();
    key();
  });
  part('.help', HTMLButtonElement).addEventListener('click', () => shortcuts.showModal());
  part('.close', HTMLButtonElement).addEventListener('click', () => shortcuts.close());
}
