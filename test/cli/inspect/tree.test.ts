import { describe, expect, test } from 'vitest';
import { buildFragment, contactTags, START_MS } from '../../../fixtures/connect-profile.ts';
import { corpus, fixture } from '../../../fixtures/corpus.ts';
import { elementId, ID } from '../../../fixtures/mkv-writer.ts';
import { printTree, type TreeNode } from '../../../src/cli/inspect/tree.ts';

const source = (bytes: Uint8Array, piece = bytes.length) => ({
  name: 'a\u001b.mkv',
  async *chunks() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  },
});

async function tree(bytes: Uint8Array, piece?: number) {
  let text = '';
  const write = async (more: string) => {
    text += more;
  };
  const signal = new AbortController().signal;
  const sound = await printTree(source(bytes, piece), { json: true, write, signal });
  const document = JSON.parse(text) as { input: string; elements: TreeNode[] };
  return { sound, text, ...document };
}

const count = (elements: readonly TreeNode[], ...names: string[]) =>
  elements.filter(({ name }) => names.includes(name)).length;

describe('the tree', () => {
  test.each(corpus.filter((each) => each.build().truth.structure).map(({ name }) => name))(
    'of %s is whole',
    async (name) => {
      const { bytes, truth } = fixture(name).build();
      const { sound, elements } = await tree(bytes);
      expect(sound).toBe(true);
      expect({
        ebmlHeaders: count(elements, 'EBML'),
        segments: count(elements, 'Segment'),
        clusters: count(elements, 'Cluster'),
        blocks: count(elements, 'SimpleBlock', 'Block'),
      }).toEqual(truth.structure);
      for (const { id, offset } of elements) {
        expect(bytes.subarray(offset).toString('hex', 0, (id!.length - 2) / 2)).toBe(id!.slice(2));
      }
      expect(elements.map(({ offset }) => offset)).toEqual(
        elements.map(({ offset }) => offset).sort((a, b) => a - b),
      );
    },
  );

  test('is the same for every chunking', async () => {
    const { bytes } = fixture('void-and-crc32').build();
    const whole = await tree(bytes);
    for (const piece of [1, 7, 1000]) expect((await tree(bytes, piece)).text).toBe(whole.text);
  });

  test('reports damage and goes on', async () => {
    const { bytes, truth } = fixture('flipped-size-bigger').build();
    expect(truth.damaged).toBe(true);
    const { sound, elements } = await tree(bytes);
    expect(sound).toBe(false);
    expect(elements.find(({ id }) => id === null)?.name).toMatch(/^damage: /);
    expect(elements.at(-1)?.id).not.toBeNull();
  });

  test('has what follows damage inside a Segment at its depth', async () => {
    const block = { track: 1, timecode: 0, frames: [Buffer.alloc(64, 1)] };
    const bytes = buildFragment({
      clusters: [0, 1, 2].map((i) => ({ timestamp: START_MS + i * 64, blocks: [block] })),
      tagsAfter: contactTags(),
    });
    const second = bytes.indexOf(elementId(ID.Cluster), bytes.indexOf(elementId(ID.Cluster)) + 4);
    bytes[bytes.indexOf(Buffer.from([ID.Timestamp, 0x88]), second)] = 0;
    const { elements } = await tree(bytes);
    expect(elements.some(({ name }) => name.startsWith('damage: '))).toBe(true);
    const behind = elements.slice(elements.findIndex(({ name }) => name.startsWith('reading goes on')) + 1);
    const depthOf = (name: string) => behind.find((element) => element.name === name)?.depth;
    expect([depthOf('Cluster'), depthOf('Tags')]).toEqual([1, 1]);
  });

  test('reports a cut', async () => {
    const { sound, elements } = await tree(fixture('truncated-in-block').build().bytes);
    expect(sound).toBe(false);
    expect(elements.at(-1)).toMatchObject({ id: null, name: expect.stringMatching(/^cut off: /) });
  });

  test('as lines, indented', async () => {
    let text = '';
    await printTree(source(fixture('plain-call').build().bytes), {
      json: false,
      write: async (more) => {
        text += more;
      },
      signal: new AbortController().signal,
    });
    const [first, second] = text.split('\n');
    expect(first).toMatch(/^ {11}0 {2}EBML {2}0x1a45dfa3 {2}\d+ bytes$/);
    expect(second).toMatch(/^ +\d+ {4}\w+ {2}0x42/);
    expect(text).toMatch(/^ +\d+ {2}Segment {2}0x18538067 {2}unknown size$/m);
    expect(text).toMatch(/^ +\d+ {4}Cluster {2}0x1f43b675 {2}unknown size$/m);
    expect(text).toMatch(/^ +\d+ {6}SimpleBlock {2}0xa3 {2}\d+ bytes$/m);
  });

  test('an empty input has none, which is an error', async () => {
    await expect(tree(new Uint8Array(0))).rejects.toMatchObject({ code: 'empty-input' });
  });
});
