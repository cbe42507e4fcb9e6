// The report as one HTML document, piece by piece, so that a long call's audio is never in memory as a whole.
import { createHash } from 'node:crypto';
import type { MeasuredCall } from './call.ts';
import { clientFiles } from './client-files.ts';
import { Html, html } from './html.ts';
import { pageData } from './page-data.ts';
import { masthead } from './sections/masthead.ts';
import { playerEnd, playerStart } from './sections/player.ts';
import { shortcuts } from './sections/shortcuts.ts';
import { timelineSection } from './sections/timeline.ts';
import { transcriptSection } from './sections/transcript.ts';
import { dateText } from './time-text.ts';

/** Where the page's audio is. */
export type PageAudio =
  | { kind: 'none' }
  /** A file beside the page, by its name. */
  | { kind: 'beside'; name: string }
  /** In the page: a WAV file's bytes. */
  | { kind: 'embedded'; bytes: AsyncIterable<Uint8Array> };

/** The document's text in order. */
export async function* page(call: MeasuredCall, audio: PageAudio): AsyncGenerator<string> {
  const { script, style } = clientFiles();
  const title = call.start === null ? 'Call report' : `Call of ${dateText(call.start)}`;
  yield html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style, audio)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the transcript</a>
${masthead(call, title)}
<main>
${playerStart(call)}
`.markup;
  yield* audioElement(audio);
  const timeline = timelineSection(call);
  yield html`${playerEnd(call)}
<div class="columns" id="content">
${transcriptSection(call)}
${timeline}
</div>
</main>
${shortcuts()}
<footer><p>Made by kvsrec from ${call.source}. Times count from the call’s first audio.</p></footer>
<script type="application/json" id="data">${pageData(call)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`.markup;
}

/** A waveform in a circle. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 7v2M5 4v8M8 2v12M11 5v6M14 7v2' stroke='%230b7285' stroke-width='1.8' stroke-linecap='round'/%3E%3C/svg%3E";

/** Nothing may be loaded or run but what this page brings along, told by its digest. */
function policy(script: string, style: string, audio: PageAudio): string {
  const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const media = { none: "'none'", beside: "'self' file:", embedded: 'data:' }[audio.kind];
  return [
    "default-src 'none'",
    `script-src ${digest(script)}`,
    `style-src ${digest(style)}`,
    `media-src ${media}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

async function* audioElement(audio: PageAudio): AsyncGenerator<string> {
  if (audio.kind === 'none') return;
  if (audio.kind === 'beside') {
    yield html`<audio controls preload="metadata" src="${encodeURIComponent(audio.name)}"></audio>\n`.markup;
    return;
  }
  yield '<audio controls preload="metadata" src="data:audio/wav;base64,';
  // Base64 takes three bytes at a time; what is left over waits for the next piece.
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of audio.bytes) {
    const bytes =
      rest.length === 0
        ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
        : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    rest = Buffer.from(bytes.subarray(whole));
  }
  yield `${rest.toString('base64')}"></audio>\n`;
}
