// WAV files byte by byte, independent of the code under test.

export interface WavParts {
  samples?: readonly number[];
  channels?: number;
  rate?: number;
  /** Chunks between `fmt ` and `data`. */
  extra?: readonly { id: string; body: Uint8Array }[];
  /** What the data chunk's size field says; the truth if not given. */
  declared?: number;
  /** What the RIFF chunk's size field says; the truth if not given. */
  riff?: number;
  form?: 'RIFF' | 'RF64';
  formatTag?: number;
  bits?: number;
  /** The stored samples, where they are not 16-bit. */
  data?: Uint8Array;
}

export function wavBytes(parts: WavParts): Buffer {
  const {
    samples = [],
    channels = 1,
    rate = 8000,
    extra = [],
    form = 'RIFF',
    formatTag = 1,
    bits = 16,
  } = parts;
  const data =
    parts.data === undefined ? Buffer.from(Int16Array.from(samples).buffer) : Buffer.from(parts.data);
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(formatTag, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt32LE((rate * channels * bits) / 8, 8);
  fmt.writeUInt16LE((channels * bits) / 8, 12);
  fmt.writeUInt16LE(bits, 14);
  const ds64 = Buffer.alloc(28);
  ds64.writeBigUInt64LE(BigInt(parts.declared ?? data.length), 8);
  const size = form === 'RF64' ? 0xffff_ffff : (parts.declared ?? data.length);
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    ...(form === 'RF64' ? [chunk('ds64', ds64)] : []),
    chunk('fmt ', fmt),
    ...extra.map(({ id, body }) => chunk(id, body)),
    Buffer.from('data'),
    uint32(size),
    data,
  ]);
  return Buffer.concat([
    Buffer.from(form),
    uint32(form === 'RF64' ? 0xffff_ffff : (parts.riff ?? body.length)),
    body,
  ]);
}

function chunk(id: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(id), uint32(body.length), body, Buffer.alloc(body.length % 2)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A source that hands out pieces of those lengths, over and over, in one buffer that it uses again. */
export function pieces(bytes: Uint8Array, lengths: readonly number[] = [65_536], size?: number) {
  return {
    name: 'a.wav',
    size,
    async *chunks() {
      const reused = Buffer.alloc(Math.max(...lengths));
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const piece = bytes.subarray(at, at + Math.max(1, lengths[i % lengths.length]!));
        reused.fill(0xee);
        reused.set(piece);
        yield reused.subarray(0, piece.length);
        at += piece.length;
      }
    },
  };
}
