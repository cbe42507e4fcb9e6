// `kvsrec record`: live and past calls from Kinesis Video Streams to audio files.

import { existsSync } from 'node:fs';
import type { CallReference } from '../../aws/call-event.ts';
import type { Settings } from '../../config/resolve-settings.ts';
import type { KvsrecError } from '../../errors.ts';
import type { CaptureEvent, CaptureReport } from '../../recording/capture/request.ts';
import type { ChunkPool } from '../../recording/chunk.ts';
import type { FileOwners } from '../../recording/file-owners.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { DONE, FAILED, statusOfWarnings, worstStatus } from '../exit-status.ts';
import { eventLine, printableLine } from '../record/event-line.ts';
import { refuseConflicts } from '../record/flag-conflicts.ts';
import { LiveTally, startLiveView } from '../record/live-view.ts';
import type { CallOutcome } from '../record/many-calls.ts';
import { type CallPlan, planCall, SOURCE_OPTIONS } from '../record/options.ts';
import type { RecordRun, SourceNote } from '../record/record-call.ts';
import { reference, services } from '../record/services.ts';
import { recordSummary } from '../record/summary.ts';
import type { RecordedWithTranscript } from '../record/with-transcript.ts';
import { tellReportErrors } from '../report/report-errors.ts';
import { asKvsrecError, errorDocument, printError } from '../report-error.ts';
import { warningLine } from '../split/summary.ts';
import type { RecordingTranscriptOptions } from '../transcribe/beside-recording.ts';
import type { RecordingKind } from '../transcribe/recording-outputs.ts';
import { statusOfUploads, type Uploads, withUpload, withUploads } from '../upload/outcome.ts';
import { type RecordingUploader, recordingUploader } from '../upload/recording-uploader.ts';
import { requireWritable } from '../writable-folder.ts';

