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
const STYLES = ['colours', 'base', 'masthead', 'player', 'transport', 'transcript', 'keys', 'screens'];

function read(name: string): string {
  return readFileSync(new URL(`./client/${name}`, import.meta.url), 'utf8');
}

let files: { script: string; style: string } | undefined;

/** The page's script and style as they stand in it. */
export function clientFiles(): { script: string; style: string } {
  files ??= {
    script: `(() => {\n'use strict';\n${SCRIPTS.map((name) => read(`${name}.js`)).join('\n')}\n})();\n`,
    style: STYLES.map((name) => read(`${name}.css`)).join('\n'),
  };
  return files;
}
