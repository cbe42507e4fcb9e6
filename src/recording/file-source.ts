// A local file or standard input as a source of bytes.
import fs from 'node:fs';
import net from 'node:net';
import { KvsrecError } from '../errors.ts';
import type { ByteSource } from './types.ts';

/** Bytes of a read: measured, larger ones leave the processor's cache and smaller ones cost calls. */
const READ_BYTES = 128 * 1024;

/** Bytes in a row before signals and timers get their turn: a few milliseconds. */
const BYTES_A_TURN = 8 * 1024 * 1024;

export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * A regular file in one `buffer` that is used again. Reading from the page cache on this thread takes a fraction of what
 * it takes to ask another one for it.
 */
async function* readFile(
  fd: number,
  buffer: Uint8Array = Buffer.allocUnsafeSlow(READ_BYTES),
): AsyncGenerator<Uint8Array> {
  for (let turn = 0; ; ) {
    const bytes = fs.readSync(fd, buffer, 0, buffer.length, null);
    if (bytes === 0) return;
    yield bytes === buffer.length ? buffer : buffer.subarray(0, bytes);
    turn += bytes;
    if (turn < BYTES_A_TURN) continue;
    turn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A device: it is waited for by another thread. */
async function* readDevice(path: string, fd: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of fs.createReadStream(path, { fd, autoClose: false })) yield chunk as Buffer;
}

/**
 * A named pipe, which may keep silent for as long as it likes: neither opening nor reading it occupies a thread, which
 * nothing could call back before the pipe's writer comes or goes.
 */
function openNamedPipe(path: string): FileSource {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const socket = new net.Socket({ fd, readable: true, writable: false });
  return {
    name: path,
    async *chunks() {
      for await (const chunk of socket) yield chunk as Buffer;
    },
    async close() {
      socket.destroy();
    },
  };
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
  if (fs.statSync(path, { throwIfNoEntry: false })?.isFIFO()) return openNamedPipe(path);
  const fd = await new Promise<number>((resolve, reject) => {
    fs.open(path, 'r', (error, opened) => (error === null ? resolve(opened) : reject(error)));
  });
  const facts = fs.fstatSync(fd);
  if (facts.isDirectory()) {
    fs.closeSync(fd);
    throw new KvsrecError('is-directory', `${path} is a directory`, {
      hint: 'Name a file in it, or all of a kind with a shell pattern, such as calls/*.mkv.',
    });
  }
  return {
    name: path,
    size: facts.isFile() ? facts.size : undefined,
    chunks: (buffer) => (facts.isFile() ? readFile(fd, buffer) : readDevice(path, fd)),
    async close() {
      fs.closeSync(fd);
    },
  };
}
