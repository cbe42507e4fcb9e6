// AudioSpecificConfig: the few bits in the CodecPrivate of an `A_AAC` track that say which AAC it is (ISO/IEC 14496-3,
// 1.6.2.1).

/** Audio object types (ISO/IEC 14496-3, table 1.17). */
export const AAC_OBJECT_TYPE = { MAIN: 1, LC: 2, SSR: 3, LTP: 4, SBR: 5, PS: 29 } as const;

/** Rates in Hz by samplingFrequencyIndex (ISO/IEC 14496-3, table 1.18). */
const SAMPLING_FREQUENCIES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
/** The index that says: the rate itself follows, in 24 bits. */
const EXPLICIT_FREQUENCY = 15;
/** Channels by channelConfiguration (ISO/IEC 14496-3, table 1.19); 0 says that the stream itself tells. */
const CHANNELS = [undefined, 1, 2, 3, 4, 5, 6, 8, undefined, undefined, undefined, 7, 8, undefined, 8];

export interface AudioSpecificConfig {
  /** The core's type, where SBR (5) or PS (29) is signalled in front of it. */
  objectType: number;
  /** The core's rate as an index, 0 to 12; 15 where it is none of the table's. */
  samplingFrequencyIndex: number;
  /** The core's frames a second. */
  sampleRate: number;
  /** 0 to 15; 0 says that the stream itself tells. */
  channelConfiguration: number;
  /** Channels of the core, where the configuration says them. */
  channels: number | undefined;
  /** Spectral band replication (HE-AAC) or, with it, parametric stereo (HE-AAC v2) is signalled. */
  sbr: boolean;
  ps: boolean;
  /** Frames a second after SBR, where it is signalled. */
  extensionSampleRate: number | undefined;
  /** Sample frames in each AAC frame of the core: 1,024, or 960. */
  samplesPerFrame: 1024 | 960;
}

/** Parses the bits up to frameLengthFlag. Returns undefined where they are cut off or use reserved values. */
export function parseAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig | undefined {
  const bits = new BitReader(bytes);
  let objectType = readObjectType(bits);
  const core = readFrequency(bits);
  const channelConfiguration = bits.read(4);
  const ps = objectType === AAC_OBJECT_TYPE.PS;
  const sbr = ps || objectType === AAC_OBJECT_TYPE.SBR;
  let extension: Frequency | undefined;
  if (sbr) {
    extension = readFrequency(bits);
    if (extension === undefined) return undefined;
    objectType = readObjectType(bits);
  }
  if (bits.overrun || core === undefined || objectType === 0) return undefined;
  // The first bit of GASpecificConfig; configurations that stop short of it mean the usual length.
  const short = isGeneralAudio(objectType) && bits.read(1) === 1 && !bits.overrun;
  return {
    objectType,
    samplingFrequencyIndex: core.index,
    sampleRate: core.rate,
    channelConfiguration,
    channels: CHANNELS[channelConfiguration],
    sbr,
    ps,
    extensionSampleRate: extension?.rate,
    samplesPerFrame: short ? 960 : 1024,
  };
}

/**
 * Whether raw frames of this configuration can stand in an elementary stream with ADTS headers: Main, LC, SSR or LTP,
 * at a rate of the table, in frames of 1,024 samples, with a channel configuration of three bits.
 */
export function fitsElementaryStream(config: AudioSpecificConfig): boolean {
  return (
    config.objectType <= AAC_OBJECT_TYPE.LTP &&
    config.samplingFrequencyIndex !== EXPLICIT_FREQUENCY &&
    config.samplesPerFrame === 1024 &&
    config.channelConfiguration <= 7
  );
}

/**
 * The two bytes that describe AAC of object type 1 to 4 with frames of 1,024 samples. Returns undefined where the
 * rate (Hz) or the number of channels has no index.
 */
export function audioSpecificConfig(
  objectType: number,
  sampleRate: number,
  channels: number,
): Uint8Array | undefined {
  const frequency = SAMPLING_FREQUENCIES.indexOf(sampleRate);
  const configuration = CHANNELS.indexOf(channels);
  if (frequency < 0 || configuration < 1 || configuration > 7) return undefined;
  const bits = (objectType << 11) | (frequency << 7) | (configuration << 3);
  return Uint8Array.of(bits >> 8, bits & 0xff);
}

interface Frequency {
  index: number;
  rate: number;
}

function readObjectType(bits: BitReader): number {
  const type = bits.read(5);
  return type === 31 ? 32 + bits.read(6) : type;
}

function readFrequency(bits: BitReader): Frequency | undefined {
  const index = bits.read(4);
  if (index !== EXPLICIT_FREQUENCY) {
    const rate = SAMPLING_FREQUENCIES[index];
    return rate === undefined ? undefined : { index, rate };
  }
  const rate = bits.read(24);
  if (rate === 0) return undefined;
  const known = SAMPLING_FREQUENCIES.indexOf(rate);
  return { index: known < 0 ? EXPLICIT_FREQUENCY : known, rate };
}

/** The object types that go on with a GASpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
function isGeneralAudio(objectType: number): boolean {
  return [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23].includes(objectType);
}

/** Reads big-endian bit fields; bits past the end are zero and set `overrun`. */
class BitReader {
  overrun = false;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#position++) {
      const byte = this.#bytes[this.#position >> 3];
      if (byte === undefined) this.overrun = true;
      value = (value << 1) | (((byte ?? 0) >> (7 - (this.#position & 7))) & 1);
    }
    return value;
  }
}
