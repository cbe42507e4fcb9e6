// The engine behind the bytes: complete fragments in, in order; a recording for every contact in them out.
import { type Attribution, ContactAttribution, isOrphan, repeatedOwner } from '../connect/attribution.ts';
import type { Damage, FragmentAppender, FragmentFacts, FragmentHandler } from '../kvs/assembler.ts';
import type { Fragment } from '../kvs/fragment.ts';
import { FragmentHistory, FragmentNames, NumberRun } from '../kvs/fragment-history.ts';
import { FRAGMENT_NUMBER, isServiceTag, serviceError } from '../kvs/tags.ts';
import { TRACK_TYPE_AUDIO } from '../matroska/ids.ts';
import type { AudioTap } from './audio-tap.ts';
import type { CallMarks, MarkKind } from './call-marks.ts';
import { ChunkPool } from './chunk.ts';
import type { FileKeeping, FilePatch } from './contact-files.ts';
import { type Attributed, ContactRecording, type RecordingPlace } from './contact-recording.ts';
import { FileOwners } from './file-owners.ts';
import { type EngineState, STATE_VERSION } from './state.ts';
import { joinSyncPoints, type SyncPoint } from './sync-point.ts';
import type { ContactReport, RecordingOptions } from './types.ts';
import { WarningLog } from './warning-log.ts';

/** Contacts whose files stay open at once; one that comes back after that many others begins a new recording. */
const MAX_OPEN = 4;

/** Numbers that a state holds: repeats after a reconnect lie closer together than that. */
const SEEN_IN_STATE = 32;

/** Gets a contact's report, its files finished, and what happened on its timeline. */
export type ContactListener = (contact: ContactReport, marks: CallMarks) => void;

export interface EngineHooks {
  /** Hears of each contact as soon as its files are finished; only with it is collected what happened on timelines. */
  onContact?: ContactListener | undefined;
  /** Hears every direction's audio while it is placed. */
  tap?: AudioTap | undefined;
  /** Asked of every fragment whose owner is known before it is placed; one that it answers false for is left out. */
  accept?: ((fragment: Fragment, attribution: Attribution) => boolean) | undefined;
  warnings?: WarningLog | undefined;
  /** Shared by several engines on one thread, so that memory does not grow with their number. */
  pool?: ChunkPool | undefined;
  /** How unfinished files are kept. */
  keeping?: FileKeeping | undefined;
  /** Fragment numbers to remember. */
  remembered?: number | undefined;
  /** Goes on where another engine stopped, with the same folder and options. */
  state?: EngineState | undefined;
}

/** What goes on record before it is done; see `RecordingEngine.checkpoint`. */
export interface EngineCheckpoint {
  state: EngineState;
  patches: FilePatch[];
}

/**
 * Feed it the fragments of one stream in order, then `finish`. What cannot be written is thrown by the call that wanted
 * to; `discard` then removes what was begun, or `abandon` leaves it for a later process.
 */
export class RecordingEngine implements FragmentHandler {
  readonly warnings: WarningLog;
  /** A fragment with an audio track was there. */
  audioSeen = false;
  readonly #attribution: ContactAttribution;
  readonly #history: FragmentHistory;
  readonly #names = new FragmentNames();
  readonly #options: RecordingOptions;
  readonly #place: RecordingPlace;
  readonly #accept: EngineHooks['accept'];
  readonly #onContact: ContactListener | undefined;
  /** Open recordings by contact, the least recently fed first. */
  readonly #open = new Map<string | null, ContactRecording>();
  /** The one that was fed last. */
  #newest: ContactRecording | undefined;
  readonly #order: ContactRecording[] = [];
  readonly #reports = new Map<ContactRecording, ContactReport | null>();
  /** Reports of recordings that an earlier process has finished. */
  readonly #earlier: ContactReport[] = [];

