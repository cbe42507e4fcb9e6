// WebVTT subtitles (W3C, https://www.w3.org/TR/webvtt1/): cues with a voice span each.

import { clockText } from './clock-text.ts';
import { cues } from './cues.ts';
import type { Transcript } from './segment.ts';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Section 3.1: these three have to be escaped in a cue; with them goes the arrow. */
const escaped = (text: string) => text.replace(/[&<>]/g, (character) => ESCAPES[character]!);

/** The final segments as a `.vtt` file. */
export function toVtt({ segments }: Pick<Transcript, 'segments'>): string {
  const blocks = cues(segments).map(
    ({ startMs, endMs, speaker, lines }) =>
      `${clockText(startMs)} --> ${clockText(endMs)}\n<v ${escaped(speaker)}>${lines.map(escaped).join('\n')}</v>\n`,
  );
  return ['WEBVTT\n', ...blocks].join('\n');
}
