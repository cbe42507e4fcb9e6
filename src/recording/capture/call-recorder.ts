// One call: complete fragments in, in order; its recording, its checkpoints and its end out.
import path from 'node:path';
import type { Attribution } from '../../connect/attribution.ts';
import type { Damage } from '../../kvs/assembler.ts';
import type { Fragment } from '../../kvs/fragment.ts';
import { CONTINUATION_TOKEN, MILLIS_BEHIND_NOW } from '../../kvs/tags.ts';
import type { AudioTap } from '../audio-tap.ts';
import type { ChunkPool } from '../chunk.ts';
import type { FilePatch } from '../contact-files.ts';
import { syncFolder, takingTurns } from '../disk-sync.ts';
import { type ContactListener, RecordingEngine } from '../engine.ts';
import { type Claim, FileOwners } from '../file-owners.ts';
import { joinSyncPoints, type SyncPoint } from '../sync-point.ts';
import type { RecordingOptions, Warning } from '../types.ts';
import { WarningLog } from '../warning-log.ts';
import { endBefore, endsWith } from './call-end.ts';
import type { CaptureState, Position } from './capture-state.ts';
import { ContactGate } from './contact-gate.ts';
import { DumpFile } from './dump-file.ts';
import { isPartial } from './fragment-feed.ts';
import type { CaptureEvent, CaptureReport, CaptureRequest, EndedBy } from './request.ts';
import { MAX_HELD_BYTES, SyncPace } from './sync-pace.ts';

/** Fragments come about once a second; what comes faster was held up, and could be asked for again. */
const CHECKPOINT_MS = 100;

/** Fragment numbers to remember: repeats come right after a reconnect. */
const REMEMBERED = 1024;

/** Fragments without a number in a row that a later process is told of. */
const NUMBERLESS_IN_STATE = 64;

/** Where checkpoints go. */
export interface CheckpointStore {
  /** Part of the names of unfinished files, by which they are known to belong to this recording. */
  readonly token: string;
  /** `patches` are still to be written into the files. Whatever it throws ends the recording. */
  save(state: CaptureState, patches: readonly FilePatch[]): void;
  /**
   * Keeps a state that was saved before as one to fall back to after a power failure: it is on the disk when the promise
   * is kept. The files are; `patches` may not be made in them. Without it the disk is not waited for.
   */
  secure?(state: CaptureState, patches: readonly FilePatch[]): Promise<void>;
  /** The recording is finished, or given up. */
  remove(): void;
}

export interface CallRecorderOptions {
  /** How people know the stream. */
  name: string;
  request: CaptureRequest;
  /** Without one nothing is written; the audio is heard by the tap alone. */
  folder: string | undefined;
  recording: RecordingOptions;
  /** Keep the dump, too. */
  saveMkv?: boolean | undefined;
  tap?: AudioTap | undefined;
  /** Called when a piece of the input is placed: reading goes on when what it returns is settled. */
  drained?: (() => Promise<void> | undefined) | undefined;
  onEvent?: ((event: CaptureEvent) => void) | undefined;
  /** See `EngineHooks.onContact`. */
  onContact?: ContactListener | undefined;
  store?: CheckpointStore | undefined;
  /** See `FileKeeping.claim`; shared by the calls of a process, it keeps one from writing over another's files. */
  claim?: Claim | undefined;
  pool?: ChunkPool | undefined;
  state?: CaptureState | undefined;
  /** Milliseconds between two times that the files are brought to the disk (default: 5,000), where `store` keeps that. */
  syncMs?: number | undefined;
  /** Most data bytes of a WAV file that has the short header; RF64 past them. Only tests set it. */
  riffMaxDataBytes?: number | undefined;
}

export class CallRecorder {
  readonly request: CaptureRequest;
  readonly warnings: WarningLog;
  readonly keepsRaw: boolean;
  connections = 0;
  bytes = 0;
  /** Called when a checkpoint that was put off cannot be written. */
  onFailure: (error: unknown) => void = () => {};
  /** Where to go on; null before the first fragment. */
  position: Position | null;
  readonly #options: CallRecorderOptions;
  readonly #engine: RecordingEngine;
  readonly #gate: ContactGate;
  readonly #dump: DumpFile | undefined;
  #endedBy: EndedBy | undefined;
  /** The first audio of the contact that was heard last: a change of format, say, begins another recording of it. */
  #begin: { contactId: string | null; startMs: number } | undefined;
  /** Bytes for the dump that wait to be told whose they are, in order, and what is known of that. */
  #undecided: Undecided[] = [];
  readonly #ours = new Map<string, boolean>();
  /** Numberless fragments by their time, to know a repeated one. */
  readonly #numberless = new Set<number>();
  /** Those of them that the service sends again after the position's number. */
  #sinceNumber: number[];
  /** The last fragment that belongs to the recording has begun; its Segment may have more Clusters. */
  #stopping = false;
  #checkpointed = Number.NEGATIVE_INFINITY;
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #syncing: Promise<void> | undefined;
  /** What was saved could not be brought to the disk: what is tried once more may seem to be there, and is lost. */
  #lost: { error: unknown } | undefined;
  readonly #pace: SyncPace;

