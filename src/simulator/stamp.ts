// Stamps a fragment anew: Cluster timestamps moved, the service's tags rewritten, every size around them kept right.
import {
  CONTINUATION_TOKEN,
  FRAGMENT_NUMBER,
  MILLIS_BEHIND_NOW,
  PRODUCER_TIMESTAMP,
  SERVER_TIMESTAMP,
} from '../kvs/tags.ts';
import * as id from '../matroska/ids.ts';
import { readUint64 } from '../matroska/values.ts';
import { element, simpleTag, sizeBytes, uintBytes } from './ebml-writer.ts';
import type { FragmentStructure, Node } from './parsed-fragment.ts';

/**
 * Whose answer the fragment goes into: each names its tags in its own way, and only GetMedia has a token. What a
 * producer puts has none of the service's tags.
 */
export type Dialect = 'GetMedia' | 'GetMediaForFragmentList' | 'PutMedia';

export interface Stamps {
  readonly dialect: Dialect;
  /** Milliseconds that timestamps are moved by. */
  readonly shiftMs: number;
  /** The fragment's number; the one it has where null. */
  readonly number: string | null;
  /** How far behind the newest fragment it is, milliseconds; left as it is where null. */
  readonly behindMs: number | null;
}

const EMPTY = new Uint8Array(0);

/** The fragment with these stamps; the document's head is left out of it. */
export function stampFragment(structure: FragmentStructure, stamps: Stamps): Buffer {
  const out: Uint8Array[] = [];
  new Stamper(structure, stamps).run(out);
  return Buffer.concat(out);
}

class Stamper {
  readonly #structure: FragmentStructure;
  readonly #stamps: Stamps;

  constructor(structure: FragmentStructure, stamps: Stamps) {
    this.#structure = structure;
    this.#stamps = stamps;
  }

  run(out: Uint8Array[]): void {
    const { bytes, from, roots } = this.#structure;
    let at = 0;
    const whole: Uint8Array[] = [];
    for (const root of roots) {
      whole.push(bytes.subarray(at, root.start));
      this.#render(root, whole);
      at = root.end;
    }
    whole.push(bytes.subarray(at));
    // The head holds nothing that is stamped, so that what comes of it has the length it had.
    let skip = from;
    for (const part of whole) {
      if (skip < part.length) out.push(part.subarray(skip));
      skip = Math.max(0, skip - part.length);
    }
  }

  /** Renders an element; answers false where nothing of it is left. */
  #render(node: Node, out: Uint8Array[]): boolean {
    const { bytes } = this.#structure;
    if (node.role !== null) {
      const replaced = this.#replacement(node);
      if (replaced === undefined) out.push(bytes.subarray(node.start, node.end));
      else if (replaced.length > 0) out.push(replaced);
      return replaced === undefined || replaced.length > 0;
    }
    const body: Uint8Array[] = [];
    let at = node.payload;
    let gone = 0;
    for (const child of node.children) {
      body.push(bytes.subarray(at, child.start));
      if (!this.#render(child, body)) gone++;
      at = child.end;
    }
    body.push(bytes.subarray(at, node.end));
    if ((node.id === id.TAG || node.id === id.TAGS) && gone === node.items) return false;
    if (node.unknown || !this.#structure.sound) {
      out.push(bytes.subarray(node.start, node.payload));
    } else {
      const length = body.reduce((sum, part) => sum + part.length, 0);
      out.push(bytes.subarray(node.start, node.payload - node.sizeWidth), sizeBytes(length, node.sizeWidth));
    }
    for (const part of body) out.push(part);
    return true;
  }

  /** What stands in an element's place; nothing where it goes, undefined where it stays. */
  #replacement(node: Node): Uint8Array | undefined {
    const replaced = node.role === 'timestamp' ? this.#timestamp(node) : this.#tag(node);
    // In damaged surroundings nothing may change its length.
    const fits = replaced === undefined || this.#structure.sound || replaced.length === node.end - node.start;
    return fits ? replaced : undefined;
  }

  #timestamp(node: Node): Uint8Array | undefined {
    const { bytes, timestampScale } = this.#structure;
    const moved = BigInt(Math.round((this.#stamps.shiftMs * 1e6) / timestampScale));
    if (moved === 0n) return undefined;
    const ticks = readUint64(bytes, node.payload, node.end) + moved;
    if (ticks < 0n) return undefined;
    return element(id.TIMESTAMP, uintBytes(ticks, node.end - node.payload), node.sizeWidth);
  }

  #tag(node: Node): Uint8Array | undefined {
    const { dialect, number, behindMs, shiftMs } = this.#stamps;
    if (dialect === 'PutMedia') return EMPTY;
    const own = dialect === 'GetMedia' ? 0 : 1;
    const shifted = () => (shiftMs === 0 ? node.value : shiftSeconds(node.value, shiftMs));
    switch (node.role) {
      case 'number':
        return number === null ? undefined : simpleTag(FRAGMENT_NUMBER, number);
      case 'server':
        return simpleTag(SERVER_TIMESTAMP[own]!, shifted());
      case 'producer':
        return simpleTag(PRODUCER_TIMESTAMP[own]!, shifted());
      case 'behind':
        if (own === 1) return EMPTY;
        return behindMs === null ? undefined : simpleTag(MILLIS_BEHIND_NOW, String(Math.round(behindMs)));
      default:
        if (own === 1) return EMPTY;
        return number === null ? undefined : simpleTag(CONTINUATION_TOKEN, number);
    }
  }
}

/** Seconds with three decimals, as the service writes timestamps into tags. */
export function tagSeconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  return `${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, '0')}`;
}

function shiftSeconds(text: string, shiftMs: number): string {
  return /^\d{1,12}(\.\d{1,9})?$/.test(text) ? tagSeconds(Number(text) * 1000 + shiftMs) : text;
}
