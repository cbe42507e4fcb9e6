// Which samples an audio track really holds. The track's CodecID cannot be believed on its own: Amazon Connect says
// `A_AAC` (CodecPrivate 11 90) and sends raw 16-bit little-endian PCM. Its MimeType tag tells the truth, and where that
// is missing, the track's name.

import {
  AAC_OBJECT_TYPE,
  audioSpecificConfig,
  fitsElementaryStream,
  parseAudioSpecificConfig,
} from '../matroska/audio-specific-config.ts';
import { parseWaveFormat, WAVE_FORMAT, type WaveFormat } from '../matroska/waveformat.ts';
import type { SampleCodec } from '../sample-codec.ts';

/** What the TrackEntry says; undefined is what it does not say. All of it is untrusted. */
export interface TrackFacts {
  name: string;
  codecId: string;
  codecPrivate: Uint8Array | undefined;
  /** Audio master: SamplingFrequency (Hz), Channels, BitDepth (bits). */
  sampleRate: number | undefined;
  channels: number | undefined;
  bitDepth: number | undefined;
}

/** Samples that become WAV. `sampleRate` counts frames a second. */
export interface PcmFormat {
  kind: 'pcm';
  encoding: 'L16' | 'PCM' | 'PCMU' | 'PCMA';
  sampleRate: number;
  channels: number;
  codec: SampleCodec;
}

/** Raw AAC frames that an elementary stream (ADTS) can carry: each holds 1,024 sample frames at `sampleRate`. */
export interface AacFormat {
  kind: 'aac';
  encoding: 'AAC';
  /** Of the core: what SBR doubles is not counted. */
  sampleRate: number;
  channels: number;
  /** AudioSpecificConfig: the track's CodecPrivate itself, not a copy. */
  config: Uint8Array;
}

/** A codec that is not read: its blocks are passed through as they are. */
export interface RawFormat {
  kind: 'raw';
  /** The codec id as printable text, with the format tag where there is one: `A_OPUS`, `A_MS/ACM 0x0055`. */
  encoding: string;
  sampleRate: number;
  channels: number;
}

export type SampleFormat = PcmFormat | AacFormat | RawFormat;

/** The rate of Amazon Connect, of G.711 (RFC 3551, 4.5.14), and Matroska's default (RFC 9559, 5.1.4.1.29.1), in Hz. */
const DEFAULT_SAMPLE_RATE = 8_000;
const MAX_SAMPLE_RATE = 768_000;
const MAX_CHANNELS = 8;

/**
 * The true format of a track's samples in a fragment whose MimeType tag is `mimeType`: by that tag, else by the names
 * that Amazon Connect gives its tracks, else by the codec. Rates outside 1 to 768,000 Hz and channels outside 1 to 8
 * count as not said; with nothing said, 8 kHz mono. Never throws.
 */
export function sampleFormat(track: TrackFacts, mimeType: string | undefined): SampleFormat {
  const tagged = parseMimeType(mimeType ?? '');
  const codecId = track.codecId.trim().toUpperCase();
  return (
    formatByMimeType(track, codecId, tagged) ??
    (claimsAac(codecId) ? formatByMimeType(track, codecId, mimeTypeByName(track.name)) : undefined) ??
    formatByCodec(track, codecId)
  );
}

interface MimeType {
  /** Lower case, without `audio/`. */
  subtype: string;
  sampleRate: number | undefined;
  channels: number | undefined;
}

/** Linear PCM of 16 bits and G.711 by their media subtypes, registered (RFC 2586, 3551, 2046) and not. */
const MIME_ENCODINGS: ReadonlyMap<string, 'L16' | 'PCMU' | 'PCMA'> = new Map([
  ['l16', 'L16'],
  ['pcmu', 'PCMU'],
  ['basic', 'PCMU'],
  ['mulaw', 'PCMU'],
  ['ulaw', 'PCMU'],
  ['x-mulaw', 'PCMU'],
  ['g711-mulaw', 'PCMU'],
  ['g711-ulaw', 'PCMU'],
  ['pcma', 'PCMA'],
  ['alaw', 'PCMA'],
  ['x-alaw', 'PCMA'],
  ['g711-alaw', 'PCMA'],
] as const);

/** A tag longer than this names no media type. */
const MAX_MIME_TYPE_LENGTH = 1_024;

/**
 * Parses `audio/L16;rate=8000;channels=1;`, loosely: any case, spaces, quoted values. Of a list of types (a stream of
 * several tracks: `video/h264,audio/L16`) the first audio one counts.
 */
