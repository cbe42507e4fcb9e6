// WAV files as `kvsrec split` names them, brought together to calls again.
import path from 'node:path';
import { namedRecording } from '../recording/file-name.ts';
import { isoTime } from '../recording/iso-time.ts';
import type { LaneFile } from './lanes.ts';

/** The files of one call, and what their names say of it. */
export interface FoundRecording {
  /** As people know it: the first file's path. */
  name: string;
  /** Of the files, without their ending and without what they say of the direction. */
  base: string;
  contactId: string | null;
  /** ISO 8601 UTC; null where the name says none. */
  start: string | null;
  files: LaneFile[];
}

/** What a file carries, best for a page first: of a call that is there in several layouts, the first kind is shown. */
const KINDS: readonly (readonly [what: string, direction: LaneFile['direction'], rank: number])[] = [
  ['AUDIO_FROM_CUSTOMER', 'from', 0],
  ['AUDIO_TO_CUSTOMER', 'to', 0],
  ['STEREO', 'both', 1],
  ['COMBINED_AUDIO', 'both', 2],
  // The copy beside an earlier page.
  ['REPORT', 'both', 3],
];

/** Groups WAV files: those of a call are one, and so is every other file. */
export function findRecordings(paths: readonly string[]): FoundRecording[] {
  const found = new Map<string, FoundRecording & { rank: number }>();
  for (const file of paths) {
    const name = path.basename(file).replace(/\.wav$/i, '');
    const [what, direction, rank] = KINDS.find(([kind]) => name.endsWith(kind)) ?? ['', 'both', 0];
    const base = what === '' ? name : name.slice(0, -what.length).replace(/[_-]+$/, '');
    // What else follows the time tells files of one call apart, which one page would not.
    const whole = namedRecording(`${base}_REPORT`);
    const named = whole?.what === 'REPORT' ? whole : undefined;
    const key = what === '' ? file : path.join(path.dirname(file), base);
    const known = found.get(key);
    if (known === undefined || rank < known.rank) {
      const files = [{ path: file, direction }];
      found.set(key, {
        name: file,
        base: base || name,
        contactId: named?.contactId ?? null,
        start: named === undefined ? null : isoTime(named.startMs),
        files,
        rank,
      });
    } else if (rank === known.rank) {
      known.files.push({ path: file, direction });
      known.files.sort((a, b) => a.direction.localeCompare(b.direction));
    }
  }
  return [...found.values()].map(({ rank: _, ...recording }) => recording);
}
