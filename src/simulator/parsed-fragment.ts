// A fragment's bytes with the places in them that a service stamps: Cluster timestamps and its own tags.

import { MAX_TRUSTED_BYTES } from '../ebml/limits.ts';
import { type EbmlHandler, EbmlReader } from '../ebml/reader.ts';
import { vintWidth } from '../ebml/vint.ts';
import {
  CONTINUATION_TOKEN,
  FRAGMENT_NUMBER,
  MILLIS_BEHIND_NOW,
  PRODUCER_TIMESTAMP,
  SERVER_TIMESTAMP,
} from '../kvs/tags.ts';
import * as id from '../matroska/ids.ts';
import { MATROSKA } from '../matroska/schema.ts';
import { readText, readUint } from '../matroska/values.ts';
import { EBML_HEADER, element, SEGMENT_START } from './ebml-writer.ts';
import { patchUnknownSize } from './patch-size.ts';
import type { Piece } from './piece.ts';

/** What a place in a fragment says. */
export type Role = 'timestamp' | 'number' | 'server' | 'producer' | 'behind' | 'token';

/** An element on the way to such a place; bounds are indices into the parsed bytes. */
export interface Node {
  readonly id: number;
  readonly start: number;
  /** Where its payload starts. */
  readonly payload: number;
  end: number;
  readonly sizeWidth: number;
  readonly unknown: boolean;
  /** Those of its children that lead to such a place, in order. */
  readonly children: Node[];
  /** All SimpleTags of a Tag, all Tags of a Tags. */
  items: number;
  role: Role | null;
  name: string;
  value: string;
}

export interface ParsedFragment {
  /** The fragment as it stands in the dump. */
  readonly bytes: Buffer;
  /** Its structure, made when first asked for. */
  structure(): FragmentStructure;
}

export interface FragmentStructure {
  /** The document's head, where the fragment does not have its own, and the fragment. */
  readonly bytes: Buffer;
  /** Where the fragment starts in them. */
  readonly from: number;
  readonly roots: readonly Node[];
  /** Nanoseconds a tick. */
  readonly timestampScale: number;
  /** Nothing in it is damaged, so that sizes can be changed. */
  readonly sound: boolean;
}

const ROLES = new Map<string, Role>([
  [FRAGMENT_NUMBER, 'number'],
  ...SERVER_TIMESTAMP.map((name) => [name, 'server'] as const),
  ...PRODUCER_TIMESTAMP.map((name) => [name, 'producer'] as const),
  [MILLIS_BEHIND_NOW, 'behind'],
  [CONTINUATION_TOKEN, 'token'],
]);

export function parseFragment(bytes: Buffer, head: () => Buffer, piece: Piece): ParsedFragment {
  let structure: FragmentStructure | null = null;
  return {
    bytes,
    structure: () => {
      if (structure === null) {
        const before = head();
        const whole = Buffer.concat([before, bytes]);
        if (piece.segmentSizeAt !== null) {
          const origin = piece.opens ? piece.start : (piece.head?.start ?? piece.start);
          patchUnknownSize(whole, piece.segmentSizeAt - origin);
        }
        structure = new Parser(whole, before.length, EMPTY).structure;
        // A payload that looks like a document is damage to a reader that has seen nothing else.
        if (!structure.sound && !piece.damaged)
          structure = new Parser(whole, before.length, PRELUDE).structure;
      }
      return structure;
    },
  };
}

const EMPTY = new Uint8Array(0);

/** A document with one large block: after it, a reader takes blocks up to that size as they are. */
const PRELUDE = Buffer.concat([
  EBML_HEADER,
  SEGMENT_START,
  element(
    id.CLUSTER,
    Buffer.concat([
      element(id.TIMESTAMP, Buffer.alloc(1)),
      element(id.SIMPLE_BLOCK, Buffer.alloc(MAX_TRUSTED_BYTES)),
    ]),
  ),
]);

class Parser implements EbmlHandler {
  readonly #bytes: Buffer;
  /** Bytes that the reader gets before those; what stands in them is nobody's. */
  readonly #prelude: number;
  readonly #stack: Node[] = [];
  readonly #roots: Node[] = [];
  #scale = 1_000_000;
  #sound = true;
  readonly structure: FragmentStructure;

  constructor(bytes: Buffer, from: number, prelude: Uint8Array) {
    this.#bytes = bytes;
    this.#prelude = prelude.length;
    const reader = new EbmlReader(MATROSKA, this);
    reader.push(prelude);
    reader.push(bytes);
    reader.end();
    this.structure = { bytes, from, roots: this.#roots, timestampScale: this.#scale, sound: this.#sound };
  }

  document(_offset: number, headless: boolean): void {
    if (headless) this.#sound = false;
  }

  open(elementId: number, streamOffset: number, size: number): void {
    const offset = streamOffset - this.#prelude;
    if (offset < 0) return;
    const parent = this.#stack.at(-1);
    if (parent !== undefined && (elementId === id.TAG || elementId === id.SIMPLE_TAG)) parent.items++;
    this.#stack.push(this.#node(elementId, offset, size < 0));
  }

  leaf(elementId: number, start: number, end: number, streamOffset: number): undefined {
    const offset = streamOffset - this.#prelude;
    if (offset < 0) return;
    const node = this.#node(elementId, offset, false);
    node.end = node.payload + (end - start);
    const parent = this.#stack.at(-1);
    switch (elementId) {
      case id.TIMESTAMP_SCALE:
        this.#scale = readUint(this.#bytes, node.payload, node.end);
        break;
      case id.TIMESTAMP:
        node.role = 'timestamp';
        parent?.children.push(node);
        break;
      case id.TAG_NAME:
        if (parent !== undefined) parent.name = readText(this.#bytes, node.payload, node.end);
        break;
      case id.TAG_STRING:
        if (parent !== undefined) parent.value = readText(this.#bytes, node.payload, node.end);
        break;
    }
  }

  close(_id: number, streamOffset: number): void {
    const node = this.#stack.pop();
    if (node === undefined) return;
    node.end = streamOffset - this.#prelude;
    if (node.id === id.SIMPLE_TAG) node.role = ROLES.get(node.name) ?? null;
    if (node.role === null && node.children.length === 0) return;
    const parent = this.#stack.at(-1);
    (parent?.children ?? this.#roots).push(node);
  }

  damaged(): void {
    this.#sound = false;
  }

  resumed(): void {
    this.#sound = false;
  }

  truncated(): void {
    this.#sound = false;
  }

  #node(elementId: number, offset: number, unknown: boolean): Node {
    const idWidth = vintWidth(this.#bytes[offset]!);
    const sizeWidth = vintWidth(this.#bytes[offset + idWidth]!);
    return {
      id: elementId,
      start: offset,
      payload: offset + idWidth + sizeWidth,
      end: offset,
      sizeWidth,
      unknown,
      children: [],
      items: 0,
      role: null,
      name: '',
      value: '',
    };
  }
}
