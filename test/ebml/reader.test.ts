// The reader alone: sizes at every level, limits, what may stand anywhere, damage and where reading goes on.
import { describe, expect, it } from 'vitest';
import { EBML_HEADER } from '../../fixtures/connect-profile.ts';
import {
  type Bytes,
  crc32,
  element,
  elementId,
  flatten,
  ID,
  type SizeForm,
  simpleBlock,
  string,
  uint,
  unknownSize,
  vint,
  voidElement,
} from '../../fixtures/mkv-writer.ts';
import { MAX_DEPTH, MAX_FRAGMENT_BYTES, MAX_HEADER_BYTES } from '../../src/ebml/limits.ts';
import { type EbmlHandler, EbmlReader } from '../../src/ebml/reader.ts';
import { MATROSKA } from '../../src/matroska/schema.ts';

const UNKNOWN: SizeForm = { unknown: true };

function nameOf(id: number): string {
  return MATROSKA.rule(id)?.name ?? `0x${id.toString(16)}`;
}

/** Everything the reader says of the bytes, one line each. */
function read(bytes: Bytes, chunk = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  const handler: EbmlHandler = {
    document: (offset, headless) => lines.push(`document ${offset}${headless ? ' headless' : ''}`),
    open: (id, offset) => lines.push(`open ${nameOf(id)} ${offset}`),
    leaf(id, start, end) {
      lines.push(`${nameOf(id)} ${Buffer.from(reader.bytes.subarray(start, end)).toString('hex')}`);
      return undefined;
    },
    close: (id, offset) => lines.push(`close ${nameOf(id)} ${offset}`),
    damaged: (offset, reason) => lines.push(`damaged ${offset} ${reason}`),
    resumed: (damage, offset, skipped) => lines.push(`resumed ${damage} ${offset} ${skipped}`),
    truncated: (offset, reason) => lines.push(`truncated ${offset} ${reason}`),
  };
  const reader = new EbmlReader(MATROSKA, handler);
  const all = flatten(bytes);
  for (let at = 0; at < all.length; at += chunk) reader.push(all.subarray(at, at + chunk));
  reader.end();
  return lines;
}

function block(fill: number, length = 8): Bytes {
  return simpleBlock({ track: 1, timecode: 0, frames: [Buffer.alloc(length, fill)] });
}

function document(children: Bytes, size: SizeForm = UNKNOWN): Bytes {
  return [EBML_HEADER, element(ID.Segment, children, size)];
}

function cluster(blocks: Bytes, size: SizeForm = UNKNOWN): Bytes {
  return element(ID.Cluster, [uint(ID.Timestamp, 1), blocks], size);
}

const TAGS = element(ID.Tags, element(ID.Tag, element(ID.SimpleTag, string(ID.TagName, 'a'))));

/** Without the offsets, which sizes of different widths change. */
function shape(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^(open|close) (\S+) \d+$/, '$1 $2'));
}

function reasons(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^(?:damaged|truncated) \d+ (.*)/.exec(line)?.[1] ?? []);
}

function blocksIn(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('SimpleBlock')).map((line) => line.slice(-2));
}

const SOUND = [
  'document 0',
  'open Segment',
  'open Cluster',
  'Timestamp 01',
  'SimpleBlock 810000800707070707070707',
  'close Cluster',
  'open Tags',
  'open Tag',
  'open SimpleTag',
  'TagName 61',
  'close SimpleTag',
  'close Tag',
  'close Tags',
  'close Segment',
];

