// Where reading can resume after damage. Bytes are only ever searched here: in sound input, structure alone decides.
import { documentAt, EBML_HEADER_ID, NEED_MORE, NO, parentAt, YES } from './header.ts';
import type { Schema } from './schema.ts';

export type SyncKind = 'document' | 'root' | 'resume';

/** A place found (`kind` set), or the place from which the search goes on when more bytes are in. */
export interface SyncSearch {
  readonly at: number;
  readonly kind: SyncKind | undefined;
}

function needle(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return bytes;
}

const DOCUMENT = needle(EBML_HEADER_ID);
/**
 * What has been searched for one needle, in stream offsets, so that no byte is searched twice however often the search
 * begins anew: input made for it could otherwise keep the reader busy for minutes.
 */
class Searched {
  readonly #needle: Buffer;
  #from = 0;
  #until = 0;

  constructor(needle: Buffer) {
    this.#needle = needle;
  }

  /** Index in `view`, whose first byte stands at `base`, of the needle's first place from `at` on; Infinity for none. */
  next(view: Buffer, at: number, base: number): number {
    const known = base + at >= this.#from && base + at < this.#until;
    const start = known ? this.#until - base : at;
    const found = start < view.length ? view.indexOf(this.#needle, start) : -1;
    if (!known) this.#from = base + at;
    const until = found < 0 ? view.length - this.#needle.length + 1 : found;
    this.#until = Math.max(base + until, known ? this.#until : base + at);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }
}

/** The searches of one stream. */
export class SyncSearches {
  readonly document = new Searched(DOCUMENT);
  readonly root: Searched;
  readonly resume: Searched;
  /** Of documents inside opaque payloads. */
  readonly inside = new Searched(DOCUMENT);

  constructor(schema: Schema) {
    this.root = new Searched(needle(schema.rootId));
    this.resume = new Searched(needle(schema.resumeId));
  }
}

/**
 * The first place in `bytes[from, end)` at which a document starts, a root element without its header or, with
 * `resume`, the schema's resume element. `bytes[0]` stands at stream offset `base`.
 */
export function findSync(
  bytes: Uint8Array,
  from: number,
  end: number,
  schema: Schema,
  resume: boolean,
  searches: SyncSearches,
  base: number,
): SyncSearch {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  const next = (what: Searched, at: number): number => what.next(view, at, base);
  let document = next(searches.document, from);
  let rootAt = next(searches.root, from);
  let resumeAt = resume ? next(searches.resume, from) : Number.POSITIVE_INFINITY;
  for (;;) {
    const at = Math.min(document, rootAt, resumeAt);
    // A magic number may still be cut off by the end of what is there.
    if (at === Number.POSITIVE_INFINITY) return { at: Math.max(from, end - 3), kind: undefined };
    let kind: SyncKind;
    let verdict: number;
    if (at === document) {
      kind = 'document';
      verdict = documentAt(bytes, at, end, schema);
      document = verdict === NO ? next(searches.document, at + 1) : document;
    } else if (at === rootAt) {
      kind = 'root';
      verdict = parentAt(bytes, at, end, schema.startsRoot);
      rootAt = verdict === NO ? next(searches.root, at + 1) : rootAt;
    } else {
      kind = 'resume';
      verdict = parentAt(bytes, at, end, schema.startsResume);
      resumeAt = verdict === NO ? next(searches.resume, at + 1) : resumeAt;
    }
    if (verdict === YES) return { at, kind };
    if (verdict === NEED_MORE) return { at, kind: undefined };
  }
}

/**
 * Looks for a whole document start inside an opaque payload `bytes[from, end)`. Answers its position, or `-1 - at`
 * with the place from which to look on when more of the payload is in.
 */
export function findDocument(
  bytes: Uint8Array,
  from: number,
  end: number,
  schema: Schema,
  searches: SyncSearches,
  base: number,
): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  let at = searches.inside.next(view, from, base);
  while (at !== Number.POSITIVE_INFINITY) {
    const verdict = documentAt(bytes, at, end, schema);
    if (verdict === YES) return at;
    if (verdict === NEED_MORE) return -1 - at;
    at = searches.inside.next(view, at + 1, base);
  }
  return -1 - Math.max(from, end - 3);
}
