// Whose audio a fragment is. A fragment without a contact belongs to the run it follows.
import { Fragment } from '../kvs/fragment.ts';
import type { FragmentHistory, FragmentNames } from '../kvs/fragment-history.ts';

export interface TagFilter {
  tag: string;
  value: string;
}

export interface Attribution {
  /** The contact, as the stream names it (untrusted); null where none is known. */
  contactId: string | null;
  instanceId: string | null;
  mimeType: string | undefined;
  isCaller: string | undefined;
  /** The fragment named its contact itself. */
  own: boolean;
  /** It passes the tag filter; true without one. */
  matches: boolean;
}

/** Tags that say whose call it is: Amazon Connect's, then that of Amazon Chime SDK Voice Connectors. */
const IDENTITY_TAGS = ['ContactId', 'CallId'];

/** Most bytes of a Segment's Clusters that wait for a tag to say whose they are. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What is known of the contact that a fragment without one belongs to. */
export interface Run {
  id: string | null;
  instanceId: string | null;
  mimeType?: string | undefined;
  isCaller?: string | undefined;
  filtered?: string | undefined;
}

/**
 * Follows one stream: `add` its fragments in order, and `emit` gets each with its owner, in the same order. Where a
 * Segment has several Clusters and says only after a later one whose they are, the earlier ones wait for it; `end` the
 * stream, so that none is left waiting.
 */
export class ContactAttribution {
  readonly #filter: TagFilter | undefined;
  readonly #emit: (fragment: Fragment, attribution: Attribution) => void;
  #run: Run;
  #waiting: Fragment[] = [];
  #waitingBytes = 0;

  constructor(
    filter: TagFilter | undefined,
    emit: (fragment: Fragment, attribution: Attribution) => void,
    run: Run = { id: null, instanceId: null },
  ) {
    this.#filter = filter;
    this.#emit = emit;
    this.#run = { ...run };
  }

  /** What a later process goes on with; not while a fragment is waiting. */
  get run(): Run {
    return { ...this.#run };
  }

  /** Fragments wait for a tag that says whose they are. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether tags say themselves whose a fragment is, and all that is needed to place it is known. */
  isPlain(tags: ReadonlyMap<string, string>): boolean {
    const id = this.identity(tags);
    if (id === undefined) return false;
    return tags.has('MimeType') || (id === this.#run.id && this.#run.mimeType !== undefined);
  }

  /** The contact of the run so far. */
  get current(): string | null {
    return this.#run.id;
  }

  /** The contact that tags name, if they name one. */
  identity(tags: ReadonlyMap<string, string>): string | undefined {
    for (let i = 0; i < IDENTITY_TAGS.length; i++) {
      const value = tags.get(IDENTITY_TAGS[i]!)?.trim();
      if (value) return value;
    }
    const filter = this.#filter;
    return filter === undefined ? undefined : tags.get(filter.tag)?.trim() || undefined;
  }

  /** What a fragment with these tags gets, where it says itself whose it is and changes nothing that is known. */
  unchanged(tags: ReadonlyMap<string, string>): Attribution | undefined {
    const id = this.identity(tags);
    const run = this.#run;
    if (this.waiting || id === undefined || id !== run.id) return undefined;
    const same = (name: string, known: string | null | undefined) => (tags.get(name) || known) === known;
    if (!same('InstanceId', run.instanceId) || !same('MimeType', run.mimeType)) return undefined;
    if (!same('IsCaller', run.isCaller)) return undefined;
    const filter = this.#filter;
    if (filter !== undefined && (tags.get(filter.tag) ?? run.filtered) !== run.filtered) return undefined;
    return this.#attribution(true);
  }

  add(fragment: Fragment): void {
    // What is left of a Segment whose end was destroyed, and with it what it said of its owner, is not this one's.
    if (this.#waiting.length > 0 && this.#waiting[0]!.documentOffset !== fragment.documentOffset) {
      this.#release(false, 'damaged');
    }
    const id = this.identity(fragment.tags);
    if (id === undefined && fragment.continues && this.#waitingBytes < MAX_WAITING_BYTES) {
      const kept = fragment.keep();
      this.#waiting.push(kept);
      this.#waitingBytes += kept.bytes.length;
      return;
    }
    this.#follow(fragment.tags, id);
    this.#release(id !== undefined);
    this.#emit(fragment, this.#attribution(id !== undefined));
  }

  /** Nothing more comes: what still waits for a tag follows the run, as a fragment without tags does. */
  end(): void {
    this.#release(false);
  }

  #release(own: boolean, state?: Fragment['state']): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const earlier of waiting) {
      this.#follow(earlier.tags, undefined);
      const fragment = state === undefined ? earlier : new Fragment({ ...earlier, state });
      this.#emit(fragment, this.#attribution(own));
    }
  }

  #follow(tags: ReadonlyMap<string, string>, id: string | undefined): void {
    if (id !== undefined && id !== this.#run.id) this.#run = { id, instanceId: null };
    const run = this.#run;
    run.instanceId = tags.get('InstanceId') || run.instanceId;
    const mimeType = tags.get('MimeType');
    if (mimeType) run.mimeType = mimeType;
    const isCaller = tags.get('IsCaller');
    if (isCaller) run.isCaller = isCaller;
    const filtered = this.#filter === undefined ? undefined : tags.get(this.#filter.tag);
    if (filtered !== undefined) run.filtered = filtered;
  }

  #attribution(own: boolean): Attribution {
    const run = this.#run;
    return {
      contactId: run.id,
      instanceId: run.instanceId,
      mimeType: run.mimeType,
      isCaller: run.isCaller,
      own,
      matches: this.#filter === undefined || run.filtered === this.#filter.value,
    };
  }
}

/** What remains of a damaged fragment may have lost the tag that said it is the next caller's: it is nobody's. */
export function isOrphan(fragment: Fragment, { own, contactId }: Attribution): boolean {
  return fragment.state === 'damaged' && !own && contactId !== null;
}

/**
 * Whose a fragment is that came before, and is not attributed again: its own tags say it, or the first one of its Segment
 * does; where neither is known, it is that of the run.
 */
export function repeatedOwner(
  { tags }: Fragment,
  attribution: ContactAttribution,
  history: FragmentHistory,
  { number }: FragmentNames,
): string | null {
  const named = attribution.identity(tags);
  if (named !== undefined) return named;
  const first = number === null ? undefined : history.ownerOf(number);
  return first === undefined ? attribution.current : first;
}