describe('sizes', () => {
  const forms: [string, SizeForm][] = [
    ['unknown, 8 bytes', UNKNOWN],
    ['unknown, 1 byte', { unknown: true, width: 1 }],
    ['known, shortest', {}],
    ['known, 8 bytes', { width: 8 }],
  ];
  const pairs = forms.flatMap((segment) => forms.map((inner) => [segment, inner] as const));

  it.each(pairs)('Segment %s; Cluster %s', ([, segment], [, inner]) => {
    expect(shape(read(document([cluster(block(7), inner), TAGS], segment)))).toEqual(SOUND);
  });

  it('may be unknown of any master', () => {
    const tag = element(ID.Tag, element(ID.SimpleTag, string(ID.TagName, 'a'), UNKNOWN), UNKNOWN);
    const lines = read([document([cluster(block(7)), element(ID.Tags, tag, UNKNOWN)]), document(TAGS)]);
    expect(shape(lines.slice(0, SOUND.length))).toEqual(SOUND);
    expect(reasons(lines)).toEqual([]);
  });

  it('may not be unknown of a leaf', () => {
    const open = [elementId(ID.SimpleBlock), unknownSize(8), Buffer.alloc(8)];
    expect(reasons(read(document(cluster(open))))).toEqual(['an element that needs a size has none']);
  });

  it('may not pass the parent’s', () => {
    const tooLong = element(ID.Tag, [elementId(ID.SimpleTag), vint(100), Buffer.alloc(4)]);
    expect(reasons(read(document(element(ID.Tags, tooLong))))).toEqual([
      'an element is larger than its parent',
    ]);
  });

  it('may be 0', () => {
    const lines = read(document([element(ID.Tags, []), cluster(block(7)), element(ID.Tags, [])]));
    expect(reasons(lines)).toEqual([]);
    expect(lines.filter((line) => line.includes('Tags'))).toHaveLength(4);
  });

  it('end a master of unknown size at the first element that is none of its children', () => {
    const lines = shape(read(document([cluster(block(1)), cluster(block(2)), TAGS])));
    expect(lines.filter((line) => line.includes('Cluster'))).toEqual([
      'open Cluster',
      'close Cluster',
      'open Cluster',
      'close Cluster',
    ]);
  });
});

describe('limits', () => {
  it('an id has at most 4 bytes', () => {
    const wide = Buffer.from('0812345678810a', 'hex');
    expect(reasons(read(document(cluster([block(7), wide]))))).toEqual(['an element id is not valid']);
  });

  it('a size has at most 8 bytes', () => {
    const wide = [elementId(ID.SimpleBlock), Buffer.alloc(10)];
    expect(reasons(read(document(cluster([block(7), wide]))))).toEqual(['an element size is not valid']);
  });

  it.each(['80', 'ff', '7fff', '1fffffff'])('the reserved id %s is damage', (id) => {
    const reserved = [Buffer.from(id, 'hex'), vint(2), Buffer.alloc(2)];
    expect(reasons(read(document([reserved, TAGS])))).toEqual(['an element id is not valid']);
  });

  it('nesting has a bound', () => {
    const nested = (levels: number): Bytes => {
      let tag = element(ID.SimpleTag, string(ID.TagName, 'a'));
      for (let i = 1; i < levels; i++) tag = element(ID.SimpleTag, tag);
      return document(element(ID.Tags, element(ID.Tag, tag)));
    };
    expect(reasons(read(nested(MAX_DEPTH - 3)))).toEqual([]);
    expect(reasons(read(nested(MAX_DEPTH - 2)))).toEqual(['elements are nested too deeply']);
    expect(reasons(read(nested(3000)))).toEqual(['elements are nested too deeply']);
  });

  it('a number is no wider than 8 bytes', () => {
    const lines = read(document(element(ID.Cluster, element(ID.Timestamp, Buffer.alloc(9)), UNKNOWN)));
    expect(reasons(lines)).toEqual(['Timestamp is too large']);
  });

  it('an EBML header has a bound, and a size', () => {
    const large = element(ID.EBML, [string(ID.DocType, 'matroska'), voidElement(MAX_HEADER_BYTES + 1)]);
    for (const header of [large, [elementId(ID.EBML), unknownSize(8)]]) {
      const lines = read([document(cluster(block(1))), header, element(ID.Segment, TAGS, UNKNOWN)]);
      expect(reasons(lines)).toEqual(['the EBML header has no valid size']);
    }
  });

  it('an element beyond what the service allows is damage as soon as it begins', () => {
    const large = [elementId(ID.SimpleBlock), vint(MAX_FRAGMENT_BYTES + 1, 8), Buffer.alloc(100)];
    const lines = read([document(cluster([block(1), large])), document(cluster(block(2)))]);
    expect(reasons(lines)).toEqual(['SimpleBlock is too large']);
    expect(blocksIn(lines)).toEqual(['01', '02']);
  });

  it('a fragment beyond what the service allows is damage, and memory stays bounded', () => {
    const piece = flatten(block(3, 1024 * 1024));
    let most = 0;
    const found: string[] = [];
    const nothing = (): void => {};
    const reader = new EbmlReader(MATROSKA, {
      document: nothing,
      open: nothing,
      leaf: () => undefined,
      close: nothing,
      damaged: (_, reason) => found.push(reason),
      resumed: nothing,
      truncated: nothing,
    });
    reader.push(flatten(document(cluster([]))));
    for (let i = 0; i < 120; i++) {
      reader.push(piece);
      most = Math.max(most, reader.bytes.length);
    }
    reader.end();
    expect(found).toEqual(['a fragment is larger than the service allows']);
    expect(most).toBeLessThan(2.5 * MAX_FRAGMENT_BYTES);
  });
});

