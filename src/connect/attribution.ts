// Whose audio a fragment is. A fragment without a contact belongs to the run it follows.
import type { Fragment } from '../kvs/fragment.ts';

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

/** Follows one stream; ask it once for each fragment, in stream order. */
export class ContactAttribution {
  readonly #filter: TagFilter | undefined;
  #run: { id: string | null; instanceId: string | null; mimeType?: string; isCaller?: string; filtered?: string } = {
    id: null,
    instanceId: null,
  };

  constructor(filter?: TagFilter) {
    this.#filter = filter;
  }

  attribute(fragment: Fragment): Attribution {
    const { tags } = fragment;
    const id = this.#identity(tags);
    if (id !== undefined && id !== this.#run.id) this.#run = { id, instanceId: null };
    const run = this.#run;
    const instanceId = tags.get('InstanceId');
    if (instanceId) run.instanceId = instanceId;
    const mimeType = tags.get('MimeType');
    if (mimeType) run.mimeType = mimeType;
    const isCaller = tags.get('IsCaller');
    if (isCaller) run.isCaller = isCaller;
    if (this.#filter !== undefined) {
      const filtered = tags.get(this.#filter.tag);
      if (filtered !== undefined) run.filtered = filtered;
    }
    return {
      contactId: run.id,
      instanceId: run.instanceId,
      mimeType: run.mimeType,
      isCaller: run.isCaller,
      own: id !== undefined,
      matches: this.#filter === undefined || run.filtered === this.#filter.value,
    };
  }

  #identity(tags: ReadonlyMap<string, string>): string | undefined {
    for (const name of IDENTITY_TAGS) {
      const value = tags.get(name)?.trim();
      if (value) return value;
    }
    const filter = this.#filter;
    return filter === undefined ? undefined : tags.get(filter.tag)?.trim() || undefined;
  }
}
