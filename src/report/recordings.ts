// WAV files as `kvsrec split` names them, brought together to calls again.
import path from 'node:path';
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

const WHAT: Record<string, LaneFile['direction']> = {
  AUDIO_FROM_CUSTOMER: 'from',
  AUDIO_TO_CUSTOMER: 'to',
  STEREO: 'both',
  COMBINED_AUDIO: 'both',
};

/** Groups WAV files: both directions of a call are one, and so is every other file. */
export function findRecordings(paths: readonly string[]): FoundRecording[] {
  const found = new Map<string, FoundRecording>();
  for (const file of paths) {
    const name = path.basename(file).replace(/\.wav$/i, '');
    const what = Object.keys(WHAT).find((candidate) => name.endsWith(candidate));
    const direction = what === undefined ? 'both' : WHAT[what]!;
    const base = what === undefined ? name : name.slice(0, -what.length).replace(/[_-]+$/, '');
    const key = direction === 'both' ? file : path.join(path.dirname(file), base);
    const known = found.get(key);
    if (known !== undefined) {
      known.files.push({ path: file, direction });
      known.files.sort((a, b) => a.direction.localeCompare(b.direction));
      continue;
    }
    found.set(key, { name: file, base: base || name, ...factsOf(base), files: [{ path: file, direction }] });
  }
  return [...found.values()];
}

/** What a name of the default pattern, `<ContactId>_20240918T164128724Z`, says. */
function factsOf(base: string): Pick<FoundRecording, 'contactId' | 'start'> {
  const parts = /^(.+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/.exec(base);
  if (parts === null) return { contactId: null, start: null };
  const [, id, year, month, day, hour, minute, second, ms] = parts;
  const start = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  if (Number.isNaN(start.getTime())) return { contactId: null, start: null };
  return { contactId: id === 'unknown' ? null : id!, start: start.toISOString() };
}