describe('elements that may stand anywhere', () => {
  it('are passed over in every master', () => {
    const between: Bytes = [voidElement(10), element(0xf6, Buffer.alloc(3)), voidElement(2)];
    const inside = (children: Bytes): Bytes => {
      const covered = [children, between];
      return [crc32(covered), covered];
    };
    const tag = element(ID.Tag, inside(element(ID.SimpleTag, inside(string(ID.TagName, 'a')))));
    const first = element(ID.Cluster, inside([uint(ID.Timestamp, 1), block(7)]), UNKNOWN);
    expect(shape(read(document(inside([first, element(ID.Tags, inside(tag))]))))).toEqual(SOUND);
  });

  it('are delivered as skipped', () => {
    const skipped: string[] = [];
    const nothing = (): void => {};
    const reader = new EbmlReader(MATROSKA, {
      document: nothing,
      open: nothing,
      leaf: () => undefined,
      close: nothing,
      skipped: (id, _offset, size) => skipped.push(`${nameOf(id)} ${size}`),
      damaged: nothing,
      resumed: nothing,
      truncated: nothing,
    });
    reader.push(flatten(document([voidElement(10), element(0x5d1e, Buffer.alloc(5))])));
    reader.end();
    expect(skipped).toEqual(['0x1a45dfa3 35', 'Void 8', '0x5d1e 5']);
  });
});

