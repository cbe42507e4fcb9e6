// Whose a fragment is: its own tags, the run it follows, and Clusters that learn it later.
import { describe, expect, it } from 'vitest';
import { type Attribution, ContactAttribution, type TagFilter } from '../../src/connect/attribution.ts';
import { BlockList } from '../../src/kvs/block-list.ts';
import { Fragment } from '../../src/kvs/fragment.ts';

function fragment(
  tags: Record<string, string> = {},
  continues = false,
  bytes = Buffer.from('audio'),
  documentOffset = 0,
): Fragment {
  const blocks = new BlockList();
  blocks.add(0, 0, 0, bytes.length);
  return new Fragment({
    offset: 0,
    documentOffset,
    info: { timestampScale: 1_000_000, title: null, muxingApp: null, writingApp: null },
    tracks: [],
    tags: new Map(Object.entries(tags)),
    timestamp: 0n,
    bytes,
    blocks,
    state: 'whole',
    continues,
  });
}

function attribute(fragments: readonly Fragment[], filter?: TagFilter) {
  const found: (Attribution & { fragment: Fragment })[] = [];
  const attribution = new ContactAttribution(filter, (emitted, facts) =>
    found.push({ fragment: emitted, ...facts }),
  );
  for (const each of fragments) attribution.add(each);
  return found;
}

function contacts(fragments: readonly Fragment[], filter?: TagFilter): (string | null)[] {
  return attribute(fragments, filter).map(({ contactId }) => contactId);
}

describe('ContactAttribution', () => {
  it('follows the run where a fragment does not say', () => {
    const stream = [
      fragment(),
      fragment({ ContactId: 'a' }),
      fragment(),
      fragment({ ContactId: 'b' }),
      fragment(),
    ];
    expect(contacts(stream)).toEqual([null, 'a', 'a', 'b', 'b']);
    expect(attribute(stream).map(({ own }) => own)).toEqual([false, true, false, true, false]);
  });

  it('takes an empty ContactId for none', () => {
    expect(contacts([fragment({ ContactId: 'a' }), fragment({ ContactId: '  ' })])).toEqual(['a', 'a']);
  });

  it('knows the tag of a Voice Connector', () => {
    expect(contacts([fragment({ CallId: 'c' })])).toEqual(['c']);
    expect(contacts([fragment({ CallId: 'c', ContactId: 'a' })])).toEqual(['a']);
  });

  it('keeps what a run has said, and forgets it with the next contact', () => {
    const found = attribute([
      fragment({ ContactId: 'a', InstanceId: 'i', MimeType: 'm', IsCaller: 'true' }),
      fragment(),
      fragment({ ContactId: 'b' }),
    ]);
    const facts = found.map(({ instanceId, mimeType, isCaller }) => [instanceId, mimeType, isCaller]);
    expect(facts).toEqual([
      ['i', 'm', 'true'],
      ['i', 'm', 'true'],
      [null, undefined, undefined],
    ]);
  });

  it('lets the Clusters of a Segment wait for a tag after the last of them, in order', () => {
    const parts = ['1', '2', '3'].map((text) => Buffer.from(text));
    const stream = [
      fragment({ ContactId: 'a' }),
      fragment({}, true, parts[0]),
      fragment({}, true, parts[1]),
      fragment({ ContactId: 'b' }, false, parts[2]),
    ];
    const found = attribute(stream);
    expect(found.map(({ contactId }) => contactId)).toEqual(['a', 'b', 'b', 'b']);
    expect(found.slice(1).map((each) => Buffer.from(each.fragment.bytes).toString())).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it('keeps what waits although its bytes are used again', () => {
    const bytes = Buffer.from('first');
    const found: string[] = [];
    const attribution = new ContactAttribution(undefined, (each) =>
      found.push(Buffer.from(each.bytes).toString()),
    );
    attribution.add(fragment({}, true, bytes));
    bytes.fill(0);
    attribution.add(fragment({ ContactId: 'a' }, false, Buffer.from('second')));
    expect(found).toEqual(['first', 'second']);
  });

  it('does not wait without end', () => {
    const megabyte = Buffer.alloc(1024 * 1024);
    const many = Array.from({ length: 40 }, () => fragment({}, true, megabyte));
    expect(contacts(many).length).toBeGreaterThan(0);
  });

  it('filters by a tag, which then names the run where nothing else does', () => {
    const filter = { tag: 'Line', value: '7' };
    const stream = [fragment({ Line: '7' }), fragment(), fragment({ Line: '8' })];
    expect(contacts(stream, filter)).toEqual(['7', '7', '8']);
    expect(attribute(stream, filter).map(({ matches }) => matches)).toEqual([true, true, false]);
    expect(attribute([fragment()], filter)[0]!.matches).toBe(false);
    expect(attribute([fragment()])[0]!.matches).toBe(true);
  });
});
