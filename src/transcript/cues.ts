// Segments as subtitles: what is said in half a minute is too much to stand on a screen at once.

import { inOrder, speakerName, type TranscriptSegment } from './segment.ts';
import { singleLine } from './single-line.ts';
import { textOfWords } from './word-places.ts';

/** Two lines of 42 characters, what broadcasters commonly allow. */
const MAX_LINE = 42;
const MAX_CUE = 2 * MAX_LINE;

export interface Cue {
  startMs: number;
  /** Later than `startMs`. */
  endMs: number;
  speaker: string;
  /** One or more lines, none of them empty. */
  lines: string[];
}

/** The cues of all final segments, in the order of their starts, as both formats want them. */
export function cues(segments: readonly TranscriptSegment[]): Cue[] {
  return inOrder(segments.filter(({ partial }) => !partial))
    .flatMap(cuesOf)
    .sort((a, b) => a.startMs - b.startMs);
}

function cuesOf(segment: TranscriptSegment): Cue[] {
  const speaker = speakerName(segment);
  return pieces(segment).flatMap(({ text, startMs, endMs }) => {
    const line = singleLine(text);
    if (line === '') return [];
    const start = Math.max(0, Math.round(startMs));
    return [{ startMs: start, endMs: Math.max(start + 1, Math.round(endMs)), speaker, lines: wrap(line) }];
  });
}

/** A segment cut between words into pieces that fit a cue, where its words have times of their own. */
function pieces(segment: TranscriptSegment): { text: string; startMs: number; endMs: number }[] {
  const { text, words, startMs, endMs } = segment;
  if (text.length <= MAX_CUE || words.length < 2) return [{ text, startMs, endMs }];
  const result: { text: string; startMs: number; endMs: number }[] = [];
  let first = 0;
  for (let last = 1; last <= words.length; last++) {
    const next = words[last];
    // A mark stays with its word.
    if (next !== undefined && next.kind === 'punctuation') continue;
    const cut = textOfWords(text, words, first, last);
    const fits = next === undefined || lengthWith(cut, next.text) <= MAX_CUE;
    const sentenceEnds = words[last - 1]!.kind === 'punctuation' && cut.length > MAX_LINE;
    if (fits && !sentenceEnds && next !== undefined) continue;
    result.push({
      text: cut,
      startMs: first === 0 ? startMs : words[first]!.startMs,
      endMs: next === undefined ? endMs : Math.min(words[last - 1]!.endMs, next.startMs),
    });
    first = last;
  }
  return result;
}

const lengthWith = (text: string, word: string) => text.length + 1 + word.length;

/** Lines of at most 42 characters, as even as spaces allow; a longer word stays whole. */
function wrap(text: string): string[] {
  if (text.length <= MAX_LINE) return [text];
  const count = Math.ceil(text.length / MAX_LINE);
  const goal = Math.min(MAX_LINE, Math.ceil(text.length / count) + 4);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && lengthWith(line, word) > goal) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}