  constructor(options: CallRecorderOptions) {
    const { request, folder, recording, tap, pool, store, state, riffMaxDataBytes } = options;
    this.#options = options;
    this.#pace = new SyncPace(options.syncMs);
    this.request = request;
    this.keepsRaw = options.saveMkv === true && folder !== undefined;
    this.warnings = new WarningLog({
      offsets: false,
      heard: (warning: Warning) => this.emit({ event: 'warning', warning }),
    });
    this.#gate = new ContactGate(recording.contactId, state);
    const claim = options.claim ?? new FileOwners().claimFor(options.name);
    const keeping = { ...(store && { token: store.token, journal: true }), riffMaxDataBytes, claim };
    this.#engine = new RecordingEngine(folder, recording, {
      tap,
      pool,
      keeping,
      warnings: this.warnings,
      remembered: REMEMBERED,
      onContact: options.onContact,
      accept: (fragment, attribution) => this.#accept(fragment, attribution),
      state: state?.engine,
    });
    if (this.keepsRaw) {
      this.#dump = new DumpFile(folder!, { overwrite: recording.overwrite, ...keeping }, state?.dump);
    }
    this.position = state?.position ?? null;
    this.#sinceNumber = [...(state?.numberless ?? [])];
    for (const time of this.#sinceNumber) this.#numberless.add(time);
    this.connections = state?.connections ?? 0;
    this.bytes = state?.bytes ?? 0;
    this.#endedBy = state?.endedBy;
    for (const contact of state?.engine.contacts ?? []) {
      if ('open' in contact) {
        const { contactId, originNs } = contact.open;
        this.#heard(contactId, originNs === undefined ? undefined : Number(BigInt(originNs) / 1_000_000n));
      } else if (contact.report !== null) {
        this.#heard(contact.report.contactId, Date.parse(contact.report.start));
      }
    }
  }

  get name(): string {
    return this.#options.name;
  }

  /** What ended the recording, once something has. */
  get endedBy(): EndedBy | undefined {
    return this.#endedBy;
  }

  /** Some audio of the contact was there. */
  get begun(): boolean {
    return this.#engine.current !== undefined;
  }

  /** Of the recording so far: its contact, its first audio (epoch) and its length, milliseconds. */
  get current(): RecordingEngine['current'] {
    return this.#engine.current;
  }

  emit(event: CaptureEvent): void {
    if (event.event === 'reconnect')
      this.#engine.reconnected(`The stream was asked for again: ${event.reason}.`);
    this.#options.onEvent?.(event);
  }

  /** Ends the recording; the first reason counts. */
  end(reason: EndedBy): void {
    this.#endedBy ??= reason;
  }

  /** See `FragmentHandler.isComplete`. */
  isComplete(tags: ReadonlyMap<string, string>): boolean {
    return this.#engine.isComplete(tags);
  }

  /** Whether a fragment was taken before. */
  hasSeen(fragment: Fragment): boolean {
    const { number } = fragment;
    return number === null ? this.#numberless.has(fragment.clusterMs) : this.#engine.hasSeen(number);
  }

  /** Takes a complete fragment, unless the recording has ended; `raw` are its bytes where the dump is kept. */
  take(fragment: Fragment, raw: readonly Uint8Array[]): void {
    if (this.#endedBy !== undefined) return;
    const ended = endBefore(fragment, this.request, this.#begin?.startMs);
    if (ended !== undefined) {
      this.end(ended);
      return;
    }
    if (fragment.number !== null) this.#sinceNumber = [];
    else {
      this.#sinceNumber.push(fragment.clusterMs);
      if (this.#sinceNumber.length > NUMBERLESS_IN_STATE) this.#sinceNumber.shift();
      this.#numberless.add(fragment.clusterMs);
      if (this.#numberless.size > REMEMBERED) {
        for (const oldest of this.#numberless) {
          this.#numberless.delete(oldest);
          break;
        }
      }
    }
    const repeated = fragment.number !== null && this.#engine.hasSeen(fragment.number);
    this.#engine.fragment(fragment);
    this.#keepRaw(fragment, raw);
    const { current } = this.#engine;
    if (current !== undefined) this.#heard(current.contactId, current.startMs);
    if (this.#endedBy !== undefined) return;
    this.#dirty = true;
    // One that comes again on the way is not where the stream stands.
    if (!repeated) this.position = positionOf(fragment, this.position);
    const behind = Number(fragment.tags.get(MILLIS_BEHIND_NOW) ?? Number.NaN);
    this.emit({
      event: 'fragment',
      number: fragment.number,
      contactId: this.#gate.contactId,
      startMs: fragment.clusterMs,
      behindMs: Number.isFinite(behind) ? behind : null,
      blocks: fragment.blocks.count,
      bytes: this.bytes,
    });
    if (fragment.number !== null) this.#stopping = endsWith(fragment, this.request);
    if (this.#stopping && !isPartial(fragment)) this.end('stop-fragment');
  }

  /** Takes what a connection left behind when nothing more was to come, although the recording has ended. */
  takeLast(fragment: Fragment, raw: readonly Uint8Array[]): void {
    const endedBy = this.#endedBy;
    this.#endedBy = undefined;
    this.take(fragment, raw);
    this.#endedBy ??= endedBy;
  }

  /** Part of the stream is unreadable, and stays so when it is asked for again. */
  damage(damage: Damage): void {
    this.#engine.damage(damage);
  }

  /** To be called when a piece of the input has been taken. What it returns says when to go on. */
  afterPiece(): Promise<void> | undefined {
    if (this.#dirty) this.#checkpointSoon();
    const drained = this.#options.drained?.();
    if (this.#syncing === undefined || this.#engine.heldBytes <= MAX_HELD_BYTES) return drained;
    return Promise.all([drained, this.#syncing]).then(() => {});
  }

  /** What another process, or this one later, goes on with. Undefined while some fragment waits for the next. */
  checkpoint(): { state: CaptureState; patches: readonly FilePatch[] } | undefined {
    if (this.#engine.pending) return undefined;
    const { state, patches } = this.#engine.checkpoint();
    return { state: this.#state(state), patches };
  }

  /** Puts where the recording stands on record, unless a fragment waits for the next. Answers what it has put there. */
  save(): CaptureState | undefined {
    // The first one, before anything was received, holds nothing up.
    if (this.#dirty) this.#checkpointed = performance.now();
    this.#dirty = false;
    const { store } = this.#options;
    if (store === undefined) return undefined;
    const made = this.checkpoint();
    if (made === undefined) return undefined;
    store.save(made.state, made.patches);
    this.#engine.applyPatches();
    this.#syncSoon(made.state);
    return made.state;
  }

  /** Finishes every file. @throws What cannot be written; the unfinished files and the last checkpoint stay then. */
  async finish(): Promise<CaptureReport> {
    const endedBy = this.#endedBy ?? 'signal';
    this.#endedBy = endedBy;
    await this.#stop();
    if (this.#lost !== undefined) throw this.#lost.error;
    this.#engine.seal();
    this.#dump?.name(this.#engine.current);
    await this.#saveForGood();
    const contacts = this.#engine.finish();
    if (contacts.length === 0) this.#dump?.discard();
    const dump = contacts.length === 0 ? undefined : this.#dump?.finish();
    await this.#nameForGood([...contacts.flatMap(({ files }) => files), ...(dump ? [dump] : [])]);
    this.#options.store?.remove();
    this.emit({ event: 'finished', endedBy });
    return {
      input: this.name,
      bytes: this.bytes,
      contacts,
      warnings: this.warnings.list(),
      endedBy,
      connections: this.connections,
      ...(dump && { dump }),
    };
  }

  /** Gives up: nothing stays behind. */
  async discard(): Promise<void> {
    await this.#stop();
    this.#engine.discard();
    this.#dump?.discard();
    this.#options.store?.remove();
  }

  /** Leaves the unfinished files and the last checkpoint where they are, to go on with later. */
  async abandon(): Promise<void> {
    await this.#stop();
    this.#engine.abandon();
    this.#dump?.abandon();
  }

  #accept(fragment: Fragment, attribution: Attribution): boolean {
    const ours = this.#endedBy === undefined && this.#isOurs(attribution);
    if (this.keepsRaw) this.#ours.set(keyOf(fragment), ours && fragment.blocks.count > 0);
    return ours;
  }

  #heard(contactId: string | null, startMs: number | undefined): void {
    if (startMs === undefined || this.#begin?.contactId === contactId) return;
    this.#begin = { contactId, startMs };
  }

  #isOurs(attribution: Attribution): boolean {
    const before = this.#gate.contactId;
    const verdict = this.#gate.judge(attribution);
    if (verdict === 'after') {
      this.emit({ event: 'contact-changed', from: before, to: attribution.contactId! });
      this.end('contact-changed');
    }
    return verdict === 'ours';
  }

  /** Puts into the dump what belongs there by now: of a Segment's Clusters, only the last one may tell whose they are. */
  #keepRaw(fragment: Fragment, raw: readonly Uint8Array[]): void {
    if (this.#dump === undefined) return;
    const { clusterMs, state } = fragment;
    this.#undecided.push({ key: keyOf(fragment), raw, clusterMs, damaged: state === 'damaged' });
    const { contactId = this.#gate.contactId, startMs } = this.#engine.current ?? {};
    while (this.#undecided.length > 0) {
      const next = this.#undecided[0]!;
      const ours = this.#ours.get(next.key);
      if (ours === undefined && fragment.continues) return;
      this.#undecided.shift();
      // Nobody is asked about what came before, nor about what is left of a damaged one, which stays in the dump.
      if (ours ?? next.damaged) this.#dump.add(next.raw, next.clusterMs, { contactId, startMs });
    }
    this.#ours.clear();
  }

  #state(engine: CaptureState['engine']): CaptureState {
    return {
      request: this.request,
      options: this.#options.recording,
      position: this.position,
      ...(this.#sinceNumber.length > 0 && { numberless: [...this.#sinceNumber] }),
      contactId: this.#gate.contactId,
      begun: this.#gate.begun,
      endedBy: this.#endedBy,
      connections: this.connections,
      bytes: this.bytes,
      engine,
      dump: this.#dump?.state,
    };
  }

  #checkpointSoon(): void {
    if (this.#timer !== undefined) return;
    const due = this.#checkpointed + CHECKPOINT_MS - performance.now();
    if (due <= 0) {
      this.save();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.save();
      } catch (error) {
        this.onFailure(error);
      }
    }, due);
  }

  /** Nothing happens by itself any more when it returns. */
  async #stop(): Promise<void> {
    this.#stopped = true;
    this.#pace.leave();
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#syncing;
  }

  /** Brings what was just saved to the disk, if it is time, beside whatever goes on. */
  #syncSoon(state: CaptureState): void {
    const { store } = this.#options;
    if (store?.secure === undefined || this.#syncing !== undefined || this.#stopped) return;
    // That there is audio at all, and that another contact is finished, is not to wait.
    const finished = state.engine.contacts.filter((contact) => 'report' in contact).length;
    if (!this.#pace.isDue(performance.now(), `${state.begun} ${finished}`, this.#engine.heldBytes)) return;
    const point = this.#syncPoint();
    this.#syncing = takingTurns(async () => {
      this.#pace.begin(performance.now());
      await point.written();
      await store.secure!(state, point.patches);
      point.kept();
    }).then(
      () => {
        this.#syncing = undefined;
      },
      (error) => {
        this.#syncing = undefined;
        this.#lost = { error };
        this.onFailure(error);
      },
    );
  }

  #syncPoint(): SyncPoint<FilePatch> {
    const dump = this.#dump?.syncPoint();
    return joinSyncPoints([this.#engine.syncPoint(), ...(dump ? [dump] : [])]);
  }

  /** Puts the sealed recording on record and all of it on the disk: only the names are missing then. */
  async #saveForGood(): Promise<void> {
    const { store, folder } = this.#options;
    const state = this.save();
    if (folder === undefined) return;
    await takingTurns(async () => {
      const point = this.#syncPoint();
      await point.written();
      if (state !== undefined) await store?.secure?.(state, point.patches);
      point.kept();
      await this.#engine.complete();
    });
  }

  async #nameForGood(files: readonly { path: string }[]): Promise<void> {
    const folders = new Set(files.map(({ path: file }) => path.dirname(file)));
    for (const folder of folders) await takingTurns(() => syncFolder(folder));
  }
}

interface Undecided {
  key: string;
  raw: readonly Uint8Array[];
  clusterMs: number;
  damaged: boolean;
}

/** What a fragment is known by while its Segment is read. */
function keyOf({ documentOffset, timestamp }: Fragment): string {
  return `${documentOffset}/${timestamp}`;
}

/** A fragment that names no place in the stream is gone on after by the one before it, and known by its time. */
function positionOf(fragment: Fragment, before: Position | null): Position {
  const { number, serverMs, producerMs, clusterMs, tags } = fragment;
  return {
    number: number ?? before?.number ?? null,
    serverMs: serverMs ?? before?.serverMs ?? null,
    producerMs: producerMs ?? before?.producerMs ?? null,
    clusterMs,
    token: tags.get(CONTINUATION_TOKEN) ?? before?.token ?? null,
  };
}
