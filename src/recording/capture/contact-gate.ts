// Whose recording it is: the contact asked for, or the first that comes. What comes before it is passed over, and the
// next contact ends it.
import type { Attribution } from '../../connect/attribution.ts';

export type Verdict = 'ours' | 'before' | 'after';

export class ContactGate {
  /** The contact of the recording, once it is known. */
  contactId: string | null;
  /** A fragment of it was there. */
  begun: boolean;
  readonly #wanted: string | undefined;

  constructor(wanted: string | undefined, state?: { contactId: string | null; begun: boolean }) {
    this.#wanted = wanted;
    this.contactId = state?.contactId ?? wanted ?? null;
    this.begun = state?.begun ?? false;
  }

  judge({ contactId, matches }: Attribution): Verdict {
    // Nobody is named yet: it may be the beginning of the first one's call.
    if (contactId === null) return this.#wanted === undefined && !this.begun ? 'ours' : 'before';
    const ours = matches && (this.contactId === null || contactId === this.contactId);
    if (ours) {
      this.contactId = contactId;
      this.begun = true;
      return 'ours';
    }
    return this.begun ? 'after' : 'before';
  }
}
