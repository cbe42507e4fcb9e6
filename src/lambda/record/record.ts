// The record function: one link of a call's recording after the other, to the end of the call, however long it lasts.

import { buffer } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import { joinTaps } from '../../recording/audio-tap.ts';
import type { MediaSource, MediaStart } from '../../recording/capture/media-source.ts';
import type { CaptureEvent, CaptureReport } from '../../recording/capture/request.ts';
import { DEFAULT_CAPTURE } from '../../recording/capture/request.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../recording/types.ts';
import type { UpdateContact } from '../contact-details.ts';
import type { Environment } from '../environment.ts';
import type { LambdaContext, LambdaHandler } from '../handler.ts';
import type { InvokeLater } from '../invoke.ts';
import {
  RecordingObjects,
  type RecordingObjectsOptions,
  type RecordingObjectsState,
} from '../objects/recording-objects.ts';
import { recordingsPlace } from '../recordings-place.ts';
import type { Telemetry } from '../telemetry.ts';
import { recordLink } from './call-link.ts';
import { earlySource } from './early-source.ts';
import { LEASE_MS, type Lease } from './lease.ts';
import { type CallEvent, type Chain, type FileEvent, recordEvent } from './record-event.ts';
import { abortUnnamed } from './stale-uploads.ts';
import { type RecordState, StateStore } from './state-store.ts';
import { detailsOf, type RecordSummary } from './summary.ts';
import type { CallTranscripts, TranscriptsOptions } from './transcripts.ts';

export interface RecordDependencies {
  environment: Environment<'record'>;
  s3: S3Client;
  source(streamArn: string): MediaSource;
  invokeLater: InvokeLater;
  /** Undefined where there is no table. */
  updateContact: UpdateContact | undefined;
  lease(contactId: string, recordingId: string): Lease;
  /** Loaded when a call is to be transcribed. */
  transcripts(): Promise<(options: TranscriptsOptions) => CallTranscripts>;
  /** Transcribes an object under `INPUT_KEY_PREFIX`, within so many milliseconds. */
  transcribeFile(event: FileEvent, telemetry: Telemetry, timeMs: number): Promise<RecordSummary>;
  telemetry(context: LambdaContext): Telemetry;
}

/** Milliseconds for which the answer to a renewal is waited for. */
const RENEWAL_MS = 5000;

/** Another invocation has taken the lease over. */
class LeaseLost extends Error {}

/** Makes the handler. */
export function createRecord(dependencies: RecordDependencies): LambdaHandler {
  return async (event, context): Promise<RecordSummary> => {
    const telemetry = dependencies.telemetry(context);
    try {
      const asked = recordEvent(event, dependencies.environment);
      if (asked.kind === 'warm-up') return { result: 'Success', endedBy: 'warm-up' };
      telemetry.about({ contact_id: asked.contactId });
      if (asked.kind === 'file') {
        return await dependencies.transcribeFile(asked, telemetry, context.getRemainingTimeInMillis());
      }
      return await new CallRecording(asked, event as object, context, dependencies, telemetry).run();
    } catch (error) {
      telemetry.count('Failures', 1);
      telemetry.error('recording failed', error);
      // Lambda tries again, and what was persisted is gone on from.
      throw error;
    } finally {
      telemetry.flush();
    }
  };
}

class CallRecording {
  readonly #asked: CallEvent;
  readonly #event: object;
  readonly #context: LambdaContext;
  readonly #given: RecordDependencies;
  readonly #telemetry: Telemetry;
  readonly #store: StateStore;
  readonly #lease: Lease;
  /** As the event says it, whatever state is found: a retry is known by it. */
  readonly #holder: Chain;
  #chain: Chain;
  #reconnects = 0;
  #renewal: NodeJS.Timeout | undefined;
  /** Another invocation has taken the lease over. */
  #lost = false;
  #held: RecordingObjects | undefined;

  constructor(
    asked: CallEvent,
    event: object,
    context: LambdaContext,
    given: RecordDependencies,
    telemetry: Telemetry,
  ) {
    const { environment, s3 } = given;
    this.#asked = asked;
    this.#event = event;
    this.#context = context;
    this.#given = given;
    this.#telemetry = telemetry;
    this.#chain = asked.chain ?? { run: context.awsRequestId, link: 1 };
    this.#holder = this.#chain;
    const place = {
      bucket: environment.RECORDINGS_BUCKET_NAME,
      prefix: environment.KVSREC_LAMBDA_STATE_KEY_PREFIX,
      kmsKey: environment.KVSREC_LAMBDA_KMS_KEY,
    };
    this.#store = new StateStore(s3, place, asked.id);
    this.#lease = given.lease(asked.contactId, asked.id);
  }

