// Tags elements that come again with other values: every fragment of a stream has the same ones, so that reading them
// anew each time would be most of the work on a stream.
import type { Workspace } from '../kernels/workspace.ts';
import { decodeText } from './values.ts';

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** Runs of Tags elements in a document that are remembered, and the most bytes of one. */
const MAX_RUNS = 4;
const MAX_BYTES = 8192;

/** Of a document's Clusters. */
const SEVERAL = Number.POSITIVE_INFINITY;

/** Tags elements that stand one behind the other, as they last came: their bytes, and where the values lie in them. */
export interface TagsRun {
  /** Room for `MAX_BYTES`, of which `length` are in use. */
  readonly bytes: Uint8Array;
  length: number;
  /** Three numbers a value: index of its tag, start and end in `bytes`. In order of the starts. */
  readonly values: number[];
  tags: readonly Tag[];
  /** Two numbers an element: where it ends in `bytes`, and in `tags`. */
  readonly elements: number[];
  /** It cannot be told apart by its values. */
  odd: boolean;
}

/** Remembers the Tags elements of a document by their order in it. */
export class RepeatedTags {
  readonly #workspace: Workspace | undefined;
  readonly #runs: TagsRun[] = [];
  /** Runs of the document so far, and where the last one ends in the stream. */
  #count = 0;
  #end = -1;
  /** Those before its first Cluster; -1 before one has begun, and `SEVERAL` once another has. */
  #before = -1;
  readonly #values: number[] = [];
  /** Indices in `TagsRun.values` of those that have changed. */
  readonly #changed: number[] = [];

  constructor(workspace?: Workspace) {
    this.#workspace = workspace;
  }

  /** A document begins. */
  rewind(): void {
    this.#count = 0;
    this.#end = -1;
    this.#before = -1;
  }

  /** A Cluster begins. */
  cluster(): void {
    this.#before = this.#before < 0 ? this.#count : SEVERAL;
  }

  /** The runs of the document so far, if it has one before its only Cluster, and at most one behind it. */
  get form(): { before: TagsRun; after: TagsRun | undefined } | undefined {
    if (this.#before !== 1 || this.#count > 2) return undefined;
    const before = this.#runs[0]!;
    const after = this.#count === 2 ? this.#runs[1] : undefined;
    return before.odd || after?.odd ? undefined : { before, after };
  }

  /**
   * The run of elements that begins at `bytes[pos]`, where it ends before `stop` and is that of the last document with
   * other values of the same lengths, or the very same. `bytes[0]` stands at stream offset `base`.
   */
  match(bytes: Uint8Array, pos: number, stop: number, base: number): TagsRun | undefined {
    const run = this.#runs[this.#count];
    if (run === undefined || run.odd || pos + run.length > stop || base + pos === this.#end) return undefined;
    const changed = this.#changed;
    const { values, length } = run;
    let at = 0;
    let count = 0;
    for (let i = 0; ; i += 3) {
      at = this.#mismatch(bytes, pos, run, at);
      if (at === length) break;
      // Mostly the same values change each time.
      const likely = changed[count];
      if (likely !== undefined && likely > i && at >= values[likely + 1]! && at < values[likely + 2]!)
        i = likely;
      while (i < values.length && values[i + 2]! <= at) i += 3;
      if (i >= values.length || values[i + 1]! > at) return undefined;
      changed[count++] = i;
      at = values[i + 2]!;
    }
    changed.length = count;
    this.#count++;
    this.#end = base + pos + length;
    if (changed.length > 0) update(run, changed, bytes, pos);
    return run;
  }

  /** A Tags element begins that is read element by element. */
  begin(): void {
    this.#values.length = 0;
  }

  /** The value of tag `index` lies at the stream offsets `start` to `end`. */
  value(index: number, start: number, end: number): void {
    this.#values.push(index, start, end);
  }

  /**
   * Ends what `begin` began: the element `bytes[start, end)`, where `bytes[0]` stands at stream offset `base`; `start` is
   * -1 where it is not known to be whole.
   */
  learn(bytes: Uint8Array, start: number, end: number, base: number, tags: readonly Tag[]): void {
    if (base + start !== this.#end || this.#count === 0) this.#beginRun();
    this.#end = base + end;
    const run = this.#runs[this.#count - 1];
    if (run === undefined || run.odd) return;
    const indices = this.#values.filter((_, i) => i % 3 === 0);
    // A tag that has two values, or none that is kept, is not worth more.
    const plain = indices.every((index, i) => tags[index] !== undefined && indices.indexOf(index) === i);
    if (!plain || start < 0 || run.length + end - start > MAX_BYTES) {
      run.odd = true;
      return;
    }
    for (let i = 0; i < this.#values.length; i += 3) {
      const shift = run.length - base - start;
      run.values.push(
        run.tags.length + this.#values[i]!,
        this.#values[i + 1]! + shift,
        this.#values[i + 2]! + shift,
      );
    }
    run.bytes.set(bytes.subarray(start, end), run.length);
    run.length += end - start;
    run.tags = [...run.tags, ...tags];
    run.elements.push(run.length, run.tags.length);
  }

  /** Another run begins, in the place of the one that stood there in the last document. */
  #beginRun(): void {
    const place = this.#count++;
    if (place >= MAX_RUNS) return;
    const bytes = this.#runs[place]?.bytes ?? this.#workspace?.bytes(MAX_BYTES) ?? new Uint8Array(MAX_BYTES);
    this.#runs[place] = { bytes, length: 0, values: [], tags: [], elements: [], odd: false };
  }

  /** The first index from `from` on at which the run differs from what stands at `bytes[pos]`; its length if none. */
  #mismatch(bytes: Uint8Array, pos: number, { bytes: known, length }: TagsRun, from: number): number {
    const workspace = this.#workspace;
    if (workspace?.holds(bytes) && workspace.holds(known)) {
      return workspace.mismatch(bytes, pos, known, from, length);
    }
    let at = from;
    while (at < length && bytes[pos + at] === known[at]) at++;
    return at;
  }
}

/** Brings a run up to date with what stands at `bytes[pos]`. Tags that were handed out stay as they are. */
function update(run: TagsRun, changed: readonly number[], bytes: Uint8Array, pos: number): void {
  const tags = run.tags.slice();
  for (let k = 0; k < changed.length; k++) {
    const i = changed[k]!;
    const index = run.values[i]!;
    const start = run.values[i + 1]!;
    const end = run.values[i + 2]!;
    run.bytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset + pos + start, end - start), start);
    tags[index] = { name: tags[index]!.name, value: decodeText(bytes, pos + start, pos + end) };
  }
  run.tags = tags;
}
