import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc32, crc32, crc32Text } from '../../../src/aws/s3/crc32.ts';

test('the check value of CRC-32 (ISO-HDLC)', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf4_3926);
  expect(crc32Text(0xcbf4_3926)).toBe('y/Q5Jg==');
});

test('of a whole from its parts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
      const whole = crc32(Buffer.concat([a, b]));
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(whole);
      expect(crc32(b, crc32(a))).toBe(whole);
    }),
  );
});

test('of a part longer than 4 GiB', () => {
  // Three zero bytes, doubled thirty-one times; and in two pieces instead of one.
  let [sum, length] = [crc32(Buffer.alloc(3)), 3];
  for (let doubling = 0; doubling < 30; doubling++) {
    sum = combineCrc32(sum, sum, length);
    length *= 2;
  }
  const whole = combineCrc32(sum, sum, length);
  const tail = crc32(Buffer.from('tail'));
  const inPieces = combineCrc32(combineCrc32(tail, sum, length), sum, length);
  expect(2 * length).toBeGreaterThan(2 ** 32);
  expect(combineCrc32(tail, whole, 2 * length)).toBe(inPieces);
});
