// What the archive has of a call to its recording: several requests at a time, their fragments in order.
import { setTimeout as wait } from 'node:timers/promises';
import type { Fragment } from '../../kvs/fragment.ts';
import { serviceError } from '../../kvs/tags.ts';
import { ArchiveBatch } from './archive-batch.ts';
import { backoffMs, RequestPace } from './backoff.ts';
import type { CallRecorder } from './call-recorder.ts';
import { FragmentFeed, isLike, type Remainder } from './fragment-feed.ts';
import { compareNumbers } from './fragment-order.ts';
import { type ArchiveSource, MAX_ARCHIVE_REQUEST, SourceFault } from './media-source.ts';
import { inBandFault, NOT_FOUND } from './service-fault.ts';

/** Requests at the same time: the service allows five connections for a stream (service quotas). */
const LANES = 3;

/** Attempts without a further fragment. */
const ATTEMPTS = 6;

/** Attempts after which a fragment that the archive lists and does not give, or not in one piece, is passed over. */
const ATTEMPTS_GONE = 3;

export class ArchiveReader {
  readonly #archive: ArchiveSource;
  readonly #recorder: CallRecorder;
  readonly #signal: AbortSignal;
  readonly #pace: RequestPace;
  readonly #stop = new AbortController();

  constructor(archive: ArchiveSource, recorder: CallRecorder, signal: AbortSignal, pace = new RequestPace()) {
    this.#archive = archive;
    this.#recorder = recorder;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#pace = pace;
  }

