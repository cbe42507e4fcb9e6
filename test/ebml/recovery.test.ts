// What recovery may cost: bytes made to be searched again and again are searched once.
import { describe, expect, it, vi } from 'vitest';
import { connectCall } from '../../fixtures/connect-profile.ts';
import { tone } from '../../fixtures/pcm.ts';
import { FragmentAssembler } from '../../src/kvs/assembler.ts';

const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
const UNIT_BYTES = 17;

/** A sound start, then Clusters each of which has a Void that claims everything up to the end. */
function nested(size: number): Buffer {
  const [fragment] = [...connectCall({ fragments: 1, from: tone({ hz: 440 }), to: tone({ hz: 220 }) })];
  const start = fragment!.indexOf(CLUSTER);
  const bytes = Buffer.alloc(size);
  let at = fragment!.copy(bytes, 0, 0, start);
  for (; at + 2 * UNIT_BYTES < size; at += UNIT_BYTES) {
    CLUSTER.copy(bytes, at);
    bytes.set([0xff, 0xe7, 0x81, 0x01, 0xec, 0x01], at + 4);
    bytes.writeUIntBE(size - at - UNIT_BYTES, at + 11, 6);
  }
  return bytes.subarray(0, at);
}

describe('recovery', () => {
  it('searches no byte more than a few times, however often it begins anew', () => {
    const dump = nested(512 * 1024);
    let searched = 0;
    const indexOf = Buffer.prototype.indexOf;
    const spy = vi.spyOn(Buffer.prototype, 'indexOf').mockImplementation(function (
      this: Buffer,
      ...args: Parameters<typeof indexOf>
    ) {
      const found = indexOf.apply(this, args);
      searched += (found < 0 ? this.length : found) - Number(args[1] ?? 0);
      return found;
    } as typeof indexOf);
    let damaged = 0;
    try {
      const assembler = new FragmentAssembler({ fragment: () => {}, damage: () => damaged++ });
      for (let at = 0; at < dump.length; at += 64 * 1024) assembler.push(dump.subarray(at, at + 64 * 1024));
      assembler.end();
    } finally {
      spy.mockRestore();
    }
    expect(damaged).toBeGreaterThan(10_000);
    expect(searched).toBeLessThan(8 * dump.length);
  });
});
