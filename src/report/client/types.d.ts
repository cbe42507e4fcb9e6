// What the page's script is given, for the checker.

interface PageData {
  durationMs: number;
  /** Milliseconds since the epoch of the first audio. */
  startMs: number | null;
  /** Milliseconds of a piece of an outline. */
  pieceMs: number;
  laneHeight: number;
  railHeight: number;
  axisHeight: number;
  /** Base64 of bytes. */
  lanes: {
    direction: 'from' | 'to' | 'both' | 'unknown';
    label: string;
    low: string;
    high: string;
    rms: string;
  }[];
  silences: { startMs: number; endMs: number }[];
  marks: { kind: string; startMs: number; durationMs: number; lane: number; text: string }[];
  fragments: { starts: number[]; prefix: string; numbers: (string | null)[] };
  /** Per segment that has words: begin, end and start time of each in turn. */
  words: Record<string, number[]>;
}
