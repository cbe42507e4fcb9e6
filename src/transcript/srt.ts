// SubRip subtitles: numbered cues, with commas in their times. There is no standard; players agree on this much.

import { clockText } from './clock-text.ts';
import { cues } from './cues.ts';
import type { Transcript } from './segment.ts';

/** The final segments as an `.srt` file; the speaker's name begins each cue. */
export function toSrt({ segments }: Pick<Transcript, 'segments'>): string {
  return cues(segments)
    .map(({ startMs, endMs, speaker, lines }, index) => {
      // An arrow is what tells a line of times from a line of text.
      const text = lines.join('\n').replaceAll('-->', '->');
      return `${index + 1}\n${clockText(startMs, ',')} --> ${clockText(endMs, ',')}\n${speaker}: ${text}\n`;
    })
    .join('\n');
}
