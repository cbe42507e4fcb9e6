// The list of keys.
import { type Html, html } from '../html.ts';

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['Space', 'K'], 'Play or pause'],
  [['←', '→'], '5 seconds back or forward, 1 with Shift'],
  [['Home', 'End'], 'Start or end of the call'],
  [['I', 'J'], 'Previous or next passage of the transcript'],
  [['M'], 'Next mark on the timeline, the previous one with Shift'],
  [['/'], 'Search'],
  [['N'], 'Next match, the previous one with Shift'],
  [['+', '−', '0'], 'Zoom in, zoom out, whole call'],
  [['<', '>'], 'Slower, faster'],
  [['?'], 'This list'],
];

/** A dialog that the page's script opens. */
export function shortcuts(): Html {
  return html`<dialog aria-labelledby="shortcuts">
<h2 id="shortcuts">Keys</h2>
<dl>${KEYS.map(([keys, does]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${does}</dd></div>`)}</dl>
<p>On the waveform, Ctrl and the wheel zoom, Shift and the wheel move.</p>
<button type="button" class="close">Close</button>
</dialog>`;
}