  async run(): Promise<RecordSummary> {
    const source = this.#given.source(this.#asked.streamArn);
    if (this.#asked.chain !== null) return await this.#take(source);
    // Of a chain, the state knows where to go on; a call that begins is connected to while lease and state are looked up.
    const early = earlySource(source, this.#start);
    try {
      return await this.#take(early);
    } finally {
      early.release();
    }
  }

  get #start(): MediaStart {
    const { startFragment } = this.#asked;
    return this.#given.environment.START_SELECTOR_TYPE === 'FRAGMENT_NUMBER'
      ? { at: 'fragment', number: startFragment! }
      : { at: 'now' };
  }

  async #take(source: MediaSource): Promise<RecordSummary> {
    const { awsRequestId } = this.#context;
    if (!(await this.#lease.take(this.#holder, awsRequestId))) return await this.#notOurs();
    const state = await this.#store.load();
    if (state?.done) return this.#again(state.done);
    if (state?.run === this.#chain.run && state.link > this.#chain.link) {
      return await this.#sureOfSuccessor(state);
    }
    // Of another run, which has died: its recording is gone on with.
    if (state !== undefined) this.#chain = { run: state.run, link: state.link };
    this.#renewal = setInterval(() => void this.#renew(), LEASE_MS / 3);
    try {
      return await this.#record(state, source);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      return this.#duplicate();
    } finally {
      clearInterval(this.#renewal);
      this.#held?.close();
    }
  }

  async #record(state: RecordState | undefined, source: MediaSource): Promise<RecordSummary> {
    const { environment, s3 } = this.#given;
    const { track, contactId, save } = this.#asked;
    const objects = save ? await this.#objects(state, s3) : undefined;
    this.#held = objects;
    const transcripts = await this.#transcripts(state);
    const tap = joinTaps([objects, transcripts].filter((each) => each !== undefined))!;
    const { run, link } = this.#chain;
    const transcript = `transcript-${link + 1}`;
    const outcome = await recordLink({
      source,
      request: {
        ...DEFAULT_CAPTURE,
        start: this.#start,
        idleTimeoutMs: environment.KVSREC_LAMBDA_IDLE_SECONDS * 1000,
      },
      recording: {
        ...DEFAULT_RECORDING_OPTIONS,
        track,
        contactId,
        gapToleranceMs: environment.KVSREC_LAMBDA_GAP_TOLERANCE_MS,
      },
      tap,
      state: state?.capture ?? undefined,
      timeMs: this.#context.getRemainingTimeInMillis(),
      reserveMs: environment.KVSREC_LAMBDA_RESERVE_SECONDS * 1000,
      checkpointMs: environment.KVSREC_LAMBDA_CHECKPOINT_SECONDS * 1000,
      drain: async () => {
        if (this.#lost) throw new LeaseLost();
        await objects?.drain();
      },
      early: () => objects?.unnamedUpload === true,
      // What dies between the last checkpoint and the successor's invocation is found out by the retry.
      persist: async (capture, leaving) => {
        const [saved] = await Promise.all([objects?.save(this.#store), this.#renew()]);
        if (this.#lost) throw new LeaseLost();
        await this.#store.save({
          run,
          link: leaving ? link + 1 : link,
          capture,
          objects: saved ?? null,
          transcript: leaving && transcripts !== undefined ? transcript : null,
          done: null,
        });
      },
      successor: link < environment.KVSREC_LAMBDA_MAX_LINKS,
      onEvent: (event) => this.#heard(event),
    })
      .then(async (ended) => {
        if (ended !== 'handed-over') await this.#requireLease();
        return ended;
      })
      .catch(async (error: unknown) => {
        // The process may live on, and so would its sessions, which are kept alive where nothing is said.
        if (transcripts !== undefined) await this.#inTime(transcripts.end(AbortSignal.abort()), 1 / 8);
        throw error;
      });
    if (outcome === 'handed-over') {
      if (transcripts !== undefined) await this.#leave(transcripts, transcript);
      return await this.#handOver();
    }
    return await this.#finish(outcome, objects, transcripts);
  }

  /** Keeps the lease, and finds out whether it is another's by now; what does not answer has not said so. */
  async #renew(): Promise<void> {
    const asked = this.#lease.renew(this.#holder, this.#context.awsRequestId);
    const held = asked.catch(() => true);
    let timer: NodeJS.Timeout | undefined;
    const silent = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), RENEWAL_MS);
    });
    if (!(await Promise.race([held, silent]))) this.#lost = true;
    clearTimeout(timer);
  }

