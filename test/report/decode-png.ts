// A reader of PNG files that shares nothing with their writer.

import { crc32, inflateSync } from 'node:zlib';
import { expect } from 'vitest';

/** Reads a PNG of 8-bit RGB as the specification says, any row filter of the first three. */
export function decodePng(bytes: Buffer): { width: number; height: number; rgb: Uint8Array } {
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  const data: Buffer[] = [];
  let width = 0;
  let height = 0;
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    if (type === 'IHDR') {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      expect([...body.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
    }
    if (type === 'IDAT') data.push(body);
    at += 12 + length;
  }
  const rows = inflateSync(Buffer.concat(data));
  const stride = 3 * width;
  const rgb = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = filter === 1 && i >= 3 ? rgb[y * stride + i - 3]! : 0;
      const up = filter === 2 && y > 0 ? rgb[(y - 1) * stride + i]! : 0;
      rgb[y * stride + i] = rows[y * (stride + 1) + 1 + i]! + left + up;
    }
  }
  return { width, height, rgb };
}
