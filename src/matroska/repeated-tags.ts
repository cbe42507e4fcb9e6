// Tags elements that come again with other values: every fragment of a stream has the same ones, so that reading them
// anew each time would be most of the work on a stream.
import { decodeText } from './values.ts';

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** Tags elements of a document that are remembered, and the most bytes of one. */
const MAX_ELEMENTS = 32;
const MAX_BYTES = 4096;

/** A Tags element as it last came: its payload, where its values lie in it, and whose they are. */
interface Known {
  readonly bytes: Uint8Array;
  /** Three numbers a value: index of its tag, start and end in `bytes`. In order of the starts. */
  readonly values: readonly number[];
  tags: readonly Tag[];
}

/** Remembers the Tags elements of a document by their order in it. */
export class RepeatedTags {
  readonly #known: (Known | undefined)[] = [];
  #next = 0;
  readonly #values: number[] = [];

  /** A document begins. */
  rewind(): void {
    this.#next = 0;
  }

  /**
   * The tags of the payload `bytes[start, end)` where it is that of the last document with other values of the same
   * lengths, or the very same; otherwise undefined.
   */
  match(bytes: Uint8Array, start: number, end: number): readonly Tag[] | undefined {
    const known = this.#known[this.#next];
    if (known === undefined || known.bytes.length !== end - start) return undefined;
    const { values } = known;
    const count = values.length;
    let from = 0;
    for (let i = 0; i < count; i += 3) {
      if (!same(bytes, start, known.bytes, from, values[i + 1]!)) return undefined;
      from = values[i + 2]!;
    }
    if (!same(bytes, start, known.bytes, from, end - start)) return undefined;
    this.#next++;
    let { tags } = known;
    for (let i = 0; i < count; i += 3) {
      if (same(bytes, start, known.bytes, values[i + 1]!, values[i + 2]!)) continue;
      tags = updated(
        known,
        tags,
        values[i]!,
        decodeText(bytes, start + values[i + 1]!, start + values[i + 2]!),
      );
      const value = new Uint8Array(
        bytes.buffer,
        bytes.byteOffset + start + values[i + 1]!,
        values[i + 2]! - values[i + 1]!,
      );
      known.bytes.set(value, values[i + 1]!);
    }
    known.tags = tags;
    return tags;
  }

  /** A Tags element begins that is read element by element. */
  begin(): void {
    this.#values.length = 0;
  }

  /** The value of tag `index` lies at the stream offsets `start` to `end`. */
  value(index: number, start: number, end: number): void {
    this.#values.push(index, start, end);
  }

  /** Ends what `begin` began. Its payload is `bytes[start, end)`, and `bytes[0]` stands at stream offset `base`. */
  learn(bytes: Uint8Array, start: number, end: number, base: number, tags: readonly Tag[]): void {
    const place = this.#next++;
    if (place >= MAX_ELEMENTS) return;
    const values = this.#values.map((number, i) => (i % 3 === 0 ? number : number - base - start));
    const indices = values.filter((_, i) => i % 3 === 0);
    // A tag that has two values, or none that is kept, is not worth more.
    const plain = indices.every((index, i) => tags[index] !== undefined && indices.indexOf(index) === i);
    this.#known[place] =
      plain && start >= 0 && end - start <= MAX_BYTES
        ? { bytes: bytes.slice(start, end), values, tags: [...tags] }
        : undefined;
  }
}

/** The tags with another value for one of them. Those that were handed out stay as they are. */
function updated(known: Known, tags: readonly Tag[], index: number, value: string): readonly Tag[] {
  const copy = tags === known.tags ? tags.slice() : (tags as Tag[]);
  copy[index] = { name: tags[index]!.name, value };
  return copy;
}

/** Whether `bytes[start + from, start + to)` and `known[from, to)` are the same. */
function same(bytes: Uint8Array, start: number, known: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[start + at] === known[at]) at++;
  return at === to;
}
