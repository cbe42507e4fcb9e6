// `inspect --tree`: every element of a dump with its place and size, as it streams by.

import { type EbmlHandler, EbmlReader } from '../../ebml/reader.ts';
import { readId, readSize, UNKNOWN_SIZE, vintWidth } from '../../ebml/vint.ts';
import { MATROSKA } from '../../matroska/schema.ts';
import { emptyInput } from '../../recording/input-error.ts';
import type { ByteSource } from '../../recording/types.ts';
import { type ElementName, elementNames } from '../element-names.ts';
import { printableJson } from '../printable.ts';

/** An element, or a place where the structure is broken. */
export interface TreeNode {
  /** Byte of the input at which it starts. */
  offset: number;
  /** Depth; 0 is the top. */
  depth: number;
  /** Id in hexadecimal; null for damage. */
  id: string | null;
  name: string;
  /** Bytes of the content, null where the element says that it does not know. */
  size: number | null;
}

export interface TreeOutput {
  /** One JSON document instead of indented lines. */
  json: boolean;
  /** Takes text; resolves when more can be taken. */
  write(text: string): Promise<void>;
  signal: AbortSignal;
}

/**
 * Prints the tree; nothing of it is kept in memory.
 * @returns Whether the structure was sound to the end.
 * @throws KvsrecError `empty-input`.
 */
export async function printTree(source: ByteSource, { json, write, signal }: TreeOutput): Promise<boolean> {
  const walker = new TreeWalker(await elementNames());
  let first = true;
  let begun = !json;
  // An input that turns out to be none is an error, which must be all that is printed.
  const begin = async () => {
    if (!begun) await write(`{\n  "input": ${printableJson(source.name)},\n  "elements": [\n`);
    begun = true;
  };
  const flush = async () => {
    const nodes = walker.take();
    if (nodes.length === 0) return;
    const text = json
      ? nodes.map((node, index) => `${first && index === 0 ? '' : ',\n'}    ${oneLine(node)}`).join('')
      : nodes.map((node) => `${treeLine(node)}\n`).join('');
    first = false;
    await begin();
    await write(text);
  };
  for await (const chunk of source.chunks()) {
    walker.push(chunk);
    await flush();
    if (signal.aborted) break;
  }
  if (!signal.aborted) {
    walker.end();
    if (walker.received === 0) throw emptyInput(source.name);
  }
  await flush();
  await begin();
  if (json) await write('\n  ]\n}\n');
  return walker.sound;
}

function oneLine(node: TreeNode): string {
  return JSON.stringify(node);
}

/** For example `      4711    Cluster  0x1f43b675  unknown size`. */
export function treeLine({ offset, depth, id, name, size }: TreeNode): string {
  const start = `${String(offset).padStart(12)}  ${'  '.repeat(depth)}${name}`;
  if (id === null) return start;
  return `${start}  ${id}  ${size === null ? 'unknown size' : `${size} byte${size === 1 ? '' : 's'}`}`;
}

class TreeWalker implements EbmlHandler {
  /** False once damage or a cut was met. */
  sound = true;
  readonly #names: ReadonlyMap<number, ElementName>;
  readonly #reader: EbmlReader;
  #nodes: TreeNode[] = [];
  #depth = 0;

  constructor(names: ReadonlyMap<number, ElementName>) {
    this.#names = names;
    this.#reader = new EbmlReader(MATROSKA, this);
  }

  /** Bytes so far. */
  get received(): number {
    return this.#reader.received;
  }

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  end(): void {
    this.#reader.end();
  }

  /** The nodes since the last call. */
  take(): TreeNode[] {
    const nodes = this.#nodes;
    this.#nodes = [];
    return nodes;
  }

  document(): void {
    this.#depth = 0;
  }

  open(id: number, offset: number, size: number): void {
    this.#add(id, offset, size, this.#depth++);
  }

  leaf(id: number, start: number, end: number, offset: number): undefined {
    this.#whole(id, start, end, offset);
  }

  skipped(id: number, offset: number, _size: number, start: number, end: number): void {
    this.#whole(id, start, end, offset);
  }

  close(): void {
    this.#depth = Math.max(0, this.#depth - 1);
  }

  damaged(offset: number, reason: string): void {
    this.#broken(offset, `damage: ${reason}`);
  }

  resumed(_damageOffset: number, offset: number, skipped: number): void {
    this.#depth = this.#reader.depth;
    this.#broken(offset, `reading goes on after ${skipped} bytes`);
  }

  truncated(offset: number, reason: string): void {
    this.#broken(offset, `cut off: ${reason}`);
  }

  /** An element that is there in one piece; one that consists of others is taken apart. */
  #whole(id: number, start: number, end: number, offset: number): void {
    this.#add(id, offset, end - start, this.#depth);
    if (this.#names.get(id)?.type === 'master') this.#walk(start, end, this.#depth + 1);
  }

  /** Elements in `bytes[start, end)`, as far as they make sense. */
  #walk(start: number, end: number, depth: number): void {
    const { bytes, base } = this.#reader;
    for (let at = start; at < end; ) {
      const idWidth = vintWidth(bytes[at]!);
      if (idWidth > 4 || at + idWidth >= end) return;
      const sizeWidth = vintWidth(bytes[at + idWidth]!);
      const content = at + idWidth + sizeWidth;
      if (sizeWidth > 8 || content > end) return;
      const id = readId(bytes, at, idWidth);
      const size = readSize(bytes, at + idWidth, sizeWidth);
      if (size === UNKNOWN_SIZE || content + size > end) return;
      this.#add(id, base + at, size, depth);
      if (this.#names.get(id)?.type === 'master') this.#walk(content, content + size, depth + 1);
      at = content + size;
    }
  }

  #add(id: number, offset: number, size: number, depth: number): void {
    // The reader's schema has today's names (Timestamp); the package, those of its time (Timecode).
    const name = MATROSKA.rule(id)?.name ?? this.#names.get(id)?.name ?? 'unknown element';
    this.#nodes.push({
      offset,
      depth,
      id: `0x${id.toString(16)}`,
      name,
      size: size === UNKNOWN_SIZE ? null : size,
    });
  }

  #broken(offset: number, name: string): void {
    this.sound = false;
    this.#nodes.push({ offset, depth: 0, id: null, name, size: null });
  }
}
