// The live stream to one recording: connection after connection, each going on after the last complete fragment, until
// the recording has ended.
import { setTimeout as wait } from 'node:timers/promises';
import { KvsrecError } from '../../errors.ts';
import type { Damage } from '../../kvs/assembler.ts';
import type { Fragment } from '../../kvs/fragment.ts';
import { CONTINUATION_TOKEN, type ServiceError, serviceError } from '../../kvs/tags.ts';
import { backoffMs, RequestPace } from './backoff.ts';
import type { CallRecorder } from './call-recorder.ts';
import { FragmentFeed, isLike, type Piece, type Remainder } from './fragment-feed.ts';
import { compareNumbers } from './fragment-order.ts';
import { type MediaConnection, type MediaSource, type MediaStart, SourceFault } from './media-source.ts';
import { fetchNamed, type TakeFragment } from './named-fragment.ts';
import type { EndedBy } from './request.ts';
import { inBandFault, NOT_FOUND } from './service-fault.ts';

/** Attempts before anything was received: what never worked is not waited for as long as what did. */
const FIRST_ATTEMPTS = 4;

/** How much longer than before a silent connection is waited for, each time in a row that it had nothing; and the most. */
const PATIENCE = 2;
const MOST_PATIENCE_MS = 60_000;

/** Milliseconds of silence after which what a connection left behind is not being sent any more. */
const QUIET_MS = 1000;

/** Milliseconds that what came while this process was busy has to be read in, before silence is taken for one. */
const SECOND_LOOK_MS = 100;

/** Whether nothing but the end of the stream's news ended the recording: what had come by then belongs to it. */
function isFinal(endedBy: EndedBy | undefined): boolean {
  return endedBy === 'idle' || endedBy === 'signal';
}

/** Why a connection ended. */
type Ending = 'end' | 'stall' | 'damage' | 'error' | 'over';

export class LiveReader {
  readonly #source: MediaSource;
  readonly #recorder: CallRecorder;
  readonly #signal: AbortSignal;
  readonly #pace: RequestPace;
  /** The fragment the recording is to begin with, until it is there. */
  #named: string | undefined;
  /** The stream no longer has what comes after the position: where else to look for it. */
  #lost: 'time' | 'earliest' | undefined;
  /** What is known of a fragment that never became complete, before any did. */
  #begunMs: number | undefined;
  #lastNew = performance.now();
  #outageSince: number | undefined;
  /** Failures since something new came, or a connection was sound; and attempts, which sound ones count, too. */
  #failures = 0;
  #attempts = 0;
  #fruitless = 0;
  /** Connections in a row that ended inside a fragment without completing one. */
  #unfinished = 0;
  /** What the last connection that brought something left, where it fell silent. */
  #left: Remainder | undefined;
  /** The stream was damaged at the same place twice: what can be read of it is all there is. */
  #tolerant = false;

  constructor(source: MediaSource, recorder: CallRecorder, signal: AbortSignal, pace = new RequestPace()) {
    this.#source = source;
    this.#recorder = recorder;
    this.#signal = signal;
    this.#pace = pace;
    const { start } = recorder.request;
    if (start.at === 'fragment' && recorder.position === null) this.#named = start.number;
  }