export const record: CommandDefinition = {
  description:
    'Records a call while it goes on, or afterwards from what the stream retains: the same files as split makes of ' +
    'the dump, whatever the network does meanwhile. A recording that was killed goes on with --resume.',
  options: [
    ...SOURCE_OPTIONS,
    {
      flags: '--contacts <file>',
      description: 'several calls: an event a line, or - for standard input',
      group: 'Where from',
    },
    {
      flags: '--resume [place]',
      description: 'go on with what was left in a folder, or with a checkpoint',
      group: 'Where from',
    },
    {
      flags: '--transcribe [formats]',
      description:
        'transcribe the call as well, into text, json, ndjson, srt, vtt (default: json), or files of these names',
      group: 'Transcript',
    },
    { flags: '--raw', description: 'with -o -: samples without a WAV header' },
    { flags: '--events', description: 'a line of JSON on standard error for everything that happens' },
  ],
  examples: [
    {
      line: 'kvsrec record --stream-name demo-call --start earliest --idle-timeout 2s -o calls',
      does: 'a call that goes on, from the oldest fragment that the stream has',
    },
    {
      line: 'kvsrec record --event fixtures/events/flow.json --idle-timeout 2s -o calls --json',
      does: 'the call that a flow’s event tells of; the result as JSON',
    },
    {
      line: 'kvsrec record --stream-name demo-call --start earliest --idle-timeout 2s -o - --track from -q | wc -c',
      does: 'what the customer says to a pipe, while it is said',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { options, settings } = context;
  refuseConflicts(context);
  if (options.resume !== undefined) return await resume(context);
  if (settings.out !== '-') requireWritable(settings.out);
  const uploader = await uploaderFor(context, { lines: options.contacts === undefined });
  try {
    if (options.contacts !== undefined) return await recordContacts(context, uploader);
    return await recordOne(context, uploader);
  } finally {
    await uploader?.growing.close();
  }
}

async function recordOne(context: CommandContext, uploader: RecordingUploader | undefined): Promise<number> {
  const { options, settings } = context;
  const plan = await planCall(options, settings, await reference(context));
  const { service, note } = await services(settings).serviceFor(plan);
  if (settings.out === '-') return await recordToPipe(context, plan, note, service);
  const [{ recordCall }, { withTranscript }, { joinTaps }] = await Promise.all([
    import('../record/record-call.ts'),
    import('../record/with-transcript.ts'),
    import('../../recording/audio-tap.ts'),
  ]);
  const prepare = await transcripts(context, { folder: settings.out, oneCall: true });
  const recorded = await withTranscript(settings.out, prepare?.('stdout'), ({ tap, token }, shows) =>
    watched(
      context,
      plan,
      (watch) =>
        recordCall(plan, note, {
          service,
          folder: settings.out,
          saveMkv: settings.saveMkv,
          report: settings.report,
          signal: context.signal,
          growing: uploader?.growing,
          onEvent: watch.onEvent,
          token,
          tap: joinTaps([watch.tap, tap].filter((one) => one !== undefined)),
        }),
      shows,
    ),
  );
  const { status, input } = await tell(context, recorded, uploader);
  context.terminal.document({ inputs: [input] });
  return status;
}

/** Shows what happens, as a line that changes or as lines of JSON. */
async function watched(
  { options, terminal }: CommandContext,
  { stream, request }: Pick<CallPlan, 'stream' | 'request'>,
  work: (watch: Pick<RecordRun, 'onEvent' | 'tap'>) => Promise<CaptureReport>,
  withoutView = false,
): Promise<CaptureReport> {
  const { streamName } = await import('../../aws/stream-id.ts');
  const name = streamName(stream);
  const tally = new LiveTally();
  const view = options.events === true || withoutView ? undefined : await startLiveView(terminal, tally);
  terminal.log(`recording ${name} ${request.archive ? 'from the archive' : 'live'}`);
  const onEvent = (event: CaptureEvent) => {
    if (options.events === true) process.stderr.write(`${eventLine(event, name)}\n`);
    else if (event.event === 'reconnect') terminal.log(`${name}: ${event.reason}; asking again`);
    view?.tally?.take(event);
  };
  try {
    return await work({ onEvent, tap: view?.tally?.meter });
  } finally {
    view?.stop();
  }
}

interface Told {
  status: number;
  /** The recording in the document. */
  input: unknown;
  /** Why there is no recording. */
  error?: KvsrecError;
}

/** Tells of a recording, and uploads it where that is wanted. */
async function tell(
  context: CommandContext,
  { report, transcript }: RecordedWithTranscript,
  uploader: RecordingUploader | undefined,
): Promise<Told> {
  const { terminal } = context;
  terminal.result(recordSummary(report, terminal.paint));
  for (const warning of report.warnings) terminal.warning(warningLine(report.input, warning));
  const pages = await tellReportErrors(report.contacts, terminal);
  const { uploads, status } = await uploaded(report, context, uploader, transcript?.document.files);
  return {
    status: worstStatus([statusOfWarnings(report.warnings), pages, status, transcript?.status ?? DONE]),
    input: { ...withUploads(report, uploads), ...transcriptPart(transcript, uploads) },
  };
}

/**
 * For `--transcribe`: what prepares a transcript that is shown there, for the recording with that token.
 * @throws KvsrecError `bad-format`, `bad-usage` (exit 2).
 */
async function transcripts(context: CommandContext, kind: RecordingKind) {
  const { transcribe } = context.options;
  if (transcribe === undefined) return undefined;
  const [{ transcriptOfRecording }, { transcriptOutputs }, { journalPath }] = await Promise.all([
    import('../transcribe/beside-recording.ts'),
    import('../transcribe/recording-outputs.ts'),
    import('../transcribe/journal.ts'),
  ]);
  const outputs = transcriptOutputs(transcribe, kind);
  const { folder } = kind;
  return (show: RecordingTranscriptOptions['show']) => (token: string) =>
    transcriptOfRecording(context, {
      outputs,
      show,
      journal: folder === undefined ? undefined : journalPath(folder, token),
    });
}

/** For `--upload`. Not even the interruption that ends a recording keeps its files from being uploaded. */
async function uploaderFor(
  { settings, terminal }: CommandContext,
  options?: { lines?: boolean; folder?: string },
): Promise<RecordingUploader | undefined> {
  return await recordingUploader(settings, terminal, new AbortController().signal, options);
}

/** A transcript's part of a document. */
function transcriptPart(transcript: RecordedWithTranscript['transcript'], uploads: Uploads) {
  if (transcript === undefined) return {};
  const files = transcript.document.files.map((file) => withUpload(file, uploads));
  return { transcript: { ...transcript.document, files } };
}

/** Uploads what was recorded, if that is wanted. The recording is there, whatever becomes of it. */
async function uploaded(
  { contacts, dump }: CaptureReport,
  { terminal }: CommandContext,
  uploader: RecordingUploader | undefined,
  transcripts: readonly { path: string }[] = [],
): Promise<{ uploads: Uploads; status: number }> {
  // What there is one of goes with the contact, of which there is one as well, as a rule.
  const besides = [
    ...transcripts.map(({ path }) => ({ path, kind: 'transcript' as const })),
    ...(dump === undefined ? [] : [{ path: dump.path, kind: 'dump' as const }]),
  ];
  const [first, ...others] = contacts;
  try {
    const uploads: Uploads =
      (first && (await uploader?.upload([{ ...first, besides }, ...others]))) ?? new Map();
    return { uploads, status: statusOfUploads(uploads) };
  } catch (thrown) {
    await printError(asKvsrecError(thrown), terminal.modes);
    return { uploads: new Map(), status: FAILED };
  }
}

async function recordToPipe(
  context: CommandContext,
  plan: CallPlan,
  note: SourceNote,
  service: RecordRun['service'],
): Promise<number> {
  const { terminal, signal, options } = context;
  const [{ pipeOutput }, { joinTaps }, { recordCall }, { withTranscript }] = await Promise.all([
    import('../record/pipe-output.ts'),
    import('../../recording/audio-tap.ts'),
    import('../record/record-call.ts'),
    import('../record/with-transcript.ts'),
  ]);
  const prepare = await transcripts(context, { folder: undefined, oneCall: true });
  const pipe = pipeOutput(process.stdout, options.raw === true);
  const { report, transcript } = await withTranscript(
    undefined,
    prepare?.('stderr'),
    async ({ tap }, shows) => {
      const captured = await watched(
        context,
        plan,
        (watch) =>
          recordCall(plan, note, {
            service,
            folder: undefined,
            saveMkv: false,
            signal,
            closed: pipe.closed,
            drained: pipe.drained,
            onEvent: watch.onEvent,
            tap: joinTaps([pipe.tap, watch.tap, tap].filter((one) => one !== undefined)),
          }),
        shows,
      );
      // Whoever reads the audio need not wait for the last words.
      await pipe.end();
      return captured;
    },
  );
  for (const warning of report.warnings) terminal.warning(warningLine(report.input, warning));
  terminal.note(`${report.input}: ended by ${report.endedBy} after ${report.connections} connections`);
  return worstStatus([statusOfWarnings(report.warnings), transcript?.status ?? DONE]);
}

async function recordContacts(
  context: CommandContext,
  uploader: RecordingUploader | undefined,
): Promise<number> {
  const { options, settings, terminal, signal } = context;
  const [{ recordMany }, { eventLines }] = await Promise.all([
    import('../record/many-calls.ts'),
    import('../record/event-file.ts'),
  ]);
  const prepare = await transcripts(context, { folder: settings.out, oneCall: false });
  /** What is still being told; of what was told the worst status stays. */
  const telling = new Set<Promise<void>>();
  let worst = DONE;
  const tellOf = async ({ line, report, error, exitCode, transcript }: CallOutcome): Promise<number> => {
    const { uploads, status } = report
      ? await uploaded(report, context, uploader, transcript?.document.files)
      : { uploads: new Map(), status: DONE };
    const document = report ? withUploads(report, uploads) : { error };
    const beside = transcriptPart(transcript, uploads);
    process.stdout.write(`${printableLine({ line, ...document, ...beside })}\n`);
    for (const warning of report?.warnings ?? []) terminal.warning(warningLine(`line ${line}`, warning));
    if (error !== undefined) terminal.warning(`line ${line}: ${error.message}`);
    const pages = await tellReportErrors(report?.contacts ?? [], terminal);
    const own = report ? statusOfWarnings(report.warnings) : (exitCode ?? FAILED);
    return worstStatus([own, status, pages, transcript?.status ?? DONE]);
  };
  await recordMany(eventLines(String(options.contacts), signal), {
    options,
    settings,
    signal,
    saveMkv: settings.saveMkv,
    growing: uploader?.growing,
    transcript: prepare?.('nowhere'),
    serviceFor: services(settings).serviceFor,
    onEvent: (event, line) => {
      if (options.events === true) process.stderr.write(`${eventLine(event, String(line))}\n`);
    },
    onOutcome: (outcome) => {
      const told = tellOf(outcome).then((status) => {
        worst = worstStatus([worst, status]);
        telling.delete(told);
      });
      telling.add(told);
    },
  });
  await Promise.all(telling);
  return worst;
}

/** Goes on with every recording that was left, some at the same time. One call's failure touches no other. */
async function resume(context: CommandContext): Promise<number> {
  const { options, settings, signal, terminal } = context;
  const [{ findCheckpoints, notedSource }, { atOnce }, { ChunkPool }, { FileOwners }] = await Promise.all([
    import('../../recording/capture/checkpoint-file.ts'),
    import('../record/at-once.ts'),
    import('../../recording/chunk.ts'),
    import('../../recording/file-owners.ts'),
  ]);
  const files = findCheckpoints(typeof options.resume === 'string' ? options.resume : settings.out);
  // What is wrong with the address for all of them is told before the first one.
  await uploaderFor(context);
  const run: ResumeRun = {
    alone: files.length === 1,
    event: typeof options.event === 'string' ? await reference(context) : undefined,
    pool: new ChunkPool(),
    owners: new FileOwners(),
    reached: new Map(),
  };
  const done: Told[] = [];
  const goOn = async ([index, file]: [number, string]) => {
    try {
      const { recorded, uploader } = await resumeOne(context, file, run);
      done[index] = await tell(context, recorded, uploader);
    } catch (thrown) {
      const error = asKvsrecError(thrown);
      done[index] = { status: error.exitCode, input: { input: file, error: errorDocument(error) }, error };
      // A single call's error is the command's error, and is reported as such.
      if (!run.alone) await printError(error, terminal.modes);
    }
  };
  const profiles = new Map<string | undefined, [number, string][]>();
  for (const [index, file] of files.entries()) {
    const { profile } = { ...(notedSource(file) as Partial<SourceNote>), ...given(settings) };
    profiles.set(profile, [...(profiles.get(profile) ?? []), [index, file]]);
  }
  // One profile after the other: the SDK asks for what it says by and by, and has one at a time.
  for (const left of profiles.values()) {
    try {
      await atOnce(left, settings.concurrency, signal, goOn);
    } finally {
      for (const { uploader } of run.reached.values()) await (await uploader)?.growing.close();
      run.reached.clear();
    }
  }
  if (run.alone && done[0]?.error !== undefined) throw done[0].error;
  terminal.document({ inputs: done.filter((one) => one !== undefined).map(({ input }) => input) });
  return worstStatus(done.map(({ status }) => status));
}

/** What the calls that are gone on with have in common. */
interface ResumeRun {
  /** There is no other one, which could draw on the terminal as well. */
  alone: boolean;
  /** What the event that is given says. */
  event: CallReference | undefined;
  pool: ChunkPool;
  owners: FileOwners;
  /** By region, profile and endpoint. */
  reached: Map<string, Reached>;
}

interface Reached {
  services: ReturnType<typeof services>;
  uploader: Promise<RecordingUploader | undefined>;
}

async function resumeOne(
  context: CommandContext,
  file: string,
  { alone, event, pool, owners, reached }: ResumeRun,
): Promise<{ recorded: RecordedWithTranscript; uploader: RecordingUploader | undefined }> {
  const { options, settings, origins, signal, terminal } = context;
  const [
    { takeOver },
    { resumeCall },
    { givenWaits, refuseOtherThanBegun },
    { streamId, streamName },
    { withTranscript },
    { journalPath },
    { joinTaps },
  ] = await Promise.all([
    import('../../recording/capture/checkpoint-file.ts'),
    import('../record/record-call.ts'),
    import('../record/begun-with.ts'),
    import('../../aws/stream-id.ts'),
    import('../record/with-transcript.ts'),
    import('../transcribe/journal.ts'),
    import('../../recording/audio-tap.ts'),
  ]);
  const unfinished = takeOver(file);
  const note = unfinished.source as SourceNote;
  const stream = streamId(note.stream);
  refuseOtherThanBegun(context, unfinished, stream, event);
  const { region, profile, endpointUrl } = { ...note, ...given(settings) };
  const own: Settings = { ...settings, region, profile, endpointUrl };
  const place = JSON.stringify([region, profile, endpointUrl]);
  const there = reached.get(place) ?? {
    services: services(own),
    // The files lie, and have their keys, below the folder of the recording.
    uploader: uploaderFor({ ...context, settings: own }, { folder: unfinished.folder }),
  };
  reached.set(place, there);
  const uploader = await there.uploader;
  const { service, pace } = await there.services.serviceFor({ stream });
  if (unfinished.state === undefined) {
    terminal.warning(`${file}: the files are not as they were left; the recording begins anew`);
  } else if (unfinished.fellBack) {
    terminal.warning(
      `${file}: what was written last did not reach the disk; the recording goes on from what did`,
    );
  }
  const { request } = unfinished.last;
  const recorded = await withTranscript(
    unfinished.folder,
    async () => {
      const journal = journalPath(unfinished.folder, unfinished.store.token);
      if (options.transcribe === undefined && !existsSync(journal)) return undefined;
      const { transcriptToResume } = await import('../transcribe/resume-recording.ts');
      return await transcriptToResume({ ...context, settings: own }, unfinished, alone);
    },
    ({ tap }, shows) =>
      watched(
        context,
        { stream, request },
        (watch) =>
          resumeCall(
            unfinished,
            { stream },
            {
              service,
              pace,
              pool,
              claim: owners.claimFor(streamName(stream), file),
              nameTemplate: origins.name.source === 'default' ? undefined : settings.name,
              waits: givenWaits(context),
              signal,
              overwrite: settings.overwrite,
              report: settings.report,
              growing: uploader?.growing,
              onEvent: watch.onEvent,
              tap: joinTaps([watch.tap, tap].filter((one) => one !== undefined)),
            },
          ),
        shows || !alone,
      ),
    unfinished.store.token,
  );
  return { recorded, uploader };
}

/** What is given now outweighs what a checkpoint noted. */
function given({ region, profile, endpointUrl }: Settings): Partial<SourceNote> {
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  };
}