describe('damage', () => {
  const next = document(cluster(block(9)));

  /** The blocks that are left where the second of three documents is damaged, in any chunking. */
  function blocksAround(damaged: Bytes): string[] {
    const bytes = [document(cluster(block(1))), damaged, next];
    const lines = read(bytes);
    for (const chunk of [1, 3, 50]) expect(read(bytes, chunk)).toEqual(lines);
    return blocksIn(lines);
  }

  it('ends at the next document', () => {
    expect(blocksAround(document(cluster([block(2), Buffer.alloc(40), block(3)])))).toEqual([
      '01',
      '02',
      '09',
    ]);
  });

  it('ends at the next Cluster of the same Segment', () => {
    const damaged = document([cluster([block(2), Buffer.alloc(40)]), cluster(block(3))]);
    expect(blocksAround(damaged)).toEqual(['01', '02', '03', '09']);
  });

  it.each([
    ['the next document', 1000],
    ['all that follows', 1_000_000],
  ])('of a size that swallows %s', (_, bytes) => {
    const size = vint(bytes, 8);
    expect(blocksAround(document(cluster([block(2), elementId(ID.SimpleBlock), size])))).toEqual([
      '01',
      '02',
      '09',
    ]);
  });

  it('of a size that is known to this stream and swallows the next document', () => {
    const cut = flatten(document(cluster([block(2, 200), block(3, 200)]))).subarray(0, -150);
    const lines = read([document(cluster(block(1, 200))), cut, next]);
    expect(blocksIn(lines)).toContain('09');
  });

  it('whose bytes make an element of the next document’s first ones that ends where another begins', () => {
    // With the header's first three bytes, 33 32 1A is an id and 45 DF a size of 1,503.
    const swallowed = 3 + 1503;
    const empty = flatten(document(cluster(block(5, 1400)))).length - 1400;
    const hidden = document([cluster(block(5, swallowed - empty)), TAGS]);
    expect(flatten(hidden).indexOf(elementId(ID.Tags))).toBe(swallowed);
    const lines = read([document([cluster(block(2)), Buffer.from('3332', 'hex')]), hidden, next]);
    expect(blocksIn(lines)).toEqual(['02', '05', '09']);
  });

  it('whose bytes make an element of the next document’s first ones', () => {
    // 33 32 1A is an id of three bytes then, and 45 DF a size of 1,503.
    for (const stray of ['3332', '33', '76fa', 'f6', 'ec', '5d']) {
      const lines = read([
        document([cluster(block(2)), Buffer.from(stray, 'hex')]),
        document(cluster(block(5, 1600))),
        next,
      ]);
      expect(blocksIn(lines), stray).toEqual(['02', '05', '09']);
    }
  });

  it('of a document’s header costs only the header', () => {
    const headless = flatten(document(cluster(block(2, 400))));
    headless[0] = 0x5a;
    expect(blocksAround(headless)).toEqual(['01', '02', '09']);
    const lines = read([document(cluster(block(1))), element(ID.Segment, cluster(block(2)), UNKNOWN)]);
    expect(lines.some((line) => line.endsWith('headless'))).toBe(true);
    expect(blocksIn(lines)).toEqual(['01', '02']);
  });

  it('of a Segment of known size that bytes were added to does not stop the reading', () => {
    const damaged = [cluster([block(2), Buffer.alloc(3)], {}), cluster(block(3), {})];
    const whole = flatten(document(damaged, {}));
    const at = whole.indexOf(flatten(cluster(block(3), {})));
    const moved = Buffer.concat([whole.subarray(0, at), Buffer.alloc(30), whole.subarray(at)]);
    expect(blocksAround(moved)).toEqual(['01', '02', '03', '09']);
  });

  it('is not seen where there is none: headers of documents inside sound payloads start nothing', () => {
    const magic = Buffer.concat([EBML_HEADER.subarray(0, 12), elementId(ID.Segment)]);
    const payload = simpleBlock({ track: 1, timecode: 0, frames: [Buffer.alloc(4096, magic)] });
    const lines = read(document(cluster([payload, block(7)])));
    expect(reasons(lines)).toEqual([]);
    expect(blocksIn(lines)).toHaveLength(2);
  });

  it('does not need memory for what it skips', () => {
    let most = 0;
    let resumed = 0;
    const nothing = (): void => {};
    const reader = new EbmlReader(MATROSKA, {
      document: nothing,
      open: nothing,
      leaf: () => undefined,
      close: nothing,
      damaged: nothing,
      resumed: () => resumed++,
      truncated: nothing,
    });
    reader.push(flatten(document(cluster(block(1)))));
    const noise = Buffer.alloc(64 * 1024);
    for (let i = 0; i < 300; i++) {
      reader.push(noise);
      most = Math.max(most, reader.bytes.length);
    }
    reader.push(flatten(next));
    reader.end();
    expect(most).toBeLessThan(1024 * 1024);
    expect(resumed).toBe(1);
  });

  it('takes no more time than its bytes, however often it is met', () => {
    const piece = flatten([document(cluster([block(1), Buffer.alloc(3)]))]);
    const bytes = Buffer.concat(Array<Buffer>(20_000).fill(piece));
    const began = performance.now();
    expect(blocksIn(read(bytes))).toHaveLength(20_000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('the end of the input', () => {
  it('closes what has no size', () => {
    expect(shape(read(document(cluster(block(7))))).slice(-2)).toEqual(['close Cluster', 'close Segment']);
  });

  it('is a cut inside a header, a payload and before a known end', () => {
    const whole = flatten(document(cluster(block(7))));
    for (const missing of [1, 8, 11]) {
      expect(reasons(read(whole.subarray(0, -missing)))).toEqual(['the input ends inside an element']);
    }
    const known = flatten(document([cluster(block(7), {}), TAGS], {}));
    const before = known.indexOf(elementId(ID.Tags));
    expect(reasons(read(known.subarray(0, before)))).toEqual(['the input ends before its last element does']);
  });

  it('is nothing special for an empty input', () => {
    expect(read([])).toEqual([]);
  });

  it('of something else entirely is damage', () => {
    expect(reasons(read(Buffer.from('RIFF....WAVEfmt ')))).toHaveLength(1);
  });
});
