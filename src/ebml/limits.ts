// What an EBML stream may ask of a reader before it counts as damaged.

/** Widest element id, bytes: EBMLMaxIDLength's default and Matroska's fixed value (RFC 8794 section 11.2.4). */
export const MAX_ID_BYTES = 4;

/** Widest element size, bytes: EBMLMaxSizeLength's default (RFC 8794 section 11.2.5). */
export const MAX_SIZE_BYTES = 8;

/** Deepest nesting that is followed. Matroska itself needs 8; SimpleTag may contain itself without a bound. */
export const MAX_DEPTH = 32;

/** Largest EBML header, bytes. The headers seen in the field take 31 to 45. */
export const MAX_HEADER_BYTES = 1024;

/**
 * Largest single element and largest fragment, bytes: the maximum fragment data size of Kinesis Video Streams
 * (50 MB, "Kinesis Video Streams quotas"). It bounds what is held back in memory.
 */
export const MAX_FRAGMENT_BYTES = 50 * 1024 * 1024;

/** Payload bytes up to which a size that was seen before is taken for granted; see `EbmlReader`. */
export const MAX_TRUSTED_BYTES = 4096;
