// Writes the few EBML elements that the simulator makes itself: headers, numbers and tags (RFC 8794, RFC 9559).
import { EBML_HEADER_ID } from '../ebml/header.ts';
import * as id from '../matroska/ids.ts';

/** Width of the sizes of the service's own tags, bytes, as captures have it. */
const TAG_SIZE_WIDTH = 4;

/** An element id as it stands in a file: 1 to 4 bytes. */
export function idBytes(elementId: number): Buffer {
  return uintBytes(BigInt(elementId), 1);
}

/** Big-endian bytes of an unsigned integer, at least `width` of them. */
export function uintBytes(value: bigint, width: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(width * 2, hex.length + (hex.length % 2)), '0'), 'hex');
}

/** An element size in `width` bytes, or in as many more as it needs. */
export function sizeBytes(size: number, width = 1): Buffer {
  let wide = width;
  // All data bits set means "unknown", so that value needs a byte more.
  while (size >= 2 ** (7 * wide) - 1) wide++;
  const bytes = uintBytes(BigInt(size), wide);
  bytes[0] = bytes[0]! | (0x80 >> (wide - 1));
  return bytes;
}

/** The size that says an element ends where its parent does, in `width` bytes. */
export function unknownSizeBytes(width: number): Buffer {
  const bytes = Buffer.alloc(width, 0xff);
  bytes[0] = 0xff >> (width - 1);
  return bytes;
}

/** A whole element. */
export function element(elementId: number, content: Uint8Array, sizeWidth = 1): Buffer {
  return Buffer.concat([idBytes(elementId), sizeBytes(content.length, sizeWidth), content]);
}

/** One SimpleTag with name and text. */
export function simpleTag(name: string, value: string): Buffer {
  const content = [
    element(id.TAG_NAME, Buffer.from(name), TAG_SIZE_WIDTH),
    element(id.TAG_STRING, Buffer.from(value), TAG_SIZE_WIDTH),
  ];
  return element(id.SIMPLE_TAG, Buffer.concat(content), TAG_SIZE_WIDTH);
}

/** A Tags element with one Tag that holds these SimpleTags. */
export function tagsElement(tags: Iterable<readonly [name: string, value: string]>): Buffer {
  const content = Buffer.concat([...tags].map(([name, value]) => simpleTag(name, value)));
  return element(id.TAGS, element(id.TAG, content, TAG_SIZE_WIDTH), TAG_SIZE_WIDTH);
}

/** EBML header of a Matroska document, as the service writes it. */
export const EBML_HEADER: Uint8Array = element(
  EBML_HEADER_ID,
  Buffer.concat([
    element(0x4286, uintBytes(1n, 1)), // EBMLVersion
    element(0x42f7, uintBytes(1n, 1)), // EBMLReadVersion
    element(0x42f2, uintBytes(4n, 1)), // EBMLMaxIDLength
    element(0x42f3, uintBytes(8n, 1)), // EBMLMaxSizeLength
    element(0x4282, Buffer.from('matroska')), // DocType
    element(0x4287, uintBytes(2n, 1)), // DocTypeVersion
    element(0x4285, uintBytes(2n, 1)), // DocTypeReadVersion
  ]),
);

/** The start of a Segment of unknown size. */
export const SEGMENT_START: Uint8Array = Buffer.concat([idBytes(id.SEGMENT), unknownSizeBytes(8)]);

/** A document of nothing but tags: the form in which the service reports an error inside a stream. */
export function tagsDocument(tags: Iterable<readonly [name: string, value: string]>): Buffer {
  return Buffer.concat([EBML_HEADER, SEGMENT_START, tagsElement(tags)]);
}
