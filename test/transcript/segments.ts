// Segments for the tests of formats.

import type { TranscriptSegment } from '../../src/transcript/segment.ts';

/** A final segment whose words are spread evenly over its time. */
export function segment(
  direction: TranscriptSegment['direction'],
  startMs: number,
  endMs: number,
  text: string,
  more: Partial<TranscriptSegment> = {},
): TranscriptSegment {
  const tokens = text.split(' ').filter((token) => token !== '');
  const each = (endMs - startMs) / Math.max(1, tokens.length);
  return {
    id: `${direction}-${startMs}`,
    direction,
    startMs,
    endMs,
    startTime: new Date(Date.UTC(2026, 0, 5, 9) + startMs).toISOString(),
    endTime: new Date(Date.UTC(2026, 0, 5, 9) + endMs).toISOString(),
    text,
    partial: false,
    language: 'en-US',
    confidence: 0.9,
    words: tokens.map((token, index) => ({
      text: token,
      startMs: Math.round(startMs + index * each),
      endMs: Math.round(startMs + (index + 1) * each),
      kind: 'word',
      confidence: 0.9,
    })),
    entities: [],
    ...more,
  };
}

export const transcript = (segments: TranscriptSegment[]) => ({
  contactId: 'b0e14540-ca63-4a9c-9273-2b3f1b0a5c1e',
  start: '2026-01-05T09:00:00.000Z',
  durationMs: 60_000,
  segments,
  categories: [],
});
