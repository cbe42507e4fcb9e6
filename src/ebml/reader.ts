// The streaming EBML reader: any chunking of the bytes in, the same elements out, damage stepped over.
import type { Workspace } from '../kernels/workspace.ts';
import { EBML_HEADER_ID, headerFault } from './header.ts';
import {
  MAX_DEPTH,
  MAX_FRAGMENT_BYTES,
  MAX_HEADER_BYTES,
  MAX_ID_BYTES,
  MAX_SIZE_BYTES,
  MAX_TRUSTED_BYTES,
} from './limits.ts';
import { ANYWHERE, type ElementRule, ROOT, type Schema } from './schema.ts';
import { findDocument, findSync, SyncSearches } from './sync.ts';
import { isReservedId, readId, readSize, UNKNOWN_SIZE, vintWidth } from './vint.ts';

/**
 * Receives elements in stream order. Offsets count bytes from the start of the stream. A leaf's payload is
 * `reader.bytes[start, end)`, without a copy; it stays in place until the call returns, and its bytes stay reachable
 * through `reader.locate(offset)` until the next document or resume element begins.
 */
export interface EbmlHandler {
  /** A document begins: its header was sound, or reading resumed at a root element whose header is lost. */
  document(offset: number, headless: boolean): void;
  open(id: number, offset: number, size: number): void;
  /** Answers what is wrong with the payload where the reader has to treat it as damage. */
  leaf(id: number, start: number, end: number, offset: number): string | undefined;
  close(id: number, offset: number): void;
  /** An element that was stepped over, registered or not. */
  skipped?(id: number, offset: number, size: number, start: number, end: number): void;
  /**
   * The structure broke at `offset`. What was delivered up to `keepUntil` can still be true; with `between`, the
   * damage lies wholly outside the element that was open.
   */
  damaged(offset: number, reason: string, keepUntil: number, between: boolean): void;
  /** Reading goes on at `offset`, `skipped` bytes after the damage (or at the end of the input). */
  resumed(damageOffset: number, offset: number, skipped: number, reason: string): void;
  /** The input ended inside an element. */
  truncated(offset: number, reason: string): void;

  // Short ways past what comes over and over. Each has to do just what the calls above would have done.

  /**
   * Takes as many `schema.bulkId` elements as it can, one after the other, from `bytes[pos, stop)`, none with a payload
   * of more than `maxSize` bytes; answers the index at which it stopped.
   */
  bulk?(pos: number, stop: number, maxSize: number): number;
  /**
   * Takes as many `schema.wholeId` masters as it can, one after the other, from `bytes[pos, stop)`; answers the index at
   * which it stopped. The next one's children come one by one.
   */
  whole?(pos: number, stop: number): number;
  /** A document's start has been read, up to the element that ends it; `repeat` may be asked to do as much again. */
  learn?(): void;
  /** A document begins at `offset`, whose root starts at `rootOffset`, in the bytes that were last learned. */
  repeat?(offset: number, rootOffset: number): void;
  /**
   * Asked before `repeat`, when the document before is closed: takes as many whole documents as it can from
   * `bytes[pos, stop)`, each with a `preamble` at its beginning and right behind its end, no bulk payload in it of more
   * than `maxSize` bytes; answers the index at which it stopped, which is that of another such preamble.
   */
  documents?(pos: number, stop: number, preamble: Uint8Array, maxSize: number): number;
}

/** How close behind the damage a headless root must stand for the damage to have been that document's header. */
const HEADER_REACH = 128;

/** Level of what stands inside a resume element inside the root. */
const BULK_DEPTH = 2;

/** Smallest piece in which input is joined to what was left over from the chunk before. */
const JOIN_BYTES = 16 * 1024;

/** Longest start of a document that is kept to be compared with the next one's. */
const MAX_PREAMBLE_BYTES = 16 * 1024;

/** What a step comes to: another may follow, more bytes are needed, or the structure broke. */
const READ_ON = 0;
const WAIT = 1;
const BROKEN = 2;

const OVERSIZE = 'a fragment is larger than the service allows';

const EMPTY = new Uint8Array(0);

export class EbmlReader {
  /** The bytes at hand. Index 0 is stream offset `base`. */
  bytes: Uint8Array = EMPTY;
  base = 0;

