// WAVEFORMATEX and WAVEFORMATEXTENSIBLE: what stands in the CodecPrivate of an `A_MS/ACM` track (Matroska codec
// mappings; the structures are those of Microsoft's mmreg.h).

/** Format tags that name samples which can be decoded without a codec, and the tag that refers to a sub-format. */
export const WAVE_FORMAT = { PCM: 1, FLOAT: 3, ALAW: 6, MULAW: 7, EXTENSIBLE: 0xfffe } as const;

export interface WaveFormat {
  /** The format tag; of an extensible format, the sub-format's, or 0xFFFE where its GUID is not one of a tag. */
  formatTag: number;
  channels: number;
  /** Frames a second. */
  sampleRate: number;
  bitsPerSample: number;
  /** Bytes of one frame (a sample of every channel). */
  blockAlign: number;
}

/** Bytes of the fields up to wBitsPerSample: what PCM needs, `cbSize` and what it counts being optional there. */
const BASE_BYTES = 16;
const EXTENSIBLE_BYTES = 40;
const SUB_FORMAT_OFFSET = 24;
/** KSDATAFORMAT_SUBTYPE GUIDs are the format tag and these fourteen bytes: xxxx0000-0000-0010-8000-00AA00389B71. */
const TAG_GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** Parses the structure. Returns undefined where it is too short for its tag or says no channels or no rate. */
export function parseWaveFormat(bytes: Uint8Array): WaveFormat | undefined {
  if (bytes.length < BASE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint16(0, true);
  if (tag === WAVE_FORMAT.EXTENSIBLE && bytes.length < EXTENSIBLE_BYTES) return undefined;
  const format: WaveFormat = {
    formatTag: tag === WAVE_FORMAT.EXTENSIBLE ? subFormatTag(bytes, view) : tag,
    channels: view.getUint16(2, true),
    sampleRate: view.getUint32(4, true),
    // Between them, nAvgBytesPerSec says nothing new.
    blockAlign: view.getUint16(12, true),
    bitsPerSample: view.getUint16(14, true),
  };
  return format.channels === 0 || format.sampleRate === 0 ? undefined : format;
}

function subFormatTag(bytes: Uint8Array, view: DataView): number {
  const namesTag = TAG_GUID_TAIL.every((byte, i) => bytes[SUB_FORMAT_OFFSET + 2 + i] === byte);
  return namesTag ? view.getUint16(SUB_FORMAT_OFFSET, true) : WAVE_FORMAT.EXTENSIBLE;
}