  /** Without a folder nothing is written; the audio is only measured, and heard by the tap. */
  constructor(folder: string | undefined, options: RecordingOptions, hooks: EngineHooks = {}) {
    const { tap, accept, warnings = new WarningLog(), pool = new ChunkPool(), keeping, state } = hooks;
    this.#options = options;
    this.#accept = accept;
    this.#onContact = hooks.onContact;
    this.warnings = warnings;
    this.#history = new FragmentHistory(hooks.remembered);
    const claim = keeping?.claim ?? new FileOwners().claimFor('the recording');
    this.#place = {
      folder,
      options,
      pool,
      warnings,
      keeping: { ...keeping, claim },
      tap,
      marks: hooks.onContact !== undefined,
    };
    this.#attribution = new ContactAttribution(
      options.match,
      (fragment, attribution) => this.#attributed({ fragment, attribution }),
      state?.run,
    );
    if (state !== undefined) this.#restore(state);
  }

  /** Some fragment that was fed is not placed yet: it waits for its owner, or for the one after it. */
  get pending(): boolean {
    if (this.#attribution.waiting) return true;
    for (const recording of this.#open.values()) if (recording.pending) return true;
    return false;
  }

  /** The recording that was fed last, if any: its contact, its first audio (epoch) and its length, milliseconds. */
  get current(): { contactId: string | null; startMs: number | undefined; lengthMs: number } | undefined {
    const newest = [...this.#open.values()].at(-1);
    return newest && { contactId: newest.contactId, startMs: newest.startMs, lengthMs: newest.lengthMs };
  }

  /** Whether a fragment with that number was fed. */
  hasSeen(number: string): boolean {
    return this.#history.has(number);
  }

  /** Whether a fragment with these tags can be placed before anything that follows it is known. */
  isComplete(tags: ReadonlyMap<string, string>): boolean {
    return this.#attribution.isPlain(tags);
  }

  /** Notes on the timeline that the stream was asked for again, as `text` says. */
  reconnected(text: string): void {
    this.#mark('reconnect', text);
  }

  tagsOnly(tags: ReadonlyMap<string, string>, offset: number): void {
    this.#reportServiceError(tags, offset);
  }

  damage({ kind, offset, skippedBytes, reason }: Damage): void {
    this.#mark('damage', `${reason} (at byte ${offset}).`);
    this.warnings.add({
      code: kind,
      message: kind === 'truncated' ? `${reason}; what was complete was kept` : reason,
      offset,
      ...(kind === 'corrupt' ? { skippedBytes } : {}),
    });
  }

  fragment(fragment: Fragment): void {
    this.#reportServiceError(fragment.tags, fragment.offset);
    if (!this.audioSeen) this.audioSeen = fragment.tracks.some(({ type }) => type === TRACK_TYPE_AUDIO);
    const name = this.#names.of(fragment);
    if (name !== null && this.#history.has(name)) {
      const recording = this.#open.get(
        repeatedOwner(fragment, this.#attribution, this.#history, this.#names),
      );
      if (recording !== undefined) recording.duplicates++;
      recording?.mark('reconnect', `Fragments came again from ${name} on; they were skipped.`);
      this.warnings.add({
        code: 'duplicate',
        message: `fragment ${name} came again; it was skipped`,
        offset: fragment.offset,
      });
      return;
    }
    if (name !== null && fragment.state === 'whole') this.#history.add(name);
    this.#attribution.add(fragment);
  }

  appender({ tags, info, tracks }: FragmentFacts): FragmentAppender | undefined {
    const workspace = this.#place.pool.workspace;
    const recording = this.#newest;
    const { greatest } = this.#history;
    if (workspace === undefined || recording === undefined || greatest === undefined) return undefined;
    if (!this.audioSeen || this.#accept !== undefined || serviceError(tags) !== undefined) return undefined;
    const { match } = this.#options;
    if (match !== undefined && isServiceTag(match.tag)) return undefined;
    const attribution = this.#attribution.unchanged(tags);
    if (!attribution?.matches || attribution.contactId !== recording.contactId) return undefined;
    if (tags.get(FRAGMENT_NUMBER)?.length !== greatest.length) return undefined;
    if (!recording.goesStraightOn(attribution, tracks)) return undefined;
    return {
      append: (bytes, pos, stop) => {
        const run = workspace.documents;
        run.setNumber(greatest);
        const next = recording.appendDocuments(run, info.timestampScale, bytes, pos, stop);
        const { documents } = run;
        if (documents > 0) {
          const numbers = new NumberRun(run.numbers(), documents);
          this.#history.addRun(numbers, recording.contactId);
          recording.counted(documents, numbers.at(0), numbers.at(documents - 1));
        }
        return next;
      },
    };
  }

  /** Ends the stream and finishes every file. Answers the contacts in the order in which they came. */
  finish(): ContactReport[] {
    this.#attribution.end();
    for (const recording of this.#open.values()) this.#close(recording);
    this.#open.clear();
    const reports = [...this.#earlier, ...this.#order.flatMap((one) => this.#reports.get(one) ?? [])];
    if (reports.length === 0) {
      const { contactId, match } = this.#options;
      this.warnings.add({
        code: 'empty',
        message:
          contactId === undefined && match === undefined
            ? 'the input has an audio track and no audio'
            : 'the input has no audio of the contact asked for',
      });
    }
    return reports;
  }

  /**
   * Brings everything placed so far into the files, which then play to their last sample, and answers what another
   * process needs to go on. Put that on record, then call `applyPatches`. Not while something is `pending`.
   */
  checkpoint(): EngineCheckpoint {
    const patches = [...this.#open.values()].flatMap((recording) => recording.settle());
    return { state: this.#state(), patches };
  }

  applyPatches(): void {
    for (const recording of this.#open.values()) recording.applyPatches();
  }

  /** Bytes of changes that wait. */
  get heldBytes(): number {
    let held = 0;
    for (const recording of this.#open.values()) held += recording.heldBytes;
    return held;
  }

  /** The state of the checkpoint that was made last, its patches applied, as one to outlast a power failure. */
  syncPoint(): SyncPoint<FilePatch> {
    return joinSyncPoints([...this.#open.values()].map((recording) => recording.syncPoint()));
  }

  /** After `seal` and the last checkpoint: brings the files onto the disk, so that `finish` gives them names alone. */
  async complete(): Promise<void> {
    for (const recording of this.#open.values()) await recording.complete();
  }

  /** Before the last checkpoint: decides what is pending and gives both directions one length. */
  seal(): void {
    this.#attribution.end();
    for (const recording of this.#open.values()) recording.seal();
  }

  /** Gives up: no file that is not finished stays behind. */
  discard(): void {
    for (const recording of this.#order) if (!this.#reports.has(recording)) recording.discard();
  }

  /** Leaves unfinished files where they are, for a later process. */
  abandon(): void {
    for (const recording of this.#order) if (!this.#reports.has(recording)) recording.abandon();
  }

  #state(): EngineState {
    return {
      version: STATE_VERSION,
      run: this.#attribution.run,
      seen: this.#history.newest(SEEN_IN_STATE),
      audioSeen: this.audioSeen,
      warnings: this.warnings.state,
      contacts: [
        ...this.#earlier.map((report) => ({ report })),
        ...this.#order.map((recording) => {
          const report = this.#reports.get(recording);
          return report === undefined ? { open: recording.state() } : { report };
        }),
      ],
    };
  }

  #restore(state: EngineState): void {
    for (const number of state.seen) this.#history.add(number);
    this.audioSeen = state.audioSeen;
    this.warnings.restore(state.warnings);
    for (const contact of state.contacts) {
      if ('open' in contact) {
        const recording = new ContactRecording(contact.open.contactId, this.#place, contact.open);
        this.#order.push(recording);
        this.#open.set(contact.open.contactId, recording);
      } else if (contact.report !== null) {
        this.#earlier.push(contact.report);
      }
    }
  }

  #attributed({ fragment, attribution }: Attributed): void {
    const { contactId } = attribution;
    if (isOrphan(fragment, attribution)) return;
    if (fragment.number !== null) this.#history.give(fragment.number, contactId);
    if (this.#accept?.(fragment, attribution) === false) return;
    if (!attribution.matches) return;
    if (this.#options.contactId !== undefined && contactId !== this.#options.contactId) return;
    if (fragment.blocks.count === 0) return;
    if (contactId === null && !this.warnings.has('no-contact-id')) {
      this.warnings.add({
        code: 'no-contact-id',
        message: 'audio without a contact id, and none before it to follow; its files are named “unknown”',
        offset: fragment.offset,
      });
    }
    this.#feed({ fragment, attribution });
  }

  #feed(attributed: Attributed): void {
    const { contactId } = attributed.attribution;
    let recording = this.#open.get(contactId);
    if (recording === undefined) {
      recording = new ContactRecording(contactId, this.#place);
      this.#order.push(recording);
    }
    if (recording !== this.#newest) {
      this.#newest = recording;
      this.#open.delete(contactId);
      this.#open.set(contactId, recording);
    }
    const beyond = recording.add(attributed);
    if (beyond.length > 0) {
      this.#newest = undefined;
      this.#open.delete(contactId);
      this.#close(recording);
      for (const next of beyond) this.#feed(next);
    }
    if (this.#open.size > MAX_OPEN) {
      const [oldest] = this.#open;
      this.#open.delete(oldest![0]);
      this.#close(oldest![1]);
    }
  }

  #close(recording: ContactRecording): void {
    const report = recording.finish();
    this.#reports.set(recording, report);
    if (report !== null && recording.log !== undefined) this.#onContact?.(report, recording.log.marks);
  }

  /** Notes on the timeline of the contact that was fed last that something happened to the stream. */
  #mark(kind: MarkKind, text: string): void {
    [...this.#open.values()].at(-1)?.mark(kind, text);
  }

  #reportServiceError(tags: ReadonlyMap<string, string>, offset: number): void {
    const error = serviceError(tags);
    if (error === undefined) return;
    this.#mark('service-error', `The service reported: ${error.meaning}. ${error.hint}`);
    this.warnings.add({
      code: 'service-error',
      message: `the stream ends with a service error: ${error.meaning} (${error.code}). ${error.hint}`,
      offset,
      ...(error.id === undefined ? {} : { errorId: error.id }),
    });
  }
}
