// One call to its files: the source, the capture, and what is told meanwhile.
import fs from 'node:fs';
import path from 'node:path';
import type { KinesisVideo } from '../../aws/kinesis-video.ts';
import { KvsrecError } from '../../errors.ts';
import type { AudioTap } from '../../recording/audio-tap.ts';
import type { CallMarks } from '../../recording/call-marks.ts';
import type { RequestPace } from '../../recording/capture/backoff.ts';
import { type CaptureOptions, capture } from '../../recording/capture/capture.ts';
import type { CaptureState } from '../../recording/capture/capture-state.ts';
import { CheckpointFile, type Unfinished } from '../../recording/capture/checkpoint-file.ts';
import type { CaptureEvent, CaptureReport, CaptureRequest } from '../../recording/capture/request.ts';
import type { ChunkPool } from '../../recording/chunk.ts';
import type { FilePatch } from '../../recording/contact-files.ts';
import { type Claim, FileOwners } from '../../recording/file-owners.ts';
import type { ContactReport } from '../../recording/types.ts';
import { asKvsrecError } from '../report-error.ts';
import type { GrowingRecordings, GrowingStates } from '../upload/growing-recordings.ts';
import type { CallPlan } from './options.ts';

export interface RecordRun {
  service: KinesisVideo;
  signal: AbortSignal;
  onEvent(event: CaptureEvent): void;
  /** Undefined where no files are wanted. */
  folder: string | undefined;
  /** For the names of what belongs to the recording while it is not finished; a new one if not given. */
  token?: string | undefined;
  /** Claims its files, where others are written in the same run; without one it claims them of itself alone. */
  claim?: Claim | undefined;
  saveMkv: boolean;
  /** Replace what has the names of the files by now. */
  overwrite?: boolean | undefined;
  /** Write a page of each contact, too. */
  report?: boolean | undefined;
  tap?: AudioTap | undefined;
  drained?: (() => Promise<void> | undefined) | undefined;
  pool?: ChunkPool | undefined;
  pace?: RequestPace | undefined;
  /** Takes the files to S3 while they grow. */
  growing?: GrowingRecordings | undefined;
  /** Fires when nobody takes the output any more. */
  closed?: AbortSignal | undefined;
}

/** What a checkpoint notes of a source. */
export interface SourceNote {
  stream: { arn?: string | undefined; name?: string | undefined };
  region?: string | undefined;
  profile?: string | undefined;
  endpointUrl?: string | undefined;
}

/** Records a call. @param note What a later process needs to find the stream again. */
export async function recordCall(plan: CallPlan, note: SourceNote, run: RecordRun): Promise<CaptureReport> {
  const { folder, saveMkv, token } = run;
  const store = folder === undefined ? undefined : new CheckpointFile(folder, note, saveMkv, token);
  return await withReport(run.report, store, {
    ...(await ofRun(plan, run)),
    request: plan.request,
    recording: plan.recording,
    folder,
    saveMkv,
    store: followed(store, run.growing),
  });
}

/** What a capture is given whether it begins or goes on. */
async function ofRun(
  { stream }: Pick<CallPlan, 'stream'>,
  { service, claim, ...run }: Omit<RecordRun, 'folder' | 'saveMkv'>,
) {
  const { kinesisSource } = await import('../../aws/get-media.ts');
  const source = kinesisSource(service, stream);
  return { ...run, source, claim: claim ?? new FileOwners().claimFor(source.name) };
}

/** A store of checkpoints after each of which the files go up as far as they stand. */
function followed(store: CheckpointFile | undefined, growing: GrowingRecordings | undefined) {
  if (store === undefined || growing === undefined) return store;
  return {
    token: store.token,
    save(state: CaptureState, patches: readonly FilePatch[]) {
      store.save(state, patches, growing.states(state, patches));
      // The changes are made as soon as the checkpoint is written.
      setImmediate(() => growing.follow(state));
    },
    secure: (state: CaptureState, patches: readonly FilePatch[]) => store.secure(state, patches),
    remove: () => store.remove(),
  };
}

export interface ResumedRun extends Omit<RecordRun, 'folder' | 'saveMkv'> {
  /** For files that are still to come; undefined leaves it as it was. */
  nameTemplate: string | undefined;
  /** What is waited for otherwise than before. */
  waits?: Partial<CaptureRequest> | undefined;
}

/** Goes on with a recording that another process has left, or begins it anew where its files were lost. */
export async function resumeCall(
  { store, folder, saveMkv, state, last, besides, patches }: Unfinished,
  plan: Pick<CallPlan, 'stream'>,
  { nameTemplate, waits, ...run }: ResumedRun,
): Promise<CaptureReport> {
  if (state !== undefined && besides !== undefined) {
    await run.growing?.adopt(besides as GrowingStates, state, patches);
  }
  const opened = last.engine.contacts.find((contact) => 'open' in contact);
  const first = opened && 'open' in opened ? opened.open.fragments.first : null;
  const anew =
    first === null || first === undefined ? last.request.start : { at: 'fragment' as const, number: first };
  return await withReport(run.report, store, {
    ...(await ofRun(plan, run)),
    request: { ...(state === undefined ? { ...last.request, start: anew } : state.request), ...waits },
    // A name that was no good for all files need not be that of those which are still to come.
    recording: {
      ...last.options,
      overwrite: last.options.overwrite || run.overwrite === true,
      ...(nameTemplate !== undefined && { nameTemplate }),
    },
    folder,
    saveMkv,
    store: followed(store, run.growing),
    state,
  });
}

/** A capture whose contacts get a report beside their files, where that is wanted. */
async function withReport(
  wanted: boolean | undefined,
  store: CheckpointFile | undefined,
  options: CaptureOptions,
): Promise<CaptureReport> {
  const { folder, recording } = options;
  if (wanted !== true || folder === undefined) return await explained(store, options);
  const marks = new Map<ContactReport, CallMarks>();
  const captured = await explained(store, {
    ...options,
    onContact: (contact, itsMarks) => marks.set(contact, itsMarks),
  });
  const [{ addReports }, { noteReportError }] = await Promise.all([
    import('../../report/split-with-report.ts'),
    import('../report/report-errors.ts'),
  ]);
  await addReports(captured, folder, recording, marks, {
    claim: options.claim,
    onReportError: noteReportError,
  });
  return captured;
}

/** A capture whose error says how to go on, where that is possible. */
async function explained(store: CheckpointFile | undefined, options: CaptureOptions): Promise<CaptureReport> {
  try {
    return await capture(options);
  } catch (thrown) {
    if (store === undefined || !fs.existsSync(store.path)) throw thrown;
    const { code, message, hint, exitCode } = asKvsrecError(thrown);
    const again = `What was recorded so far is kept: kvsrec record --resume ${path.dirname(store.path)} goes on with it.`;
    throw new KvsrecError(code, message, {
      hint: hint === undefined ? again : `${hint} ${again}`,
      exitCode,
      cause: thrown,
    });
  }
}
