// A dump that fragments are served from: its index, and its bytes, read when they are needed.
import fs from 'node:fs';
import { KvsrecError } from '../errors.ts';
import { DumpIndexer } from './dump-index.ts';
import { type ParsedFragment, parseFragment } from './parsed-fragment.ts';
import { patchUnknownSize } from './patch-size.ts';
import type { Piece } from './piece.ts';

/** Bytes by position. */
export interface Bytes {
  readonly size: number;
  /** The bytes `[start, end)`. */
  read(start: number, end: number): Buffer;
  close(): void;
}

/** Bytes read at once while a dump is indexed. */
const READ_BYTES = 256 * 1024;

/** Reads in a row before sockets and timers get their turn. */
const READS_A_TURN = 8;

/** Most bytes of fragments kept for the next connection that needs them: streams of one dump go in step. */
const CACHE_BYTES = 8 * 1024 * 1024;

export class Dump {
  /** Last index of each number. */
  readonly byNumber = new Map<bigint, number>();
  readonly #bytes: Bytes;
  readonly #cache = new Map<number, ParsedFragment>();
  #cached = 0;

  constructor(
    bytes: Bytes,
    readonly pieces: Piece[],
  ) {
    this.#bytes = bytes;
    for (const [index, { number }] of pieces.entries()) this.byNumber.set(number, index);
  }

  /** Adds a fragment whose bytes have been added behind the others. */
  add(piece: Piece): void {
    this.byNumber.set(piece.number, this.pieces.length);
    this.pieces.push(piece);
  }

  /** A fragment as it stands in the dump. */
  raw(index: number): Buffer {
    return this.#parsed(index).bytes;
  }

  /** What has to go before a fragment that does not begin its document; empty for one that does. */
  head(index: number): Buffer {
    const { head, opens, segmentSizeAt } = this.pieces[index]!;
    if (head === null || opens) return Buffer.alloc(0);
    const bytes = this.#bytes.read(head.start, head.end);
    if (segmentSizeAt !== null) patchUnknownSize(bytes, segmentSizeAt - head.start);
    return bytes;
  }

  /** A fragment with its structure, to be stamped anew. */
  parsed(index: number): ParsedFragment {
    return this.#parsed(index);
  }

  close(): void {
    this.#cache.clear();
    this.#bytes.close();
  }

  #parsed(index: number): ParsedFragment {
    const found = this.#cache.get(index);
    if (found !== undefined) return found;
    const piece = this.pieces[index]!;
    const parsed = parseFragment(this.#bytes.read(piece.start, piece.end), () => this.head(index), piece);
    this.#cache.set(index, parsed);
    this.#cached += parsed.bytes.length;
    for (const [oldest, { bytes }] of this.#cache) {
      if (this.#cached <= CACHE_BYTES || oldest === index) break;
      this.#cache.delete(oldest);
      this.#cached -= bytes.length;
    }
    return parsed;
  }
}

/**
 * Indexes a dump.
 * @param source A file's path, or the bytes themselves.
 * @throws KvsrecError `unreadable-dump`.
 */
export async function openDump(source: string | Uint8Array): Promise<Dump> {
  const inMemory = typeof source !== 'string';
  const bytes = inMemory ? memoryBytes(source) : fileBytes(source);
  const indexer = new DumpIndexer();
  for (let at = 0, reads = 1; at < bytes.size; at += READ_BYTES, reads++) {
    indexer.push(bytes.read(at, Math.min(at + READ_BYTES, bytes.size)));
    if (reads % READS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const pieces = indexer.end();
  const nothing = pieces.every(({ startMs, damaged, head }) => startMs === 0 && damaged && head === null);
  if (!inMemory && nothing && indexer.segmentSizeAt === null) {
    bytes.close();
    throw new KvsrecError('unreadable-dump', `the dump ${source} is not a Matroska stream`, {
      hint: 'Name a file that GetMedia or GetMediaForFragmentList answered, as NAME=FILE.',
    });
  }
  return new Dump(bytes, pieces);
}

function memoryBytes(source: Uint8Array): Bytes {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.length);
  // A copy, since what is read may be patched.
  return {
    size: bytes.length,
    read: (start, end) => Buffer.from(bytes.subarray(start, end)),
    close: () => {},
  };
}

function fileBytes(path: string): Bytes {
  let fd: number;
  try {
    // Opening a pipe that nobody writes to would wait for ever.
    if (!fs.statSync(path).isFile()) throw notAFile(path);
    fd = fs.openSync(path, 'r');
  } catch (cause) {
    if (cause instanceof KvsrecError) throw cause;
    throw new KvsrecError('unreadable-dump', `cannot open the dump ${path}: ${(cause as Error).message}`, {
      hint: 'Name a file that GetMedia or GetMediaForFragmentList answered, as NAME=FILE.',
      cause,
    });
  }
  const { size } = fs.fstatSync(fd);
  return { size, read: (start, end) => readFully(fd, start, end), close: () => fs.closeSync(fd) };
}

function notAFile(path: string): KvsrecError {
  return new KvsrecError('unreadable-dump', `the dump ${path} is not a file`, {
    hint: 'A dump is read again and again, so that it cannot be a pipe; give a folder without NAME=.',
  });
}

/** The bytes `[start, end)` of an open file; zeros where it has become shorter. */
export function readFully(fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  let at = 0;
  while (at < bytes.length) {
    const read = fs.readSync(fd, bytes, at, bytes.length - at, start + at);
    if (read === 0) return bytes.fill(0, at);
    at += read;
  }
  return bytes;
}