  readonly #schema: Schema;
  readonly #handler: EbmlHandler;
  readonly #searches: SyncSearches;
  readonly #workspace: Workspace | undefined;
  #length = 0;
  #pos = 0;
  #received = 0;
  #carry: Uint8Array = EMPTY;
  /** `#pos` cannot advance before this stream offset is in. */
  #needed = 0;

  #depth = 0;
  readonly #ids: number[] = new Array<number>(MAX_DEPTH).fill(0);
  /** Stream offset at which the master of that level ends; Infinity where its size is unknown. */
  readonly #ends: number[] = new Array<number>(MAX_DEPTH).fill(0);
  /** The nearest known end among a level and those around it. */
  readonly #limits: number[] = new Array<number>(MAX_DEPTH).fill(0);

  /** After damage the search for a place to resume begins here, so the bytes from here on are kept. */
  #recoverFrom = 0;
  #headerSeen = false;
  #resumeSeen = false;
  /** Opaque payloads up to this size need no look for a swallowed document. */
  #trusted = 0;
  #lookedUntil = -1;

  #damageAt = -1;
  #damageReason = '';
  #damageAnnounced = false;
  /** The damage lies in a root element in which reading can resume at its repeated element. */
  #mayResume = false;
  #searchFrom = 0;
  /** The next root element stands where reading resumed: that its header is lost has been reported. */
  #resumed = false;

  /** How the last document began: from its header to the element that ended its preamble. */
  #preamble: Uint8Array = EMPTY;
  #preambleRoom: Uint8Array = EMPTY;
  /** Bytes from a document's start to its root element, and to the first one inside it. */
  #toRoot = 0;
  #toContent = 0;
  /** The same of the document that is being read. */
  #rootAt = 0;
  #contentAt = 0;
  /** Start of the document whose preamble is being read; -1 where it is none to learn. */
  #learnFrom = -1;
  /** Documents are taken whole: one that is not all there yet may be waited for, once. */
  #wholesale = false;
  #waitedAt = -1;
  #ending = false;

  constructor(schema: Schema, handler: EbmlHandler, workspace?: Workspace) {
    this.#workspace = workspace;
    this.#schema = schema;
    this.#searches = new SyncSearches(schema);
    this.#handler = handler;
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#received;
  }

  /** Index in `bytes` of a stream offset that is still kept. */
  locate(offset: number): number {
    return offset - this.base;
  }

  /** Takes the next bytes of the stream. `chunk` is not referenced after the call. */
  push(chunk: Uint8Array): void {
    const chunkBase = this.#received;
    this.#received += chunk.length;
    if (this.#length === 0) {
      this.#adopt(chunk, chunkBase);
      this.#run();
    } else if (this.#joinBefore(chunk)) {
      this.#run();
    } else {
      let taken = 0;
      while (taken < chunk.length) {
        const piece = Math.min(chunk.length - taken, Math.max(JOIN_BYTES, this.#length));
        this.#append(taken === 0 && piece === chunk.length ? chunk : chunk.subarray(taken, taken + piece));
        taken += piece;
        this.#run();
        // Once nothing of the older bytes is needed, the rest is read where it lies.
        if (this.#keepFrom() >= chunkBase && taken < chunk.length) {
          const at = this.base + this.#pos;
          this.#adopt(chunk, chunkBase);
          this.#pos = at - chunkBase;
          this.#run();
          break;
        }
      }
    }
    this.#settle();
  }

  /** How many elements are open: 1 where reading resumes inside a root element. */
  get depth(): number {
    return this.#depth;
  }

  /** Ends the input: whatever is open closes, or is reported as cut off. */
  end(): void {
    this.#ending = true;
    // What was waited for does not come: the document that was cut is read as far as it goes.
    if (this.#waitedAt === this.base + this.#pos) this.#needed = 0;
    for (;;) {
      this.#run();
      if (this.#damageAt >= 0) {
        this.#announce(this.#damageAt, false);
        this.#handler.resumed(
          this.#damageAt,
          this.#received,
          this.#received - this.#damageAt,
          this.#damageReason,
        );
        this.#damageAt = -1;
        this.#depth = 0;
        break;
      }
      const at = this.base + this.#pos;
      const rest = at < this.#received;
      const open = this.#depth > 0 && this.#limits[this.#depth - 1] !== Number.POSITIVE_INFINITY;
      if (!rest && !open) break;
      // A size that was damaged looks just like a cut when the input ends: then a document still stands behind it.
      if (rest) {
        const found = findSync(
          this.bytes,
          this.#recoverFrom - this.base,
          this.#length,
          this.#schema,
          this.#resumeSeen && this.#depth > 0,
          this.#searches,
          this.base,
        );
        if (found.kind !== undefined) {
          this.#damage(at, 'an element claims more bytes than the input has');
          continue;
        }
      }
      this.#handler.truncated(
        at,
        rest ? 'the input ends inside an element' : 'the input ends before its last element does',
      );
      break;
    }
    this.#closeTo(0, this.#received);
  }

  /** Puts what was left over right before the chunk, where the workspace has room there. */
  #joinBefore(chunk: Uint8Array): boolean {
    const joined = this.#workspace?.joinBefore(chunk, this.bytes.subarray(0, this.#length));
    if (joined === undefined) return false;
    this.bytes = joined;
    this.#length = joined.length;
    return true;
  }

