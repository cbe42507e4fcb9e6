// WAV headers: canonical RIFF of 44 bytes, RF64 past 4 GiB (EBU Tech 3306), and the reader of both.
//
// A file is written as a stream: header first, with no data counted, then samples, then the header again with the
// true size. Whether it will pass 4 GiB is not known at the start, and RF64 needs 36 bytes more in front of the data
// (its ds64 chunk must be the first one). Ordinary files keep the 44 bytes that everybody expects, without a JUNK
// chunk held in reserve, so a writer whose data outgrows `RIFF_MAX_DATA_BYTES` has to move it by 36 bytes once.

/** Bytes of the RIFF header that `wavHeader` makes. */
export const WAV_HEADER_BYTES = 44;
/** Bytes of the RF64 header that `wavHeader` makes. */
export const RF64_HEADER_BYTES = 80;
/** The most data a 44-byte RIFF header can count, in bytes: 0xFFFFFFFF itself means "see ds64" in RF64. */
export const RIFF_MAX_DATA_BYTES = 0xffff_fffe - (WAV_HEADER_BYTES - 8);

const SIZE_ELSEWHERE = 0xffff_ffff;
const BYTES_PER_SAMPLE = 2;

export interface WavFormat {
  /** Frames a second. */
  sampleRate: number;
  channels: number;
  /** Bytes of sample data that follow the header. */
  dataBytes: number;
  /** Forces the long form on data that the short one could count, too. */
  form?: 'RF64';
}

/**
 * The header of a 16-bit little-endian PCM file: 44 bytes, or 80 (RF64) where `dataBytes` is more than
 * `RIFF_MAX_DATA_BYTES`.
 *
 * @throws RangeError where a field cannot hold the value or `dataBytes` is no whole number of frames.
 */
export function wavHeader({ sampleRate, channels, dataBytes, form }: WavFormat): Uint8Array {
  const blockAlign = channels * BYTES_PER_SAMPLE;
  requireInteger('sampleRate', sampleRate, 1, 0xffff_ffff);
  requireInteger('channels', channels, 1, 0xffff / BYTES_PER_SAMPLE);
  requireInteger('sampleRate * blockAlign', sampleRate * blockAlign, 1, 0xffff_ffff);
  requireInteger('dataBytes', dataBytes, 0, Number.MAX_SAFE_INTEGER - RF64_HEADER_BYTES);
  if (dataBytes % blockAlign !== 0)
    throw new RangeError(`dataBytes ${dataBytes} is no whole number of frames`);

  const long = form === 'RF64' || dataBytes > RIFF_MAX_DATA_BYTES;
  const bytes = new Uint8Array(long ? RF64_HEADER_BYTES : WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  writeId(bytes, 0, long ? 'RF64' : 'RIFF');
  view.setUint32(4, long ? SIZE_ELSEWHERE : WAV_HEADER_BYTES - 8 + dataBytes, true);
  writeId(bytes, 8, 'WAVE');
  let at = 12;
  if (long) {
    writeId(bytes, at, 'ds64');
    view.setUint32(at + 4, 28, true);
    view.setBigUint64(at + 8, BigInt(RF64_HEADER_BYTES - 8 + dataBytes), true);
    view.setBigUint64(at + 16, BigInt(dataBytes), true);
    view.setBigUint64(at + 24, BigInt(dataBytes / blockAlign), true);
    view.setUint32(at + 32, 0, true); // no table of other long chunks
    at += 36;
  }
  writeId(bytes, at, 'fmt ');
  view.setUint32(at + 4, 16, true);
  view.setUint16(at + 8, FORMAT_PCM, true);
  view.setUint16(at + 10, channels, true);
  view.setUint32(at + 12, sampleRate, true);
  view.setUint32(at + 16, sampleRate * blockAlign, true);
  view.setUint16(at + 20, blockAlign, true);
  view.setUint16(at + 22, BYTES_PER_SAMPLE * 8, true);
  writeId(bytes, at + 24, 'data');
  view.setUint32(at + 28, long ? SIZE_ELSEWHERE : dataBytes, true);
  return bytes;
}

const FORMAT_PCM = 1;
const FORMAT_EXTENSIBLE = 0xfffe;

export interface WavHeader {
  /** 1 PCM, 3 float, 6 A-law, 7 µ-law; of an extensible format, the sub-format's. */
  formatTag: number;
  channels: number;
  /** Frames a second. */
  sampleRate: number;
  bitsPerSample: number;
  /** Where the samples begin, in bytes from the start of the file. */
  dataOffset: number;
  /**
   * Bytes of samples as the header counts them, which a cut-off file need not hold; `Infinity` where the writer could
   * not go back and left the size open (0xFFFFFFFF), so that the data runs to the end of the file.
   */
  dataBytes: number;
  /**
   * Whether the size was left open: at its greatest, as ffmpeg does it on a pipe, or at nothing in a file whose own size
   * counts nothing behind it either. One that does has no samples, and other chunks there.
   */
  runsToEnd: boolean;
}

/**
 * Reads the header of a WAV file (RIFF, RF64 or BW64) from the file's first bytes, past any other chunks. Returns
 * undefined where they are no WAV file, or where the `data` chunk does not begin within `bytes`.
 */
export function parseWavHeader(bytes: Uint8Array): WavHeader | undefined {
  if (bytes.length < 12) return undefined;
  const form = readId(bytes, 0);
  const sizesElsewhere = form === 'RF64' || form === 'BW64';
  if ((form !== 'RIFF' && !sizesElsewhere) || readId(bytes, 8) !== 'WAVE') return undefined;

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Omit<WavHeader, 'dataOffset' | 'dataBytes' | 'runsToEnd'> | undefined;
  let formEnd = endOfForm(view);
  let longDataBytes: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = readId(bytes, at);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === 'data') {
      if (format === undefined) return undefined;
      const dataBytes = size === SIZE_ELSEWHERE ? (longDataBytes ?? Number.POSITIVE_INFINITY) : size;
      const nothing = dataBytes === 0 && (formEnd <= body || formEnd === Number.POSITIVE_INFINITY);
      const runsToEnd = nothing || dataBytes === Number.POSITIVE_INFINITY;
      return { ...format, dataOffset: body, dataBytes, runsToEnd };
    }
    if (body + size > bytes.length) return undefined;
    if (id === 'ds64' && sizesElsewhere && size >= 24) {
      formEnd = 8 + Number(view.getBigUint64(body, true));
      longDataBytes = Number(view.getBigUint64(body + 8, true));
    } else if (id === 'fmt ' && size >= 16) {
      const tag = view.getUint16(body, true);
      format = {
        // An extensible format's tag is the first field of the sub-format's GUID.
        formatTag: tag === FORMAT_EXTENSIBLE && size >= 40 ? view.getUint16(body + 24, true) : tag,
        channels: view.getUint16(body + 2, true),
        sampleRate: view.getUint32(body + 4, true),
        bitsPerSample: view.getUint16(body + 14, true),
      };
    }
    at = body + size + (size % 2); // chunks begin at even offsets
  }
  return undefined;
}

/** Where a form ends that begins at 0. */
function endOfForm(view: DataView): number {
  const size = view.getUint32(4, true);
  return size === SIZE_ELSEWHERE ? Number.POSITIVE_INFINITY : 8 + size;
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} ${value} is not an integer between ${least} and ${most}`);
}

function writeId(bytes: Uint8Array, at: number, id: string): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = id.charCodeAt(i);
}

function readId(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
