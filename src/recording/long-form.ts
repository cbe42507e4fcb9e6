// The long form of a WAV file: RF64, whose header takes 36 bytes more than the short one.
import fs from 'node:fs';
import path from 'node:path';
import { syncFile, syncFolder } from './disk-sync.ts';
import { fileBytes, READ_BYTES } from './file-bytes.ts';

/** Bytes between two moments in which other calls get their turn. */
const TURN_BYTES = 8 * 1024 * 1024;

const ZEROS = Buffer.alloc(READ_BYTES);

/** Whether a file has the long form (EBU Tech 3306). */
export function isLongForm(file: string): boolean {
  const fd = fs.openSync(file, 'r');
  try {
    const magic = Buffer.alloc(4);
    fs.readSync(fd, magic, 0, 4, 0);
    return magic.toString('latin1') === 'RF64';
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Puts the long form in a file's place: `header`, then its bytes `[from, end)`. A copy, which takes the place of the file
 * when it is on the disk: data that is moved within a file is lost to whoever finds it half moved.
 */
export async function writeLongForm(
  file: string,
  header: Uint8Array,
  from: number,
  end: number,
): Promise<void> {
  // Ends as temporary files do, by which what a killed process left of it is known.
  const copy = path.join(path.dirname(file), `${path.basename(file, '.part')}.rf64.part`);
  const fd = fs.openSync(copy, 'w');
  let position = header.length;
  let turn = TURN_BYTES;
  try {
    writeAll(fd, header, 0);
    for (const bytes of fileBytes(file, from, end)) {
      // Silence stays a hole.
      if (!ZEROS.subarray(0, bytes.length).equals(bytes)) writeAll(fd, bytes, position);
      position += bytes.length;
      if (position < turn) continue;
      turn = position + TURN_BYTES;
      await new Promise((resolve) => setImmediate(resolve));
    }
    fs.ftruncateSync(fd, position);
    await syncFile(fd);
    fs.closeSync(fd);
  } catch (error) {
    fs.closeSync(fd);
    fs.rmSync(copy, { force: true });
    throw error;
  }
  fs.renameSync(copy, file);
  await syncFolder(path.dirname(file));
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at, position + at);
}
