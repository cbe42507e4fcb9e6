// How a format tells the reader what its elements are. The reader itself knows none of them by name.

/** The level above all masters: only document headers and root elements stand there. */
export const ROOT = 0;

/** Parent of elements that may stand anywhere: Void and CRC-32 (RFC 8794 section 11.3). */
export const ANYWHERE = -1;

export interface ElementRule {
  readonly id: number;
  readonly name: string;
  /** `master`: its children are read; `leaf`: delivered whole; `skip`: stepped over. */
  readonly kind: 'master' | 'leaf' | 'skip';
  /** Id of the only element it may stand in, `ROOT` or `ANYWHERE`. */
  readonly parent: number;
  /** May stand in itself, too. */
  readonly recursive: boolean;
  /** Largest payload in bytes; more is damage. */
  readonly maxSize: number;
  /** Its payload is opaque, so a size read wrong could have swallowed a whole document unnoticed. */
  readonly opaque: boolean;
}

export interface Schema {
  rule(id: number): ElementRule | undefined;
  /** DocTypes of the EBML header that are this format. */
  readonly docTypes: readonly string[];
  /** The root element that follows the EBML header. */
  readonly rootId: number;
  /** Whether `id` may be the first child of the root element: what tells a real root from chance bytes. */
  startsRoot(id: number): boolean;
  /** The repeated element inside the root at which reading can resume after damage. */
  readonly resumeId: number;
  /** Whether `id` may be the first child of the resume element. */
  startsResume(id: number): boolean;
  /** The leaf inside the resume element that makes up nearly all of a stream; one byte wide. */
  readonly bulkId: number;
  /** A master inside the root that comes many times, and is small. */
  readonly wholeId: number;
  /** Whether `id` ends the part of the root that documents of one stream begin with in the same bytes. */
  endsPreamble(id: number): boolean;
}
