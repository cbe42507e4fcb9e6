// Small dumps for the simulator's tests, and what is in a body.
import { DumpBuilder, type DumpOptions } from '../../fixtures/dump-builder.ts';
import { FragmentAssembler } from '../../src/kvs/assembler.ts';
import { serviceError } from '../../src/kvs/tags.ts';

/** A call of so many fragments, `blocks` blocks of 64 ms a direction each. */
export function callDump(fragments: number, blocks = 5, options: DumpOptions = {}): Buffer {
  const dump = new DumpBuilder({ blocksPerFragment: blocks, ...options });
  for (let i = 0; i < fragments; i++) dump.add();
  return dump.finish().bytes;
}

export interface SeenFragment {
  number: string | null;
  producerMs: number | null;
  clusterMs: number;
  tags: Map<string, string>;
  blocks: number;
}

export interface Seen {
  fragments: SeenFragment[];
  /** Ids of in-band errors. */
  errors: (number | undefined)[];
  damaged: boolean;
}

/** The fragments and in-band errors of a body. */
export function seenIn(bytes: Uint8Array): Seen {
  const seen: Seen = { fragments: [], errors: [], damaged: false };
  const tagged = (tags: ReadonlyMap<string, string>) => {
    const error = serviceError(tags);
    if (error !== undefined) seen.errors.push(error.id);
  };
  const assembler = new FragmentAssembler({
    fragment: ({ number, producerMs, clusterMs, tags, blocks }) => {
      seen.fragments.push({ number, producerMs, clusterMs, tags: new Map(tags), blocks: blocks.count });
      tagged(tags);
    },
    tagsOnly: tagged,
    damage: () => {
      seen.damaged = true;
    },
  });
  assembler.push(bytes);
  assembler.end();
  return seen;
}

/** Numbers of the fragments of a body. */
export const numbersIn = (bytes: Uint8Array) => seenIn(bytes).fragments.map(({ number }) => number);