  #adopt(chunk: Uint8Array, base: number): void {
    // Never a Buffer: its `slice` shares memory where everybody expects a copy.
    this.bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    this.base = base;
    this.#length = chunk.length;
    this.#pos = 0;
  }

  #append(piece: Uint8Array): void {
    if (this.bytes !== this.#carry) throw new Error('bytes were kept without being carried over');
    const wanted = this.#length + piece.length;
    if (wanted > this.#carry.length) {
      const drop = this.#keepFrom() - this.base;
      const kept = this.#length - drop;
      const needed = kept + piece.length;
      if (needed <= this.#carry.length && drop >= kept) {
        this.#carry.copyWithin(0, drop, this.#length);
      } else {
        const grown = this.#allocate(Math.max(2 * needed, 2 * JOIN_BYTES));
        grown.set(this.#carry.subarray(drop, this.#length));
        this.#carry = grown;
        this.bytes = grown;
      }
      this.base += drop;
      this.#pos -= drop;
      this.#length = kept;
    }
    this.#carry.set(piece, this.#length);
    this.#length += piece.length;
  }

  #allocate(length: number): Uint8Array {
    return this.#workspace?.bytes(length) ?? new Uint8Array(length);
  }

  /** Copies what must outlive the chunk, so that the caller may reuse it. */
  #settle(): void {
    const from = this.#keepFrom() - this.base;
    const kept = this.#length - from;
    if (this.bytes !== this.#carry) {
      if (kept > this.#carry.length) this.#carry = this.#allocate(Math.max(2 * kept, 2 * JOIN_BYTES));
      this.#carry.set(this.bytes.subarray(from, this.#length));
      this.bytes = this.#carry;
      this.base += from;
      this.#pos -= from;
      this.#length = kept;
    } else if (kept === 0) {
      this.base += from;
      this.#pos -= from;
      this.#length = 0;
    }
  }

  #keepFrom(): number {
    const from = this.#damageAt >= 0 && this.#damageAnnounced ? this.#searchFrom : this.#recoverFrom;
    return Math.min(from, this.base + this.#pos);
  }

  #run(): void {
    for (;;) {
      if (this.#damageAt >= 0) {
        if (!this.#resume()) return;
      }
      if (this.base + this.#length < this.#needed || !this.#parse()) return;
    }
  }

  /** Reads elements until more bytes are needed (false) or the structure broke (true). */
  #parse(): boolean {
    let step = READ_ON;
    while (step === READ_ON) step = this.#step();
    return step === BROKEN;
  }

  /**
   * Reads one element, or closes one that has ended. A call an element, and not a loop around its body, since the
   * engine makes fast code of a function that is called often sooner than of one that is long inside.
   */
  #step(): number {
    const bytes = this.bytes;
    const length = this.#length;
    const base = this.base;
    let depth = this.#depth;
    const pos = this.#pos;
    const offset = base + pos;
    if (depth > 0 && offset >= this.#limits[depth - 1]!) {
      this.#closeTo(depth - 1, offset);
      return READ_ON;
    }
    if (
      depth === BULK_DEPTH &&
      pos < length &&
      bytes[pos] === this.#schema.bulkId &&
      this.#bulk(pos, depth)
    ) {
      return READ_ON;
    }
    if (pos + 1 >= length) return this.#wait(offset + 2);
    const idWidth = vintWidth(bytes[pos]!);
    if (idWidth > MAX_ID_BYTES) return this.#damage(offset, 'an element id is not valid');
    if (pos + idWidth >= length) return this.#wait(offset + idWidth + 1);
    const sizeWidth = vintWidth(bytes[pos + idWidth]!);
    if (sizeWidth > MAX_SIZE_BYTES) return this.#damage(offset, 'an element size is not valid');
    const start = pos + idWidth + sizeWidth;
    if (start > length) return this.#wait(base + start);
    const id = readId(bytes, pos, idWidth);
    const size = readSize(bytes, pos + idWidth, sizeWidth);

    if (id === EBML_HEADER_ID) {
      return this.#header(offset, start, size);
    }

    const rule = this.#schema.rule(id);
    if (rule === undefined) {
      if (depth === 0) return this.#damage(offset, 'no Matroska element stands here');
      if (isReservedId(id, idWidth)) return this.#damage(offset, 'an element id is not valid');
    } else if (rule.parent !== ANYWHERE) {
      const parent = this.#levelOf(rule);
      if (parent < 0) return this.#damage(offset, `${rule.name} cannot stand here`);
      if (parent < depth) {
        for (let level = parent; level < depth; level++) {
          if (this.#ends[level] !== Number.POSITIVE_INFINITY) {
            return this.#damage(offset, `${rule.name} stands inside an element that has not ended`);
          }
        }
        this.#closeTo(parent, offset);
        depth = parent;
      }
    }

    if (depth === 1 && this.#learnFrom >= 0 && this.#schema.endsPreamble(id)) this.#learn(offset);

    const limit = depth === 0 ? Number.POSITIVE_INFINITY : this.#limits[depth - 1]!;
    const end = size === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : base + start + size;
    if (size !== UNKNOWN_SIZE && end > limit)
      return this.#damage(offset, 'an element is larger than its parent');

    if (rule !== undefined && rule.kind === 'master') {
      if (depth >= MAX_DEPTH) return this.#damage(offset, 'elements are nested too deeply');
      if (size !== UNKNOWN_SIZE && size > rule.maxSize)
        return this.#damage(offset, `${rule.name} is too large`);
      if (base + start - this.#recoverFrom > MAX_FRAGMENT_BYTES) return this.#damage(offset, OVERSIZE);
      if (id === this.#schema.wholeId && this.#whole(pos, limit)) return READ_ON;
      this.#open(id, offset, start, size, end, limit);
      return READ_ON;
    }
    if (size === UNKNOWN_SIZE) return this.#damage(offset, 'an element that needs a size has none');
    if (rule !== undefined && size > rule.maxSize) return this.#damage(offset, `${rule.name} is too large`);
    if (end - this.#recoverFrom > MAX_FRAGMENT_BYTES) return this.#damage(offset, OVERSIZE);
    const stop = start + size;
    if (rule === undefined || (rule.opaque && size > this.#trusted)) {
      // Chance bytes before a document may take its first ones for an id and a size of their own.
      const from = rule === undefined ? pos + 1 : start;
      const swallowed = this.#look(offset, from, Math.min(stop, length), stop <= length);
      if (swallowed) return this.#damage(offset, 'an element reaches over the start of the next document');
      if (rule !== undefined && stop <= length) this.#trusted = Math.min(size, MAX_TRUSTED_BYTES);
    }
    if (stop > length) {
      // Opaque payloads are looked into while they arrive, so that a damaged size is not waited for.
      return this.#wait(rule === undefined || rule.opaque ? base + length + 1 : base + stop);
    }
    if (rule !== undefined && rule.kind === 'leaf') {
      const fault = this.#handler.leaf(id, start, stop, offset);
      if (fault !== undefined) return this.#damage(offset, fault);
    } else {
      this.#handler.skipped?.(id, offset, size, start, stop);
    }
    this.#pos = stop;
    return READ_ON;
  }

  /** Waits for the byte before stream offset `until`. */
  #wait(until: number): number {
    this.#needed = until;
    return WAIT;
  }

  #damage(offset: number, reason: string): number {
    this.#damageAt = offset;
    this.#damageReason = reason;
    this.#damageAnnounced = false;
    this.#mayResume = this.#resumeSeen && this.#depth > 0;
    this.#searchFrom = this.#recoverFrom;
    this.#needed = 0;
    this.#lookedUntil = -1;
    this.#learnFrom = -1;
    return BROKEN;
  }

  /** Level below which an element belongs (its parent's depth), or -1 where no open element can hold it. */
  #levelOf(rule: ElementRule): number {
    const ids = this.#ids;
    for (let level = this.#depth; level > 0; level--) {
      const id = ids[level - 1]!;
      if (id === rule.parent || (rule.recursive && id === rule.id)) return level;
    }
    return rule.parent === ROOT ? 0 : -1;
  }

  #header(offset: number, start: number, size: number): number {
    if (size === UNKNOWN_SIZE || size > MAX_HEADER_BYTES) {
      return this.#damage(offset, 'the EBML header has no valid size');
    }
    for (let level = 0; level < this.#depth; level++) {
      if (this.#ends[level] !== Number.POSITIVE_INFINITY) {
        return this.#damage(offset, 'a document starts inside an element that has not ended');
      }
    }
    const step = this.#repeat(offset);
    if (step !== undefined) return step;
    if (start + size > this.#length) return this.#wait(this.base + start + size);
    const fault = headerFault(this.bytes, start, start + size, this.#schema);
    if (fault !== undefined) {
      return this.#damage(offset, fault);
    }
    this.#closeTo(0, offset);
    this.#beginDocument(offset, false);
    this.#headerSeen = true;
    this.#handler.skipped?.(EBML_HEADER_ID, offset, size, start, start + size);
    this.#pos = start + size;
    this.#recoverFrom = this.base + this.#pos;
    if (this.#handler.repeat !== undefined) this.#learnFrom = offset;
    return READ_ON;
  }

  /**
   * Steps over the start of a document that is, byte for byte, the last one's: all fragments of a stream begin alike.
   * Undefined where it is another one.
   */
  #repeat(offset: number): number | undefined {
    const preamble = this.#preamble;
    const pos = this.#pos;
    if (preamble.length === 0 || pos + preamble.length > this.#length) return undefined;
    const start = new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + pos, preamble.length);
    if (Buffer.compare(start, preamble) !== 0) return undefined;
    this.#closeTo(0, offset);
    this.#resumeSeen = false;
    this.#headerSeen = false;
    this.#resumed = false;
    this.#learnFrom = -1;
    const at = this.#handler.documents?.(pos, this.#length, preamble, this.#trusted) ?? pos;
    const reached = this.base + at;
    if (at > pos) this.#wholesale = true;
    if (this.#wholesale && this.#mayWait(at)) {
      this.#waitedAt = reached;
      this.#pos = at;
      this.#recoverFrom = reached;
      return this.#wait(this.base + this.#length + 1);
    }
    this.#wholesale = at > pos;
    this.#handler.repeat!(reached, reached + this.#toRoot);
    this.#ids[0] = this.#schema.rootId;
    this.#ends[0] = Number.POSITIVE_INFINITY;
    this.#limits[0] = Number.POSITIVE_INFINITY;
    this.#depth = 1;
    this.#recoverFrom = reached + this.#toContent;
    this.#pos = at + preamble.length;
    return READ_ON;
  }

  /** Whether the rest of the bytes at hand can be put before the next ones, so that the document they cut is read whole. */
  #mayWait(at: number): boolean {
    if (this.#ending || this.base + at === this.#waitedAt) return false;
    return this.#workspace?.canJoinBefore(this.#length - at) ?? false;
  }

  #learn(offset: number): void {
    const began = this.#learnFrom;
    this.#learnFrom = -1;
    const from = began - this.base;
    const stop = offset - this.base;
    if (from < 0 || stop - from > MAX_PREAMBLE_BYTES) return;
    const length = stop - from;
    if (this.#preambleRoom.length === 0) this.#preambleRoom = this.#allocate(MAX_PREAMBLE_BYTES);
    this.#preamble = this.#preambleRoom.subarray(0, length);
    this.#preamble.set(this.bytes.subarray(from, stop));
    this.#toRoot = this.#rootAt - began;
    this.#toContent = this.#contentAt - began;
    this.#handler.learn?.();
  }

  /** Has the handler take what it can of the elements that make up the stream; false where it takes none. */
  #bulk(pos: number, depth: number): boolean {
    if (this.#ids[depth - 1] !== this.#schema.resumeId || this.#handler.bulk === undefined) return false;
    const limit = Math.min(this.#limits[depth - 1]!, this.#recoverFrom + MAX_FRAGMENT_BYTES);
    const stop = Math.min(this.#length, limit - this.base);
    const next = this.#handler.bulk(pos, stop, this.#trusted);
    this.#pos = next;
    return next > pos;
  }

  /** Has the handler take what it can of the elements that come whole; false where it takes none. */
  #whole(pos: number, limit: number): boolean {
    if (this.#handler.whole === undefined) return false;
    const stop = Math.min(limit, this.#recoverFrom + MAX_FRAGMENT_BYTES) - this.base;
    const next = this.#handler.whole(pos, Math.min(this.#length, stop));
    this.#pos = next;
    return next > pos;
  }

  #beginDocument(offset: number, headless: boolean): void {
    this.#handler.document(offset, headless);
    this.#resumeSeen = false;
    this.#learnFrom = -1;
  }

  #open(id: number, offset: number, start: number, size: number, end: number, limit: number): void {
    if (id === this.#schema.rootId && !this.#headerSeen) {
      this.#beginDocument(offset, true);
      if (!this.#resumed) this.#handler.resumed(offset, offset, 0, 'a Segment has lost its EBML header');
    }
    this.#headerSeen = false;
    this.#resumed = false;
    this.#handler.open(id, offset, size);
    const depth = this.#depth;
    this.#ids[depth] = id;
    this.#ends[depth] = end;
    this.#limits[depth] = Math.min(end, limit);
    this.#depth = depth + 1;
    this.#pos = start;
    if (id === this.#schema.rootId) {
      this.#recoverFrom = this.base + start;
      // One of known size ends on its own, wherever that is.
      if (end !== Number.POSITIVE_INFINITY) this.#learnFrom = -1;
      this.#rootAt = offset;
      this.#contentAt = this.base + start;
    } else if (id === this.#schema.resumeId) {
      this.#recoverFrom = this.base + start;
      this.#resumeSeen = true;
    }
  }

  #closeTo(depth: number, offset: number): void {
    while (this.#depth > depth) {
      this.#depth--;
      this.#handler.close(this.#ids[this.#depth]!, offset);
    }
  }

  /** Whether a whole document start lies in the payload; remembers how far it has looked. */
  #look(offset: number, start: number, end: number, complete: boolean): boolean {
    const from = Math.max(start, this.#lookedUntil - this.base);
    const found = findDocument(this.bytes, from, end, this.#schema, this.#searches, this.base);
    if (found >= 0) return true;
    if (complete) {
      this.#lookedUntil = -1;
    } else {
      this.#lookedUntil = Math.max(offset, this.base + (-1 - found));
    }
    return false;
  }

  #announce(keepUntil: number, between: boolean): void {
    if (this.#damageAnnounced) return;
    this.#damageAnnounced = true;
    this.#handler.damaged(this.#damageAt, this.#damageReason, keepUntil, between);
    this.#depth = this.#mayResume ? 1 : 0;
  }

  /** Searches on for a place to resume. False while more bytes are needed. */
  #resume(): boolean {
    const found = findSync(
      this.bytes,
      this.#searchFrom - this.base,
      this.#length,
      this.#schema,
      this.#mayResume,
      this.#searches,
      this.base,
    );
    const at = this.base + found.at;
    if (found.kind === undefined) {
      this.#searchFrom = at;
      this.#needed = 0;
      if (at > this.#damageAt + HEADER_REACH) {
        this.#announce(this.#damageAt, false);
        this.#pos = found.at;
      }
      return false;
    }
    const damageAt = this.#damageAt;
    const between = found.kind === 'root' && at > damageAt && at - damageAt <= HEADER_REACH;
    this.#announce(Math.min(at, damageAt), between);
    if (found.kind !== 'resume') {
      this.#depth = 0;
    } else {
      // What the damage added or took away has moved the root's end.
      this.#ends[0] = Number.POSITIVE_INFINITY;
      this.#limits[0] = Number.POSITIVE_INFINITY;
    }
    this.#handler.resumed(damageAt, at, Math.max(0, at - damageAt), this.#damageReason);
    this.#damageAt = -1;
    this.#headerSeen = false;
    // One further, so that a place that turns out not to be sound is not found again.
    this.#recoverFrom = at + 1;
    this.#resumed = true;
    this.#pos = found.at;
    this.#needed = 0;
    return true;
  }
}
