// The engine: the bytes of one stream in, a recording for every contact in it out.
import { ContactAttribution } from '../connect/attribution.ts';
import { type Damage, FragmentAssembler, type FragmentHandler } from '../kvs/assembler.ts';
import type { Fragment } from '../kvs/fragment.ts';
import { FragmentHistory } from '../kvs/fragment-history.ts';
import { serviceError } from '../kvs/tags.ts';
import { TRACK_TYPE_AUDIO } from '../matroska/ids.ts';
import { ChunkPool } from './chunk.ts';
import { type Attributed, ContactRecording, type RecordingPlace } from './contact-recording.ts';
import { emptyInput, noAudioTrack, notMatroska } from './input-error.ts';
import type { ContactReport, RecordingOptions } from './types.ts';
import { WarningLog } from './warning-log.ts';

/** Contacts whose files stay open at once; one that comes back after that many others begins a new recording. */
const MAX_OPEN = 4;

/**
 * Push a stream in with `push` and `finish` it. What cannot be written is thrown by the call that wanted to; `discard`
 * then removes what was begun. Audio stands in its file when `push` returns, but for the last 128 KiB.
 */
export class StreamSplitter implements FragmentHandler {
  readonly warnings = new WarningLog();
  readonly #assembler = new FragmentAssembler(this);
  readonly #attribution: ContactAttribution;
  readonly #history = new FragmentHistory();
  readonly #options: RecordingOptions;
  readonly #place: RecordingPlace;
  /** Open recordings by contact, the least recently fed first. */
  readonly #open = new Map<string | null, ContactRecording>();
  readonly #order: ContactRecording[] = [];
  readonly #reports = new Map<ContactRecording, ContactReport | null>();
  #audioSeen = false;

  /** Without a folder nothing is written; the audio is only measured. */
  constructor(folder: string | undefined, options: RecordingOptions) {
    this.#options = options;
    this.#attribution = new ContactAttribution(options.match, (fragment, attribution) =>
      this.#attributed({ fragment, attribution }),
    );
    this.#place = { folder, options, pool: new ChunkPool(), warnings: this.warnings };
  }

  /** Bytes taken so far. */
  get received(): number {
    return this.#assembler.received;
  }

  /** Takes the next bytes; they may be reused after the call. */
  push(chunk: Uint8Array): void {
    this.#assembler.push(chunk);
  }

  /**
   * Ends the stream and finishes every file. Answers the contacts in the order in which they came.
   * @throws KvsrecError `empty-input`, `not-matroska`, `no-audio-track`.
   */
  finish(name: string): ContactReport[] {
    this.#assembler.end();
    this.#refuseOtherInput(name);
    for (const recording of this.#open.values()) this.#close(recording);
    this.#open.clear();
    const reports = this.#order.flatMap((recording) => this.#reports.get(recording) ?? []);
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

  /** Gives up: no file that is not finished stays behind. */
  discard(): void {
    for (const recording of this.#order) if (!this.#reports.has(recording)) recording.discard();
  }

  tagsOnly(tags: ReadonlyMap<string, string>, offset: number): void {
    this.#reportServiceError(tags, offset);
  }

  damage({ kind, offset, skippedBytes, reason }: Damage): void {
    this.warnings.add({
      code: kind,
      message: kind === 'truncated' ? `${reason}; what was complete was kept` : reason,
      offset,
      ...(kind === 'corrupt' ? { skippedBytes } : {}),
    });
  }

  fragment(fragment: Fragment): void {
    this.#reportServiceError(fragment.tags, fragment.offset);
    if (fragment.tracks.some(({ type }) => type === TRACK_TYPE_AUDIO)) this.#audioSeen = true;
    const number = fragment.number;
    if (number !== null && this.#history.has(number)) {
      const contact = fragment.tags.get('ContactId') ?? this.#attribution.current;
      const recording = this.#open.get(contact);
      if (recording !== undefined) recording.duplicates++;
      this.warnings.add({
        code: 'duplicate',
        message: `fragment ${number} came again; it was skipped`,
        offset: fragment.offset,
      });
      return;
    }
    if (number !== null && fragment.state === 'whole') this.#history.add(number);
    this.#attribution.add(fragment);
  }

  #attributed({ fragment, attribution }: Attributed): void {
    const { contactId } = attribution;
    // What remains of a damaged fragment may have lost the tag that said it is the next caller's.
    if (fragment.state === 'damaged' && !attribution.own && contactId !== null) return;
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
    this.#open.delete(contactId);
    if (recording === undefined) {
      recording = new ContactRecording(contactId, this.#place);
      this.#order.push(recording);
    }
    this.#open.set(contactId, recording);
    const beyond = recording.add(attributed);
    if (beyond.length > 0) {
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
    this.#reports.set(recording, recording.finish());
  }

  #reportServiceError(tags: ReadonlyMap<string, string>, offset: number): void {
    const error = serviceError(tags);
    if (error === undefined) return;
    this.warnings.add({
      code: 'service-error',
      message: `the stream ends with a service error: ${error.meaning} (${error.code}). ${error.hint}`,
      offset,
      ...(error.id === undefined ? {} : { errorId: error.id }),
    });
  }

  #refuseOtherInput(name: string): void {
    const { received, counts, currentTracks } = this.#assembler;
    if (received === 0) throw emptyInput(name);
    if (counts.segments === 0) throw notMatroska(name);
    const audio = this.#audioSeen || currentTracks.some(({ type }) => type === TRACK_TYPE_AUDIO);
    if (!audio && !this.warnings.has('service-error')) throw noAudioTrack(name, currentTracks.length);
  }
}
