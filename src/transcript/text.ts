// A transcript to read: a line per segment, each with its time on the call's clock and who speaks.

import { clockText } from './clock-text.ts';
import { inOrder, speakerName, type Transcript, type TranscriptSegment } from './segment.ts';
import { singleLine } from './single-line.ts';

/** `[00:00:01.000] Customer: Hello.`, with a sentiment behind it where there is one worth telling. */
export function segmentLine(segment: TranscriptSegment): string {
  const { sentiment } = segment;
  const mood = sentiment === undefined || sentiment === 'NEUTRAL' ? '' : ` (${sentiment.toLowerCase()})`;
  return `[${clockText(segment.startMs)}] ${singleLine(speakerName(segment))}: ${singleLine(segment.text)}${singleLine(mood) && mood}`;
}

/** The final segments in order, then the categories that matched. */
export function toText({ segments, categories }: Pick<Transcript, 'segments' | 'categories'>): string {
  const lines = inOrder(segments.filter(({ partial }) => !partial)).map(segmentLine);
  for (const { name, ranges } of categories) {
    const when = ranges.map(({ startMs }) => clockText(startMs)).join(', ');
    lines.push(`Category: ${singleLine(name)}${when === '' ? '' : ` (${when})`}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
