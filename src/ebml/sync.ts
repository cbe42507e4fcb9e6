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
const needles = new WeakMap<Schema, { root: Buffer; resume: Buffer }>();

function needlesOf(schema: Schema): { root: Buffer; resume: Buffer } {
  let found = needles.get(schema);
  if (found === undefined) {
    found = { root: needle(schema.rootId), resume: needle(schema.resumeId) };
    needles.set(schema, found);
  }
  return found;
}

/**
 * The first place in `bytes[from, end)` at which a document starts, a root element without its header or, with
 * `resume`, the schema's resume element.
 */
export function findSync(
  bytes: Uint8Array,
  from: number,
  end: number,
  schema: Schema,
  resume: boolean,
): SyncSearch {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  const { root, resume: resumeNeedle } = needlesOf(schema);
  const next = (what: Buffer, at: number): number => {
    const found = view.indexOf(what, at);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  };
  let document = next(DOCUMENT, from);
  let rootAt = next(root, from);
  let resumeAt = resume ? next(resumeNeedle, from) : Number.POSITIVE_INFINITY;
  for (;;) {
    const at = Math.min(document, rootAt, resumeAt);
    // A magic number may still be cut off by the end of what is there.
    if (at === Number.POSITIVE_INFINITY) return { at: Math.max(from, end - 3), kind: undefined };
    let kind: SyncKind;
    let verdict: number;
    if (at === document) {
      kind = 'document';
      verdict = documentAt(bytes, at, end, schema);
      document = verdict === NO ? next(DOCUMENT, at + 1) : document;
    } else if (at === rootAt) {
      kind = 'root';
      verdict = parentAt(bytes, at, end, schema.startsRoot);
      rootAt = verdict === NO ? next(root, at + 1) : rootAt;
    } else {
      kind = 'resume';
      verdict = parentAt(bytes, at, end, schema.startsResume);
      resumeAt = verdict === NO ? next(resumeNeedle, at + 1) : resumeAt;
    }
    if (verdict === YES) return { at, kind };
    if (verdict === NEED_MORE) return { at, kind: undefined };
  }
}

/**
 * Looks for a whole document start inside an opaque payload `bytes[from, end)`. Answers its position, or `-1 - at`
 * with the place from which to look on when more of the payload is in.
 */
export function findDocument(bytes: Uint8Array, from: number, end: number, schema: Schema): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  let at = view.indexOf(DOCUMENT, from);
  while (at >= 0) {
    const verdict = documentAt(bytes, at, end, schema);
    if (verdict === YES) return at;
    if (verdict === NEED_MORE) return -1 - at;
    at = view.indexOf(DOCUMENT, at + 1);
  }
  return -1 - Math.max(from, end - 3);
}