  /** @throws LeaseLost where another invocation has taken over: what is there is its to finish. */
  async #requireLease(): Promise<void> {
    await this.#renew();
    if (this.#lost) throw new LeaseLost();
  }

  async #objects(state: RecordState | undefined, client: S3Client): Promise<RecordingObjects> {
    const { environment } = this.#given;
    const options: RecordingObjectsOptions = {
      client,
      ...recordingsPlace(environment),
      track: this.#asked.track,
      run: this.#chain.run,
      // A call fills a part in minutes.
      partsInFlight: 1,
    };
    if (!state?.objects) return new RecordingObjects(options);
    await this.#endStale(client, state.objects);
    return await RecordingObjects.resume(options, state.objects, this.#store);
  }

  /** What is left is ended by the bucket's lifecycle rule: the call is recorded whatever becomes of this. */
  async #endStale(client: S3Client, state: RecordingObjectsState): Promise<void> {
    try {
      const uploads = await abortUnnamed(client, state);
      if (uploads > 0) this.#telemetry.warn('uploads that nobody knew of were ended', { uploads });
    } catch (error) {
      this.#telemetry.error('uploads that nobody knew of could not be ended', error);
    }
  }

  async #transcripts(state: RecordState | undefined): Promise<CallTranscripts | undefined> {
    if (!this.#asked.transcribe) return undefined;
    const { environment } = this.#given;
    const { contactId, languageCode, track } = this.#asked;
    const [begin, left] = await Promise.all([
      this.#given.transcripts(),
      state?.transcript ? this.#leftTranscript(state.transcript) : undefined,
    ]);
    return begin({ environment, contactId, languageCode, track, telemetry: this.#telemetry, left });
  }

  /** Undefined where the link before died before it could write it: a word may be cut then, and the call goes on. */
  async #leftTranscript(name: string): Promise<Buffer | undefined> {
    try {
      return await buffer(await this.#store.get(name));
    } catch (error) {
      this.#telemetry.warn('what the invocation before has heard last is not there', {
        reason: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    }
  }

  /**
   * After the state, which has promised it: it is written under a name of its own, so that what comes late cannot do away
   * with what the successor has persisted meanwhile.
   */
  async #leave(transcripts: CallTranscripts, name: string): Promise<void> {
    await this.#inTime(transcripts.leave(), 3 / 8);
    const left = transcripts.left();
    if (left === undefined) return;
    const put = this.#store.put(name, left).catch((error: unknown) => {
      this.#telemetry.error('what was heard last could not be left to the next invocation', error);
    });
    await this.#inTime(put, 1 / 4);
  }

  /** The state is persisted: the successor goes on from it. */
  async #handOver(): Promise<RecordSummary> {
    const next = { run: this.#chain.run, link: this.#chain.link + 1 };
    await this.#requireLease();
    clearInterval(this.#renewal);
    await this.#lease.hand(next);
    await this.#invoke(next);
    this.#telemetry.info('handed over to the next invocation', { link: next.link });
    this.#count();
    return this.#summary('continued');
  }

  /** Milliseconds until only the last `share` of the reserve is left. */
  #untilLast(share: number): number {
    const reserveMs = this.#given.environment.KVSREC_LAMBDA_RESERVE_SECONDS * 1000;
    return Math.max(0, Math.floor(this.#context.getRemainingTimeInMillis() - reserveMs * share));
  }

  /** Waits, but not into the last `share` of the reserve: the successor has to be invoked. */
  async #inTime(work: Promise<unknown>, share: number): Promise<void> {
    const most = this.#untilLast(share);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, most);
    });
    await Promise.race([work, late]);
    clearTimeout(timer);
  }

  /**
   * An earlier attempt at this link had handed over, and died before it could be sure of its successor. One invocation
   * too many does no harm: the lease lets one of them in.
   */
  async #sureOfSuccessor({ run, link }: RecordState): Promise<RecordSummary> {
    await this.#lease.offer({ run, link });
    await this.#invoke({ run, link });
    this.#telemetry.info('the next invocation was invoked once more', { link });
    return this.#summary('continued');
  }

  async #invoke(chain: Chain): Promise<void> {
    await this.#given.invokeLater(this.#context.invokedFunctionArn, { ...this.#event, kvsrecChain: chain });
  }

  async #finish(
    report: CaptureReport,
    objects: RecordingObjects | undefined,
    transcripts: CallTranscripts | undefined,
  ): Promise<RecordSummary> {
    const { environment, updateContact } = this.#given;
    // An outage of Transcribe may outlast the invocation; the recording and its summary are not to wait for its end.
    const late = AbortSignal.timeout(this.#untilLast(1 / 2));
    const [made, transcript] = await Promise.all([objects?.complete() ?? [], transcripts?.end(late)]);
    const tooLong = report.endedBy === 'signal';
    if (tooLong) {
      this.#telemetry.count('LostAudio', 1);
      this.#telemetry.warn('the call is longer than its chain may be; the recording ends here', {
        links: environment.KVSREC_LAMBDA_MAX_LINKS,
      });
    }
    const words = await transcripts?.texts();
    await this.#requireLease();
    await updateContact?.(this.#asked.contactId, detailsOf(made, words));
    const done: RecordSummary = {
      ...this.#summary(tooLong ? 'max-duration' : report.endedBy),
      durationMs: report.contacts.reduce((sum, { durationMs }) => sum + durationMs, 0),
      objects: made,
      warnings: countsOf(report.warnings),
      ...(transcript && { transcript }),
    };
    await this.#store.save({
      run: this.#chain.run,
      link: this.#chain.link,
      capture: null,
      objects: null,
      done,
    });
    this.#report(report, objects);
    return done;
  }

  #report(report: CaptureReport, objects: RecordingObjects | undefined): void {
    const telemetry = this.#telemetry;
    const { warnings, contacts, endedBy } = report;
    const seconds = contacts.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
    const gaps = warnings.filter(({ code }) => code === 'gap');
    const lost = warnings.filter(
      ({ code }) => code === 'truncated' || code === 'corrupt' || code === 'service-error',
    );
    this.#count();
    telemetry.count('Recordings', 1);
    telemetry.count('AudioSeconds', seconds);
    telemetry.count('Gaps', gaps.length);
    telemetry.count(
      'GapSeconds',
      gaps.reduce((sum, { durationMs = 0 }) => sum + durationMs / 1000, 0),
    );
    if (contacts.length === 0) telemetry.warn('nothing was heard of this contact');
    const late = objects?.late ?? 0;
    if (lost.length > 0 || late > 0) telemetry.count('LostAudio', 1);
    if (late > 0) telemetry.warn('audio came too late for the combined objects', { frames: late });
    for (const { code, message } of lost) telemetry.warn('audio is missing', { code, reason: message });
    telemetry.info('recording finished', {
      endedBy,
      links: this.#chain.link,
      seconds: Math.round(seconds),
    });
  }

  #count(): void {
    this.#telemetry.count('ChainLength', this.#chain.link);
    this.#telemetry.count('Reconnects', this.#reconnects);
  }

  #heard(event: CaptureEvent): void {
    if (event.event !== 'reconnect') return;
    this.#reconnects++;
    this.#telemetry.info('connecting again', { reason: event.reason, attempt: event.attempt });
  }

  async #notOurs(): Promise<RecordSummary> {
    const state = await this.#store.load();
    if (state?.done) return this.#again(state.done);
    if (state !== undefined && state.run === this.#chain.run && state.link > this.#chain.link) {
      return await this.#sureOfSuccessor(state);
    }
    return this.#duplicate();
  }

  #duplicate(): RecordSummary {
    this.#telemetry.count('Duplicates', 1);
    this.#telemetry.info('another invocation records this call');
    return this.#summary('duplicate');
  }

  #again(done: RecordSummary): RecordSummary {
    this.#telemetry.count('Duplicates', 1);
    this.#telemetry.info('the recording is finished already');
    return done;
  }

  #summary(endedBy: RecordSummary['endedBy']): RecordSummary {
    return { result: 'Success', endedBy, contactId: this.#asked.contactId, links: this.#chain.link };
  }
}

function countsOf(warnings: readonly { code: string; count?: number }[]): { code: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { code, count = 1 } of warnings) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts].map(([code, count]) => ({ code, count }));
}