function parseMimeType(text: string): MimeType | undefined {
  if (text.length > MAX_MIME_TYPE_LENGTH) return undefined;
  for (const entry of text.split(',')) {
    const [type = '', ...parameters] = entry.split(';');
    const [major = '', subtype = ''] = type.toLowerCase().split('/', 2);
    if (major.trim() !== 'audio') continue;
    const values = new Map<string, string>();
    for (const parameter of parameters) {
      const [key = '', value = ''] = parameter.split('=', 2);
      values.set(key.trim().toLowerCase(), value.replaceAll('"', '').trim());
    }
    return {
      subtype: subtype.trim(),
      sampleRate: plausibleRate(decimal(values.get('rate'))),
      channels: plausibleChannels(decimal(values.get('channels'))),
    };
  }
  return undefined;
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The type that a name of Amazon Connect's stands for: its two directions, and the single track of old streams. */
function mimeTypeByName(name: string): MimeType | undefined {
  const known = ['AUDIO_FROM_CUSTOMER', 'AUDIO_TO_CUSTOMER', 'TRACK_AUDIO/L16'];
  return known.includes(name.trim().toUpperCase())
    ? { subtype: 'l16', sampleRate: undefined, channels: undefined }
    : undefined;
}

function formatByMimeType(
  track: TrackFacts,
  codecId: string,
  mime: MimeType | undefined,
): SampleFormat | undefined {
  if (mime === undefined) return undefined;
  if (['aac', 'aacp', 'x-aac'].includes(mime.subtype)) {
    // The tag confirms the codec, whatever the track is called; a codec that says otherwise is believed.
    return claimsAac(codecId) ? aacFormat(track, codecId) : undefined;
  }
  const encoding = MIME_ENCODINGS.get(mime.subtype);
  if (encoding === undefined) return undefined;
  const declared = declaredAudio(track, codecId);
  return {
    kind: 'pcm',
    encoding,
    sampleRate: mime.sampleRate ?? declared.sampleRate ?? DEFAULT_SAMPLE_RATE,
    channels: mime.channels ?? declared.channels ?? 1,
    codec: encoding === 'L16' ? l16Codec(codecId) : encoding === 'PCMU' ? 'mulaw' : 'alaw',
  };
}

/** RFC 2586 makes L16 big-endian; what Kinesis Video Streams carries is little-endian unless the codec says so. */
function l16Codec(codecId: string): SampleCodec {
  return codecId === 'A_PCM/INT/BIG' ? 's16be' : 's16le';
}

/** A codec id that proves nothing: AAC, as Amazon Connect claims for its PCM, or none. */
function claimsAac(codecId: string): boolean {
  return codecId === '' || codecId === 'A_AAC' || codecId.startsWith('A_AAC/');
}

interface DeclaredAudio {
  sampleRate: number | undefined;
  channels: number | undefined;
}

/** What the track says of its rate and channels, where its samples are not AAC. */
function declaredAudio(track: TrackFacts, codecId: string): DeclaredAudio {
  const declared = {
    sampleRate: plausibleRate(track.sampleRate),
    channels: plausibleChannels(track.channels),
  };
  if (codecId === 'A_MS/ACM') {
    // The structure describes the samples; the Audio master may be no more than Matroska's defaults.
    const wave = waveFormat(track);
    return {
      sampleRate: plausibleRate(wave?.sampleRate) ?? declared.sampleRate,
      channels: plausibleChannels(wave?.channels) ?? declared.channels,
    };
  }
  if (claimsAac(codecId)) {
    // A remuxer that believed the CodecPrivate has written its 48 kHz stereo into the Audio master.
    const claimed = track.codecPrivate && parseAudioSpecificConfig(track.codecPrivate);
    if (claimed !== undefined && claimed.sampleRate === declared.sampleRate) {
      return { sampleRate: undefined, channels: undefined };
    }
  }
  return declared;
}

function waveFormat(track: TrackFacts): WaveFormat | undefined {
  return track.codecPrivate && parseWaveFormat(track.codecPrivate);
}

function formatByCodec(track: TrackFacts, codecId: string): SampleFormat {
  if (codecId !== '' && claimsAac(codecId)) return aacFormat(track, codecId);
  const declared = declaredAudio(track, codecId);
  const rates = {
    sampleRate: declared.sampleRate ?? DEFAULT_SAMPLE_RATE,
    channels: declared.channels ?? 1,
  };
  const stored = storedSamples(track, codecId);
  return stored === undefined
    ? { kind: 'raw', encoding: encodingName(track, codecId), ...rates }
    : { kind: 'pcm', ...stored, ...rates };
}

/** Encoding and storage of the codecs that are plain samples; undefined for all others. */
function storedSamples(
  track: TrackFacts,
  codecId: string,
): Pick<PcmFormat, 'encoding' | 'codec'> | undefined {
  switch (codecId) {
    case 'A_MULAW':
      return { encoding: 'PCMU', codec: 'mulaw' };
    case 'A_ALAW':
      return { encoding: 'PCMA', codec: 'alaw' };
    case 'A_PCM/INT/LIT':
      return linear(integerCodec(track.bitDepth ?? 16, 'le'));
    case 'A_PCM/INT/BIG':
      return linear(integerCodec(track.bitDepth ?? 16, 'be'));
    case 'A_PCM/FLOAT/IEEE':
      return linear((track.bitDepth ?? 32) === 32 ? 'f32le' : undefined);
    case 'A_MS/ACM': {
      const wave = waveFormat(track);
      switch (wave?.formatTag) {
        case WAVE_FORMAT.PCM:
          return linear(integerCodec(wave.bitsPerSample, 'le'));
        case WAVE_FORMAT.FLOAT:
          return linear(wave.bitsPerSample === 32 ? 'f32le' : undefined);
        case WAVE_FORMAT.MULAW:
          return { encoding: 'PCMU', codec: 'mulaw' };
        case WAVE_FORMAT.ALAW:
          return { encoding: 'PCMA', codec: 'alaw' };
        default:
          return undefined;
      }
    }
    default:
      return undefined;
  }
}

function linear(codec: SampleCodec | undefined): Pick<PcmFormat, 'encoding' | 'codec'> | undefined {
  return codec === undefined ? undefined : { encoding: 'PCM', codec };
}

function integerCodec(bits: number, order: 'le' | 'be'): SampleCodec | undefined {
  switch (bits) {
    case 8:
      return 'u8';
    case 16:
      return `s16${order}`;
    case 24:
      return `s24${order}`;
    case 32:
      return `s32${order}`;
    default:
      return undefined;
  }
}

/** AAC by its CodecPrivate, or by the profile that old codec ids name; raw where neither makes ADTS possible. */
function aacFormat(track: TrackFacts, codecId: string): AacFormat | RawFormat {
  const sampleRate = plausibleRate(track.sampleRate);
  const channels = plausibleChannels(track.channels);
  const config =
    track.codecPrivate !== undefined && track.codecPrivate.length > 0
      ? track.codecPrivate
      : configByProfile(codecId, sampleRate, channels);
  const parsed = config && parseAudioSpecificConfig(config);
  if (config !== undefined && parsed !== undefined && fitsElementaryStream(parsed)) {
    return {
      kind: 'aac',
      encoding: 'AAC',
      sampleRate: parsed.sampleRate,
      channels: parsed.channels ?? channels ?? 1,
      config,
    };
  }
  return {
    kind: 'raw',
    encoding: encodingName(track, codecId),
    sampleRate: plausibleRate(parsed?.sampleRate) ?? sampleRate ?? DEFAULT_SAMPLE_RATE,
    channels: parsed?.channels ?? channels ?? 1,
  };
}

/** Object types by the profile in ids such as `A_AAC/MPEG4/LC/SBR`, which have no CodecPrivate. */
const AAC_PROFILES: ReadonlyMap<string, number> = new Map([
  ['MAIN', AAC_OBJECT_TYPE.MAIN],
  ['LC', AAC_OBJECT_TYPE.LC],
  ['SSR', AAC_OBJECT_TYPE.SSR],
  ['LTP', AAC_OBJECT_TYPE.LTP],
]);

function configByProfile(
  codecId: string,
  sampleRate: number | undefined,
  channels: number | undefined,
): Uint8Array | undefined {
  const objectType = AAC_PROFILES.get(/^A_AAC\/MPEG[24]\/([A-Z]+)/.exec(codecId)?.[1] ?? '');
  return objectType === undefined || sampleRate === undefined
    ? undefined
    : audioSpecificConfig(objectType, sampleRate, channels ?? 1);
}

/** The codec id as something to print: it is the stream's text, and may be anything of any length. */
function encodingName(track: TrackFacts, codecId: string): string {
  const name = codecId.replace(/[^\x21-\x7e]/g, '').slice(0, 64) || 'unknown';
  const tag = codecId === 'A_MS/ACM' ? waveFormat(track)?.formatTag : undefined;
  return tag === undefined ? name : `${name} 0x${tag.toString(16).padStart(4, '0')}`;
}

function plausibleRate(rate: number | undefined): number | undefined {
  if (rate === undefined || !Number.isFinite(rate)) return undefined;
  const whole = Math.round(rate);
  return whole >= 1 && whole <= MAX_SAMPLE_RATE ? whole : undefined;
}

function plausibleChannels(channels: number | undefined): number | undefined {
  return channels !== undefined && Number.isInteger(channels) && channels >= 1 && channels <= MAX_CHANNELS
    ? channels
    : undefined;
}
