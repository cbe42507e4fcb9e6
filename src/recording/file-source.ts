// A local file or standard input as a source of bytes.
import fs from 'node:fs';
import { KvsrecError } from '../errors.ts';
import type { ByteSource } from './types.ts';

/** Bytes of a read: measured, larger ones leave the processor's cache and smaller ones cost calls. */
const READ_BYTES = 512 * 1024;

export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

function read(fd: number, into: Buffer, position: number | null): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, 0, into.length, position, (error, bytes) => {
      if (error === null) resolve(bytes);
      else reject(error);
    });
  });
}

/** Two buffers in turn: one is read into while the other is worked on. */
async function* readAhead(fd: number, positioned: boolean): AsyncGenerator<Uint8Array> {
  const buffers = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)];
  let position = 0;
  let turn = 0;
  let next = read(fd, buffers[turn]!, positioned ? position : null);
  try {
    for (;;) {
      const bytes = await next;
      if (bytes === 0) return;
      const full = buffers[turn]!;
      position += bytes;
      turn = 1 - turn;
      next = read(fd, buffers[turn]!, positioned ? position : null);
      // A failure is thrown where it is awaited, also if the reader lingers on this chunk.
      next.catch(() => {});
      yield full.subarray(0, bytes);
    }
  } finally {
    if (positioned) await next.catch(() => {});
  }
}

/**
 * Opens a file, or standard input for `-`.
 * @throws KvsrecError `is-directory`; Node's own error (ENOENT, EACCES, …) as it is.
 */
export async function openFile(path: string): Promise<FileSource> {
  if (path === '-') {
    return {
      name: '-',
      async *chunks() {
        for await (const chunk of process.stdin) yield chunk as Buffer;
      },
      async close() {
        process.stdin.destroy();
      },
    };
  }
  const fd = await new Promise<number>((resolve, reject) => {
    fs.open(path, 'r', (error, opened) => (error === null ? resolve(opened) : reject(error)));
  });
  const facts = fs.fstatSync(fd);
  if (facts.isDirectory()) {
    fs.closeSync(fd);
    throw new KvsrecError('is-directory', `${path} is a directory`, {
      hint: 'Name the dumps in it, for example with a shell pattern: kvsrec split calls/*.mkv -o out',
    });
  }
  return {
    name: path,
    size: facts.isFile() ? facts.size : undefined,
    chunks: () => readAhead(fd, facts.isFile()),
    async close() {
      fs.closeSync(fd);
    },
  };
}
