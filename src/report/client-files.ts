// The page's own script and style, from the files in `client/`. The bundled command line has their text in this place.
import { readFileSync } from 'node:fs';

/** In the order in which they are put into the page; scripts share one scope. */
const SCRIPTS = [
  'page',
  'player',
  'view',
  'waveform',
  'pointer',
  'transcript',
  'search',
  'keyboard',
  'start',
];
const STYLES = ['base', 'masthead', 'player', 'transport', 'transcript', 'keys', 'screens'];

function read(file: string): string {
  return readFileSync(new URL(`./client/${file}`, import.meta.url), 'utf8');
}

/** When the page is dark: as its reader has chosen, else as the device prefers. On paper it never is. */
const DARK = [
  { media: 'screen', root: ':root[data-theme="dark"]' },
  { media: 'screen and (prefers-color-scheme: dark)', root: ':root:not([data-theme="light"])' },
];

function colours(): string {
  const dark = read('dark.css');
  const rules = DARK.map(({ media, root }) => `@media ${media} {\n${dark.replace(':root', root)}}`);
  return [read('colours.css'), ...rules].join('\n');
}

let files: { script: string; style: string } | undefined;

/** The page's script and style as they stand in it. */
export function clientFiles(): { script: string; style: string } {
  files ??= {
    script: `(() => {\n'use strict';\n${SCRIPTS.map((name) => read(`${name}.js`)).join('\n')}\n})();\n`,
    style: [colours(), ...STYLES.map((name) => read(`${name}.css`))].join('\n'),
  };
  return files;
}