  /** Reads until the recording has ended or the archive has no more. @throws SourceFault */
  async run(): Promise<void> {
    const recorder = this.#recorder;
    const running: ArchiveBatch[] = [];
    try {
      const batches = batchesOf(await this.#list());
      for (let next = 0; recorder.endedBy === undefined && (running.length > 0 || next < batches.length); ) {
        while (running.length < LANES && next < batches.length) running.push(this.#begin(batches[next++]!));
        await this.#drain(running[0]!);
        running.shift();
      }
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      if (this.#signal.aborted) recorder.end('signal');
      this.#stop.abort();
      // What they have read ahead is not wanted any more.
      for (const batch of running) batch.close();
    }
    recorder.end(recorder.request.stopFragment === undefined ? 'end-of-archive' : 'stop-fragment');
  }

  /** The numbers of the fragments to read, in order. */
  async #list(): Promise<string[]> {
    const { request, position } = this.#recorder;
    const { startMs, endMs } = request.archive!;
    const numbers = new Set<string>();
    for (let attempt = 1; ; attempt++) {
      try {
        const range = { clock: request.clock, startMs, endMs };
        const turn = () => this.#pace.turn('list', this.#signal);
        for await (const page of this.#archive.list(range, this.#signal, turn)) {
          for (const { number } of page) numbers.add(number);
        }
        break;
      } catch (error) {
        if (!(error instanceof SourceFault) || error.kind === 'fatal' || attempt >= ATTEMPTS) throw error;
        await this.#again(error.error.message, attempt + 1);
      }
    }
    const { start, stopFragment } = request;
    const first = start.at === 'fragment' ? start.number : undefined;
    if (first !== undefined) numbers.add(first);
    if (stopFragment !== undefined) numbers.add(stopFragment);
    const after = position?.number ?? null;
    return [...numbers]
      .filter(
        (number) =>
          (first === undefined || compareNumbers(number, first) >= 0) &&
          (stopFragment === undefined || compareNumbers(number, stopFragment) <= 0) &&
          (after === null || compareNumbers(number, after) > 0),
      )
      .sort(compareNumbers);
  }

  #begin(batch: Batch): ArchiveBatch {
    const { stallTimeoutMs } = this.#recorder.request;
    const reading = new ArchiveBatch(batch.numbers, batch.sentinel, stallTimeoutMs, async (numbers) => {
      await this.#pace.turn('archive', this.#signal);
      return this.#archive.open(numbers, this.#signal);
    });
    reading.start();
    return reading;
  }

  /** Takes every fragment of a batch, asking again for those that did not come. */
  async #drain(batch: ArchiveBatch): Promise<void> {
    const recorder = this.#recorder;
    let barren = 0;
    let last: Remainder | undefined;
    /** What came damaged is asked for once more; what comes damaged again is all that there is of it. */
    const doubted = new Set<string>();
    while (batch.left.length > 0 && recorder.endedBy === undefined) {
      const wanted = batch.left[0]!;
      let missing = false;
      let reason: string | undefined;
      let fault: SourceFault | undefined;
      let destroyed = false;
      let inStep = false;
      let tolerant = false;
      let failure: { error: unknown } | undefined;
      const take = (fragment: Fragment, raw: readonly Uint8Array[]) => {
        // A further Cluster of a Segment has no number of its own.
        if (fragment.number === null) {
          if (inStep) recorder.take(fragment, raw);
          return;
        }
        // What comes before one that is missing has no place yet: it is asked for again, behind that one.
        inStep = fragment.number === batch.left[0];
        if (!inStep) return;
        tolerant = doubted.has(fragment.number);
        if (fragment.state === 'damaged' && !tolerant) {
          doubted.add(fragment.number);
          inStep = false;
          return;
        }
        batch.left.shift();
        barren = 0;
        recorder.take(fragment, raw);
      };
      const onError = (tags: ReadonlyMap<string, string>): boolean => {
        const error = serviceError(tags);
        if (error === undefined) return false;
        reason = error.meaning;
        missing ||= error.id === NOT_FOUND;
        if (!missing) fault ??= inBandFault(error, recorder.name, recorder.request.start);
        return true;
      };
      const feed = new FragmentFeed(
        {
          fragment: (fragment, raw) => {
            if (!onError(fragment.tags)) take(fragment, raw);
          },
          tagsOnly: onError,
          damage: (damage) => {
            reason = damage.reason;
            destroyed = true;
            if (tolerant || barren === 1) recorder.damage(damage);
          },
          isComplete: () => false,
          failed: (error) => {
            failure = { error };
            batch.close();
          },
        },
        recorder.keepsRaw,
      );
      let clean = false;
      try {
        clean = await batch.read((chunk) => {
          recorder.bytes += chunk.length;
          feed.push(chunk);
          if (recorder.endedBy !== undefined) batch.close();
          return recorder.afterPiece();
        });
        recorder.connections++;
      } catch (error) {
        if (!(error instanceof SourceFault)) throw error;
        if (error.kind === 'fatal') throw error;
        reason = error.error.message;
      } finally {
        feed.close();
      }
      if (failure !== undefined) throw failure.error;
      const remainder = feed.end();
      if (recorder.endedBy !== undefined) break;
      if (fault?.kind === 'fatal') throw fault;
      if (
        clean &&
        remainder?.looksWhole &&
        !remainder.pieces.some(({ fragment }) => onError(fragment.tags))
      ) {
        // Nothing marks the end of an answer's last fragment but that it comes like this again.
        if (isLike(last, remainder)) for (const { fragment, raw } of remainder.pieces) take(fragment, raw);
        else last = remainder;
      }
      if (batch.left.length === 0) break;
      if (
        last !== undefined &&
        last.pieces[0]!.fragment.number === batch.left[0] &&
        clean &&
        reason === undefined
      ) {
        batch.again();
        continue;
      }
      if (batch.left[0] === wanted) barren++;
      const gone = missing ? 'is not in the archive any more' : 'cannot be read';
      if ((missing || (clean && destroyed)) && barren >= ATTEMPTS_GONE) this.#passOver(batch, gone);
      else if (barren >= ATTEMPTS) throw fault ?? this.#gaveUp(wanted, reason);
      else await this.#again(reason ?? 'the answer ended early', barren + 1);
      batch.again();
    }
    batch.close();
  }

  #passOver(batch: ArchiveBatch, why: string): void {
    const message = `fragment ${batch.left.shift()} ${why}`;
    this.#recorder.warnings.add({ code: 'truncated', message });
  }

  #gaveUp(number: string, reason = 'it did not come'): Error {
    return inBandFault(
      {
        id: undefined,
        code: reason,
        meaning: `the archive does not give fragment ${number}`,
        hint: 'Try again in a while.',
      },
      this.#recorder.name,
      this.#recorder.request.start,
    );
  }

  async #again(reason: string, attempt: number): Promise<void> {
    const waitMs = backoffMs(attempt);
    this.#recorder.emit({ event: 'reconnect', reason, attempt, waitMs });
    await wait(waitMs, undefined, { signal: this.#signal });
  }
}

interface Batch {
  numbers: string[];
  /** The fragment after them, whose beginning says that the last of them is complete. */
  sentinel: string | undefined;
}

function batchesOf(numbers: readonly string[]): Batch[] {
  const size = MAX_ARCHIVE_REQUEST - 1;
  const batches: Batch[] = [];
  for (let at = 0; at < numbers.length; at += size) {
    batches.push({ numbers: numbers.slice(at, at + size), sentinel: numbers[at + size] });
  }
  return batches;
}