  /** Reads until the recording has ended. @throws SourceFault of a kind that no waiting helps. */
  async run(): Promise<void> {
    const { endedBy } = this.#recorder;
    if (endedBy !== undefined) return;
    try {
      while (!this.#over()) {
        const connection = await this.#connect();
        if (connection === undefined) continue;
        const fault = await this.#read(connection);
        if (fault !== undefined) this.#failed(fault);
      }
    } catch (error) {
      // No connection will bring it once more.
      if (error instanceof SourceFault && this.#left?.looksWhole) this.#takeLast(this.#left);
      throw error;
    }
    if (this.#named !== undefined && !this.#signal.aborted) {
      // Nothing has come after it that would have told that the service leaves it out.
      await this.#fetchNamed((fragment, raw) => this.#recorder.takeLast(fragment, raw));
    }
    // The recording ended between two connections, or before the last one had brought it once more.
    if (isFinal(this.#recorder.endedBy) && this.#left?.looksWhole) this.#takeLast(this.#left);
  }

  #over(): boolean {
    if (this.#signal.aborted) this.#recorder.end('signal');
    else if (this.#idle()) this.#recorder.end('idle');
    return this.#recorder.endedBy !== undefined;
  }

  /** Nothing new for as long as that ends the recording; outages do not count. */
  #idle(): boolean {
    return this.#outageSince === undefined && performance.now() >= this.#idleAt();
  }

  #idleAt(): number {
    const { idleTimeoutMs } = this.#recorder.request;
    return idleTimeoutMs === 0 ? Number.POSITIVE_INFINITY : this.#lastNew + idleTimeoutMs;
  }

  async #connect(): Promise<MediaConnection | undefined> {
    const waitMs = backoffMs(this.#attempts);
    try {
      if (waitMs > 0) await wait(Math.min(waitMs, this.#untilIdle()), undefined, { signal: this.#signal });
      await this.#pace.turn('media', this.#signal);
      const asked = performance.now();
      const connection = await this.#source.open(this.#start(), this.#signal);
      // Nobody listens until it is there; of an outage, it is a part.
      if (this.#outageSince === undefined) this.#lastNew += performance.now() - asked;
      this.#outageOver();
      this.#recorder.connections++;
      this.#recorder.emit({ event: 'connected', connection: this.#recorder.connections });
      return connection;
    } catch (error) {
      if (this.#signal.aborted) return undefined;
      if (!(error instanceof SourceFault)) throw error;
      this.#failed(error);
      return undefined;
    }
  }

  #untilIdle(): number {
    const left = this.#idleAt() - performance.now();
    return this.#outageSince === undefined ? Math.max(0, left) : Number.POSITIVE_INFINITY;
  }

  #outageOver(): void {
    if (this.#outageSince === undefined) return;
    this.#lastNew += performance.now() - this.#outageSince;
    this.#outageSince = undefined;
  }

  /** Counts a failure. @throws It, where it is one too many, or asking again does not help. */
  #failed(fault: SourceFault): void {
    this.#outageSince ??= performance.now();
    this.#failures++;
    const most = this.#recorder.bytes === 0 ? FIRST_ATTEMPTS : this.#recorder.request.retries;
    if (fault.kind === 'fatal' || this.#failures >= most) throw fault;
    this.#again(fault.error.message);
  }

  #again(reason: string): void {
    this.#attempts++;
    const waitMs = backoffMs(this.#attempts, () => 1);
    this.#recorder.emit({ event: 'reconnect', reason, attempt: this.#attempts, waitMs });
  }

  #start(): MediaStart {
    const { position, request } = this.#recorder;
    if (position === null) {
      // What was begun when the first connection broke would be gone by the next “now”.
      const begun = request.start.at === 'now' ? this.#begunMs : undefined;
      return begun === undefined ? request.start : { at: 'time', clock: 'server', ms: begun };
    }
    const { number, token, serverMs, producerMs } = position;
    if (this.#lost === 'earliest') return { at: 'earliest' };
    if (number !== null && this.#lost === undefined) return { at: 'fragment', number };
    if (token !== null && this.#lost === undefined) return { at: 'token', token };
    if (serverMs !== null) return { at: 'time', clock: 'server', ms: serverMs };
    if (producerMs !== null) return { at: 'time', clock: 'producer', ms: producerMs };
    return { at: 'earliest' };
  }

  /** Reads one connection to its end. Answers what went wrong, if anything did. */
  async #read(connection: MediaConnection): Promise<SourceFault | undefined> {
    const recorder = this.#recorder;
    const { stallTimeoutMs } = recorder.request;
    const patience = Math.min(
      stallTimeoutMs * PATIENCE ** this.#fruitless,
      Math.max(stallTimeoutMs, MOST_PATIENCE_MS),
    );
    let ending = 'end' as Ending;
    let fault: SourceFault | undefined;
    let fresh = false;
    let busy = false;
    let lastByte = performance.now();
    /** Offset of the document whose fragment was passed over last. */
    let passed = -1;
    /** What has come before the named fragment is there, which is fetched meanwhile. */
    let holding: Piece[] | undefined;
    let fetching: Promise<void> | undefined;
    /** What silence has completed is still being dealt with. */
    let settling: Promise<void> | undefined;
    let failure: { error: unknown } | undefined;
    const fail = (error: unknown) => {
      failure ??= { error };
      connection.close();
    };
    const stop = (how: Ending) => {
      if (ending === 'end') ending = how;
      connection.close();
    };
    const refuse = (error: ServiceError) => {
      fault ??= this.#inBand(error);
      stop('error');
    };
    const record: TakeFragment = (fragment, raw) => {
      if (isFinal(recorder.endedBy)) recorder.takeLast(fragment, raw);
      else recorder.take(fragment, raw);
    };
    const take: TakeFragment = (fragment, raw) => {
      const { number, documentOffset } = fragment;
      const again = recorder.hasSeen(fragment) || (number === null && documentOffset === passed);
      if ((again && !fresh) || this.#precedes(fragment, fresh)) {
        // Clusters after a Segment's first have no number: they are passed over with that one.
        passed = documentOffset;
        return;
      }
      fresh = true;
      this.#progress(fragment, passed !== -1);
      record(fragment, raw);
      if (recorder.endedBy !== undefined) stop('over');
    };
    const feed = new FragmentFeed(
      {
        fragment: (fragment, raw) => {
          if (ending !== 'end') return;
          const error = serviceError(fragment.tags);
          if (error !== undefined) refuse(error);
          else if (fragment.state === 'damaged' && !this.#tolerant) stop('damage');
          else if (holding !== undefined) holding.push({ fragment: fragment.keep(), raw });
          else if (this.#isAfterNamed(fragment)) {
            const held = [{ fragment: fragment.keep(), raw }];
            holding = held;
            fetching = this.#fetchNamed(record).then(() => {
              holding = undefined;
              for (const next of held) take(next.fragment, next.raw);
            });
            fetching.catch(fail);
          } else take(fragment, raw);
        },
        tagsOnly: (tags) => {
          const error = serviceError(tags);
          if (error !== undefined && ending === 'end') refuse(error);
        },
        damage: (damage) => {
          if (ending === 'end') this.#damaged(damage, stop);
        },
        isComplete: (tags) => recorder.isComplete(tags),
        settled: () => {
          settling = holding === undefined ? recorder.afterPiece() : undefined;
          if (settling === undefined) return;
          busy = true;
          settling = settling.finally(() => {
            settling = undefined;
            busy = false;
          });
          settling.catch(fail);
        },
        failed: fail,
      },
      recorder.keepsRaw,
    );
    /** Decides what the silence means; the pipe behind the recording may be what holds it up. */
    let again = false;
    const look = () => {
      const now = performance.now();
      const held = busy || holding !== undefined;
      // Timers have their turn before sockets: bytes may be waiting that came long ago.
      again = !again && !held && (this.#idle() || now - lastByte >= patience);
      if (again) {
        timer = setTimeout(look, SECOND_LOOK_MS);
        return;
      }
      if (held) lastByte = now;
      else if (this.#idle()) {
        recorder.end('idle');
        stop('over');
        return;
      } else if (now - lastByte >= patience) {
        stop('stall');
        return;
      }
      const next = Math.min(lastByte + patience, busy ? Number.POSITIVE_INFINITY : this.#idleAt());
      timer = setTimeout(look, Math.max(1, Math.ceil(next - now)));
    };
    let timer = setTimeout(look, Math.min(patience, this.#untilIdle()));
    const interrupt = () => {
      recorder.end('signal');
      stop('over');
    };
    this.#signal.addEventListener('abort', interrupt, { once: true });
    if (this.#signal.aborted) interrupt();
    const piece = (chunk: Uint8Array) => {
      lastByte = performance.now();
      recorder.bytes += chunk.length;
      feed.push(chunk);
      const drained =
        holding === undefined ? recorder.afterPiece() : fetching?.then(() => recorder.afterPiece());
      if (drained === undefined) return undefined;
      busy = true;
      return drained.finally(() => {
        busy = false;
      });
    };
    try {
      await connection.read((chunk) =>
        settling === undefined ? piece(chunk) : settling.then(() => piece(chunk)),
      );
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      if (ending === 'end') fault ??= error;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', interrupt);
      connection.close();
      feed.close();
    }
    await fetching?.catch(fail);
    if (failure !== undefined) throw failure.error;
    const remainder = feed.end();
    if (remainder !== undefined && recorder.endedBy === undefined && recorder.position === null) {
      this.#begunMs ??= remainder.pieces[0]!.fragment.serverMs ?? undefined;
    }
    const final = isFinal(recorder.endedBy);
    if (final && remainder?.looksWhole) {
      const quiet = performance.now() - lastByte >= Math.min(QUIET_MS, stallTimeoutMs / 2);
      if (quiet || remainder.pieces.at(-1)!.fragment.tags.has(CONTINUATION_TOKEN)) this.#takeLast(remainder);
    }
    const silent = ending === 'stall' && fault === undefined;
    const known = remainder !== undefined && silent && isLike(this.#left, remainder);
    if (!final && silent && (fresh || remainder !== undefined)) this.#left = remainder;
    else if (!final && fresh) this.#left = undefined;
    if (known && remainder.looksWhole && remainder.pieces[0]!.fragment.number === null) {
      // It has no tag that would ever say that it is complete; but nothing followed it, twice.
      for (const { fragment, raw } of remainder.pieces) take(fragment, raw);
      await recorder.afterPiece();
    } else if (remainder !== undefined && !known && this.#unfinished++ < recorder.request.retries) {
      // A fragment was on its way: the stream has something new, and it is not silence that kept it back.
      this.#lastNew = performance.now();
    }
    this.#fruitless = ending === 'stall' && !fresh && !feed.unclaimed ? this.#fruitless + 1 : 0;
    if (fault === undefined && (ending === 'end' || ending === 'stall')) {
      this.#failures = 0;
      this.#again(ending === 'stall' ? 'the connection fell silent' : 'the connection ended');
    } else if (fault === undefined && ending === 'damage') {
      this.#tolerant = true;
      this.#again('the connection brought damaged data');
    }
    if (ending !== 'damage') this.#tolerant = false;
    return fault;
  }

  /** Takes what nothing more came of, unless it is in the recording. */
  #takeLast({ pieces }: Remainder): void {
    if (this.#recorder.hasSeen(pieces[0]!.fragment)) return;
    for (const { fragment, raw } of pieces) this.#recorder.takeLast(fragment, raw);
  }

  /** Something new came; `seamless`: behind what the recording has already, so that nothing lies between. */
  #progress(fragment: Fragment, seamless: boolean): void {
    this.#lastNew = performance.now();
    this.#failures = 0;
    this.#attempts = 0;
    this.#unfinished = 0;
    const { position, warnings } = this.#recorder;
    if (this.#lost === undefined || position === null) return;
    this.#lost = undefined;
    if (seamless) return;
    const message = `the stream no longer had what came after fragment ${position.number ?? '(without a number)'} when the connection was back; the recording goes on with ${fragment.number ?? 'the next one'}`;
    warnings.add({ code: 'truncated', message, contactId: this.#recorder.current?.contactId ?? null });
    this.#recorder.emit({
      event: 'gap',
      fromMs: position.clusterMs,
      toMs: fragment.clusterMs,
      message,
    });
  }

  #damaged(damage: Damage, stop: (how: Ending) => void): void {
    if (this.#tolerant) this.#recorder.damage(damage);
    else stop('damage');
  }

  #inBand(error: ServiceError): SourceFault | undefined {
    if (error.id === NOT_FOUND && this.#recorder.position !== null && this.#lost !== 'earliest') {
      this.#lost = this.#lost === undefined ? 'time' : 'earliest';
      return new SourceFault(
        'transient',
        new KvsrecError('fragment-not-found', 'the stream no longer retains the fragment to go on after'),
      );
    }
    return inBandFault(error, this.#source.name, this.#recorder.request.start);
  }

  /** It lies before the fragment that the recording is to begin with, or a new connection begins before the last one's end. */
  #precedes({ number }: Fragment, fresh: boolean): boolean {
    if (number === null) return false;
    if (this.#named === undefined) {
      const last = this.#recorder.position?.number ?? null;
      return !fresh && last !== null && compareNumbers(number, last) <= 0;
    }
    const order = compareNumbers(number, this.#named);
    if (order === 0) this.#named = undefined;
    return order < 0;
  }

  /** The service has left out the fragment that the recording is to begin with: it was read as “after that one”. */
  #isAfterNamed({ number }: Fragment): boolean {
    if (this.#named === undefined || number === null) return false;
    return compareNumbers(number, this.#named) > 0;
  }

  /** Gets the fragment to begin with from the archive. */
  async #fetchNamed(take: TakeFragment): Promise<void> {
    const number = this.#named!;
    this.#named = undefined;
    await fetchNamed(number, this.#source, this.#recorder, take, this.#signal);
  }
}
