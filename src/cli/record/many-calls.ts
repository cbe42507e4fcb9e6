// Several calls in one process: an event a line, also while they are still being written.

import type { Settings } from '../../config/resolve-settings.ts';
import type { CaptureEvent, CaptureReport } from '../../recording/capture/request.ts';
import { ChunkPool } from '../../recording/chunk.ts';
import { FileOwners } from '../../recording/file-owners.ts';
import { asKvsrecError, errorDocument } from '../report-error.ts';
import type { FinishedTranscript, RecordingTranscript } from '../transcribe/beside-recording.ts';
import { atOnce } from './at-once.ts';
import { parseEvent } from './event-file.ts';
import { type CallPlan, planCall, type SourceOptions } from './options.ts';
import { type RecordRun, recordCall, type SourceNote } from './record-call.ts';
import { withTranscript } from './with-transcript.ts';

export interface CallOutcome {
  /** Line of the input, from 1. */
  line: number;
  report?: CaptureReport;
  error?: ReturnType<typeof errorDocument>;
  exitCode?: 1 | 2;
  /** What became of the call's transcript, where one was wanted. */
  transcript?: FinishedTranscript | undefined;
}

export interface ManyRun {
  options: SourceOptions;
  settings: Settings;
  signal: AbortSignal;
  saveMkv: boolean;
  growing?: RecordRun['growing'];
  /** The transcript of a call whose unfinished files have that token; undefined where none is wanted. */
  transcript?: ((token: string) => Promise<RecordingTranscript>) | undefined;
  /** The clients for a plan's region. */
  serviceFor(
    plan: CallPlan,
  ): Promise<{ service: RecordRun['service']; note: SourceNote; pace: RecordRun['pace'] }>;
  onEvent(event: CaptureEvent, line: number): void;
  /** As soon as a call is done. */
  onOutcome(outcome: CallOutcome): void;
}

/**
 * Records a call for every line, some at the same time. One call's failure touches no other. Nothing is kept of a call
 * that is done: there may be days of them.
 */
export async function recordMany(lines: AsyncIterable<string>, run: ManyRun): Promise<void> {
  const shared: Shared = { pool: new ChunkPool(), owners: new FileOwners() };
  let line = 0;
  await atOnce(lines, run.settings.concurrency, run.signal, async (text) => {
    run.onOutcome(await recordLine(text, ++line, run, shared));
  });
}

/** What the calls have in common. */
interface Shared {
  pool: ChunkPool;
  owners: FileOwners;
}

async function recordLine(
  text: string,
  line: number,
  run: ManyRun,
  { pool, owners }: Shared,
): Promise<CallOutcome> {
  const owner = `line ${line}`;
  try {
    const [{ callReference }, { streamName }] = await Promise.all([
      import('../../aws/call-event.ts'),
      import('../../aws/stream-id.ts'),
    ]);
    const reference = callReference(parseEvent(text, owner));
    const plan = await planCall(run.options, run.settings, reference);
    const { service, note, pace } = await run.serviceFor(plan);
    const { report, transcript } = await withTranscript(run.settings.out, run.transcript, (beside) =>
      recordCall(plan, note, {
        service,
        pace,
        pool,
        claim: owners.claimFor(streamName(plan.stream), owner),
        signal: run.signal,
        folder: run.settings.out,
        saveMkv: run.saveMkv,
        growing: run.growing,
        report: run.settings.report,
        onEvent: (event) => run.onEvent(event, line),
        ...beside,
      }),
    );
    // From now on the files guard their names themselves, where they stay and nothing replaces them.
    const { overwrite, deleteLocal } = run.settings;
    if (!overwrite && !deleteLocal) owners.release(owner);
    return { line, report, transcript };
  } catch (thrown) {
    // A later line may be another attempt at the same call.
    owners.release(owner);
    const error = asKvsrecError(thrown);
    return { line, error: errorDocument(error), exitCode: error.exitCode };
  }
}
