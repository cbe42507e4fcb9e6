// Waiting for the disk itself, beside the work that goes on: what a power failure must not take away.
import fs from 'node:fs';
import path from 'node:path';
import { Slots } from './slots.ts';

/** Half of libuv's threads at most wait for the disk, so that others are left for whatever else is asynchronous. */
const slots = new Slots(2);

/** Does the work when it is its turn; however many calls are recorded, few of them wait for the disk at a time. */
export function takingTurns<Value>(work: () => Promise<Value>): Promise<Value> {
  return slots.use(work);
}

/** What file systems and platforms answer that know no such request: it is all that can be done there. */
const UNKNOWN = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EROFS']);

/** The same of folders, which Windows neither opens nor brings to the disk. */
const NO_FOLDERS = new Set([...UNKNOWN, 'EISDIR', 'EPERM', 'EACCES', 'EBADF']);

/** Brings what was written to an open file to the disk. Node's own errors pass through as they are. */
export function syncFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(fd, (error) => {
      if (error === null || UNKNOWN.has(error.code ?? '')) resolve();
      else reject(error);
    });
  });
}

/** `syncFile`, done when the call returns. */
export function syncFileNow(fd: number): void {
  try {
    fs.fdatasyncSync(fd);
  } catch (error) {
    if (!UNKNOWN.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Brings the names in a folder to the disk, where the platform has a way to. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: fs.promises.FileHandle | undefined;
  try {
    handle = await fs.promises.open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!NO_FOLDERS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Replaces a file so that a power failure leaves the old one or the new one, whole. */
export async function replaceDurably(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  const handle = await fs.promises.open(fresh, 'w');
  try {
    await handle.writeFile(text);
    await syncFile(handle.fd);
  } finally {
    await handle.close();
  }
  await fs.promises.rename(fresh, file);
  await syncFolder(path.dirname(file));
}
