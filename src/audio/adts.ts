// ADTS: the seven bytes before each raw AAC frame that make a plain `.aac` file of them (ISO/IEC 13818-7, 6.2;
// ISO/IEC 14496-3, 1.A.2.2).

import { KvsrecError } from '../errors.ts';

/** Bytes of a header without a checksum. */
export const ADTS_HEADER_BYTES = 7;
/** The length field has 13 bits and counts the header too. */
export const ADTS_MAX_FRAME_BYTES = 0x1fff - ADTS_HEADER_BYTES;

/** What a header says of the stream; the numbers are those of an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
export interface AdtsConfig {
  /** 1 Main, 2 LC, 3 SSR, 4 LTP: the core's type where SBR or PS is signalled. */
  objectType: number;
  /** 0 (96 kHz) to 12 (7,350 Hz): the core's rate. */
  samplingFrequencyIndex: number;
  /** 0 (the stream itself says) to 7 (eight channels). */
  channelConfiguration: number;
}

/**
 * Writes the header of a raw AAC frame of `frameLength` bytes into `out` at `offset`. Returns the bytes written, 7.
 *
 * @throws KvsrecError `adts-unsupported` where the two or four bits of a field cannot hold the configuration,
 *   `adts-frame-too-long` for a frame of more than 8,184 bytes.
 */
export function writeAdtsHeader(
  config: AdtsConfig,
  frameLength: number,
  out: Uint8Array,
  offset: number,
): number {
  const { objectType, samplingFrequencyIndex: frequency, channelConfiguration: channels } = config;
  requireField('audio object type', objectType, 1, 4);
  requireField('sampling frequency index', frequency, 0, 12);
  requireField('channel configuration', channels, 0, 7);
  if (!Number.isInteger(frameLength) || frameLength < 0 || frameLength > ADTS_MAX_FRAME_BYTES) {
    throw new KvsrecError(
      'adts-frame-too-long',
      `an AAC frame of ${frameLength} bytes does not fit into ADTS (at most ${ADTS_MAX_FRAME_BYTES})`,
    );
  }
  const length = frameLength + ADTS_HEADER_BYTES;
  out[offset] = 0xff; // syncword, 12 bits
  out[offset + 1] = 0xf1; // syncword; MPEG-4; layer 0; no checksum
  out[offset + 2] = ((objectType - 1) << 6) | (frequency << 2) | (channels >> 2);
  out[offset + 3] = ((channels & 3) << 6) | (length >> 11);
  out[offset + 4] = (length >> 3) & 0xff;
  out[offset + 5] = ((length & 7) << 5) | 0x1f; // buffer fullness 0x7ff: variable bit rate
  out[offset + 6] = 0xfc; // one raw data block
  return ADTS_HEADER_BYTES;
}

function requireField(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new KvsrecError('adts-unsupported', `AAC with ${name} ${value} does not fit into ADTS`);
}
