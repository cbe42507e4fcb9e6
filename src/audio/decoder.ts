// One face over the uncompressed and G.711 sample formats: bytes as stored in a block to 16-bit little-endian PCM.

import type { SampleCodec } from '../sample-codec.ts';
import { decodeAlaw, decodeMulaw, type G711Decode } from './g711.ts';
import { decodeBySamples, decodeF32le, type PcmDecode, pcmDecoder } from './pcm.ts';

export interface PcmDecoder {
  /** Bytes of one stored sample of one channel; `decode` writes two for each. */
  readonly bytesPerSample: number;
  /** Channels stay interleaved as they are. Offsets and the result count bytes. */
  readonly decode: PcmDecode;
}

function g711(decode: G711Decode): PcmDecode {
  return decodeBySamples(1, (input, start, samples, out) => {
    decode(input, start, start + samples, out);
  });
}

/** A decoder for `codec`. `s16le` is a plain copy: whoever can use the input in place need not ask. */
export function createPcmDecoder(codec: SampleCodec): PcmDecoder {
  switch (codec) {
    case 'u8':
      return { bytesPerSample: 1, decode: pcmDecoder(8, false) };
    case 's16le':
      return { bytesPerSample: 2, decode: pcmDecoder(16, false) };
    case 's16be':
      return { bytesPerSample: 2, decode: pcmDecoder(16, true) };
    case 's24le':
      return { bytesPerSample: 3, decode: pcmDecoder(24, false) };
    case 's24be':
      return { bytesPerSample: 3, decode: pcmDecoder(24, true) };
    case 's32le':
      return { bytesPerSample: 4, decode: pcmDecoder(32, false) };
    case 's32be':
      return { bytesPerSample: 4, decode: pcmDecoder(32, true) };
    case 'f32le':
      return { bytesPerSample: 4, decode: decodeF32le };
    case 'mulaw':
      return { bytesPerSample: 1, decode: g711(decodeMulaw) };
    case 'alaw':
      return { bytesPerSample: 1, decode: g711(decodeAlaw) };
  }
}
