// The EBML header (RFC 8794 section 11.2): read strictly, since it is what tells a document's start from chance bytes.
import { MAX_HEADER_BYTES, MAX_ID_BYTES, MAX_SIZE_BYTES } from './limits.ts';
import type { Schema } from './schema.ts';
import { readId, readSize, UNKNOWN_SIZE, vintWidth } from './vint.ts';

export const EBML_HEADER_ID = 0x1a45dfa3;
export const VOID_ID = 0xec;
export const CRC32_ID = 0xbf;

const DOC_TYPE_ID = 0x4282;
const MAX_ID_LENGTH_ID = 0x42f2;
const MAX_SIZE_LENGTH_ID = 0x42f3;

/** Children of the header: EBMLVersion, EBMLReadVersion, the two limits, DocType, its versions, and the global ones. */
const HEADER_CHILDREN = new Set([
  0x4286,
  0x42f7,
  MAX_ID_LENGTH_ID,
  MAX_SIZE_LENGTH_ID,
  DOC_TYPE_ID,
  0x4287,
  0x4285,
  0x4281,
  VOID_ID,
  CRC32_ID,
]);

/**
 * What is wrong with the header whose payload is `bytes[start, end)`, or `undefined` where it is sound and names one
 * of the schema's DocTypes.
 */
export function headerFault(
  bytes: Uint8Array,
  start: number,
  end: number,
  schema: Schema,
): string | undefined {
  let docType: string | undefined;
  let at = start;
  while (at < end) {
    const idWidth = vintWidth(bytes[at]!);
    if (idWidth > MAX_ID_BYTES || at + idWidth >= end) return 'an element id in the EBML header is not valid';
    const id = readId(bytes, at, idWidth);
    const sizeWidth = vintWidth(bytes[at + idWidth]!);
    const payload = at + idWidth + sizeWidth;
    if (sizeWidth > MAX_SIZE_BYTES || payload > end) return 'an element size in the EBML header is not valid';
    const size = readSize(bytes, at + idWidth, sizeWidth);
    if (size === UNKNOWN_SIZE || payload + size > end)
      return 'an element in the EBML header runs past its end';
    if (!HEADER_CHILDREN.has(id)) return `the EBML header contains the foreign element 0x${id.toString(16)}`;
    if (id === DOC_TYPE_ID) docType = String.fromCharCode(...bytes.subarray(payload, payload + size));
    if (id === MAX_ID_LENGTH_ID && size === 1 && bytes[payload]! > MAX_ID_BYTES) {
      return `the document uses element ids of ${bytes[payload]} bytes`;
    }
    if (id === MAX_SIZE_LENGTH_ID && size === 1 && bytes[payload]! > MAX_SIZE_BYTES) {
      return `the document uses element sizes of ${bytes[payload]} bytes`;
    }
    at = payload + size;
  }
  if (docType === undefined) return 'the EBML header names no DocType';
  const name = docType.replace(/\0+$/, '');
  return schema.docTypes.includes(name) ? undefined : `the DocType is ${JSON.stringify(name)}`;
}

/** Answers of the look-outs below: not here, here, or the bytes that would tell have not arrived. */
export const NO = 0;
export const YES = 1;
export const NEED_MORE = 2;

/** Whether a whole document start (a sound header, then the root element) stands at `at`. */
export function documentAt(bytes: Uint8Array, at: number, end: number, schema: Schema): number {
  if (at + 5 > end) return NEED_MORE;
  const sizeWidth = vintWidth(bytes[at + 4]!);
  if (sizeWidth > MAX_SIZE_BYTES) return NO;
  if (at + 4 + sizeWidth > end) return NEED_MORE;
  const size = readSize(bytes, at + 4, sizeWidth);
  if (size === UNKNOWN_SIZE || size > MAX_HEADER_BYTES) return NO;
  const payload = at + 4 + sizeWidth;
  if (payload + size > end) return NEED_MORE;
  if (headerFault(bytes, payload, payload + size, schema) !== undefined) return NO;
  const root = payload + size;
  if (root + 4 > end) return NEED_MORE;
  return readId(bytes, root, 4) === schema.rootId ? YES : NO;
}

/** Whether the 4-byte id at `at` opens an element whose first child passes `startsWith`. */
export function parentAt(
  bytes: Uint8Array,
  at: number,
  end: number,
  startsWith: (id: number) => boolean,
): number {
  if (at + 5 > end) return NEED_MORE;
  const sizeWidth = vintWidth(bytes[at + 4]!);
  if (sizeWidth > MAX_SIZE_BYTES) return NO;
  const child = at + 4 + sizeWidth;
  if (child >= end) return NEED_MORE;
  const idWidth = vintWidth(bytes[child]!);
  if (idWidth > MAX_ID_BYTES) return NO;
  if (child + idWidth > end) return NEED_MORE;
  return startsWith(readId(bytes, child, idWidth)) ? YES : NO;
}
