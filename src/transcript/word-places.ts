// Where each word of a segment stands in its text, so that a segment can be cut between two words.

import type { TranscriptWord } from './segment.ts';

/** For each word the index in `text` where it begins, found from left to right; -1 for a word that is not there. */
export function wordPlaces(text: string, words: readonly TranscriptWord[]): number[] {
  let from = 0;
  return words.map((word) => {
    const place = word.text === '' ? -1 : text.indexOf(word.text, from);
    if (place >= 0) from = place + word.text.length;
    return place;
  });
}

/** The text of the words from `first` up to, and without, `last`: cut out of `text`, else put together. */
export function textOfWords(
  text: string,
  words: readonly TranscriptWord[],
  first: number,
  last = words.length,
): string {
  const places = wordPlaces(text, words);
  const begin = first === 0 ? 0 : places[first];
  const end = last === words.length ? text.length : places[last];
  if (begin !== undefined && end !== undefined && begin >= 0 && end >= begin) {
    return text.slice(begin, end).trim();
  }
  let joined = '';
  for (const word of words.slice(first, last)) {
    joined += word.kind === 'punctuation' || joined === '' ? word.text : ` ${word.text}`;
  }
  return joined;
}
