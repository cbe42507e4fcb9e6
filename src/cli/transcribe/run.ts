// `kvsrec transcribe` at work, apart from its description: what needs the AWS SDK is loaded with this file.

import { checkedTranscribeSettings } from '../../aws/transcribe/settings.ts';
import type { Settings } from '../../config/resolve-settings.ts';
import { KvsrecError } from '../../errors.ts';
import { formatTranscript, TRANSCRIPT_FORMATS, type TranscriptFormat } from '../../transcript/format.ts';
import { toNdjsonLine, transcriptDocument } from '../../transcript/json.ts';
import type { Transcript } from '../../transcript/segment.ts';
import type { TranscriptionEvent, TranscriptionSummary } from '../../transcription/options.ts';
import type { TranscriptSink } from '../../transcription/results.ts';
import { awsSettings } from '../aws-settings.ts';
import type { CommandContext } from '../command.ts';
import { statusOfWarnings, worstStatus } from '../exit-status.ts';
import { openInput } from '../open-input.ts';
import { printable } from '../printable.ts';
import { usage } from '../record/options.ts';
import { asKvsrecError } from '../report-error.ts';
import { warningLine } from '../split/summary.ts';
import { untilAborted } from '../until-aborted.ts';
import type { CallReport } from './call-audio.ts';
import { sniff } from './call-audio.ts';
import { CallTranscript, type CallTranscriptOptions } from './call-transcript.ts';
import { dumpCall } from './dump-call.ts';
import { LiveView, tintFor } from './live-view.ts';
import { type TranscriptFile, transcriptFiles, writeTranscript } from './outputs.ts';
import { tellOfCall } from './tell.ts';
import { wavCall } from './wav-call.ts';

export async function runTranscribe(context: CommandContext): Promise<number> {
  const { arguments: inputs, options, settings, terminal } = context;
  const [input] = inputs;
  refuseTwoInputs(input, options);
  if (input !== undefined) refuseOptionsOfStreams(context);
  // What the flags alone can tell comes before the input is looked at.
  const channels = settings.sessions === 'per-direction' || settings.track !== 'both' ? 1 : undefined;
  checkedTranscribeSettings({ ...transcribeSettings(settings), channels });
  const format = formatOption(options.format);
  const files = transcriptFiles((options.output as string[] | undefined) ?? [], format, settings.overwrite);
  const onStdout = files.length === 0 ? formatBesideJson(format, settings.json) : undefined;
  const view = await liveView(context, onStdout);
  const call = await callTranscript(context, {
    pace: settings.pace,
    keepSegments: settings.json || files.length > 0 || (onStdout !== undefined && onStdout !== 'ndjson'),
    sinks: [...(view ? [view] : []), ...(onStdout === 'ndjson' ? [ndjsonToStdout(context)] : [])],
    view,
  });
  terminal.clearProgress = () => view?.clear();
  let report: CallReport & { input?: string };
  try {
    report = input === undefined ? await live(context, call) : await readInput(input, call, context);
  } catch (error) {
    const { summary } = await call.end();
    view?.stop();
    // Nobody has these words anywhere else.
    if (summary !== undefined && summary.finals > 0) {
      await writeFiles(context, files, call.transcript(call.lengthMs), summary).catch((failure: unknown) =>
        terminal.warning(asKvsrecError(failure).message),
      );
    }
    throw error;
  }
  const { summary, tableFailure } = await call.end();
  view?.stop();
  terminal.clearProgress = undefined;
  await finish(context, call, report, { summary, files, onStdout, input: input ?? report.input ?? '' });
  if (tableFailure !== undefined) throw tableFailure;
  throwFailure(summary);
  return worstStatus([statusOfWarnings(report.warnings), summary?.complete === false ? 3 : 0]);
}

/** Settings of the command line as a call's transcript takes them. */
export async function callTranscript(
  { settings, signal, terminal }: CommandContext,
  rest: Pick<CallTranscriptOptions, 'pace' | 'keepSegments' | 'sinks' | 'journal' | 'resumed'> & {
    view: LiveView | undefined;
  },
): Promise<CallTranscript> {
  const { table, tableToCustomer, savePartials, ttlDays } = settings;
  const { view, ...options } = rest;
  const wantsTables = table !== undefined || tableToCustomer !== undefined;
  const tables = wantsTables
    ? (await import('../../aws/transcribe/segment-table.ts')).SegmentTables
    : undefined;
  return new CallTranscript(
    {
      ...options,
      aws: awsSettings(settings),
      settings: transcribeSettings(settings),
      sessions: settings.sessions,
      tables: { table, tableToCustomer, savePartials, ttlDays },
      signal,
      onEvent: (event) => {
        view?.clear();
        terminal.log(eventText(event));
      },
    },
    tables,
  );
}

export function transcribeSettings(settings: Settings): CallTranscriptOptions['settings'] {
  return {
    language: settings.language,
    identifyLanguage: settings.identifyLanguage,
    identifyMultipleLanguages: settings.identifyMultipleLanguages,
    preferredLanguage: settings.preferredLanguage,
    vocabularies: settings.vocabulary,
    vocabularyFilters: settings.vocabularyFilter,
    vocabularyFilterMethod: settings.vocabularyFilterMethod,
    languageModel: settings.languageModel,
    pii: settings.pii,
    piiTypes: settings.piiTypes,
    stability: settings.stability,
    speakerLabels: settings.speakerLabels,
    analytics: settings.analytics,
  };
}

function refuseTwoInputs(input: string | undefined, options: CommandContext['options']): void {
  const named = ['streamArn', 'streamName', 'event', 'instanceId'].some(
    (name) => options[name] !== undefined,
  );
  if (input !== undefined && named) {
    throw new KvsrecError('bad-usage', 'a file and a stream are named', {
      exitCode: 2,
      hint: 'Give the file, or say with the options which stream it is.',
    });
  }
  if (input === undefined && !named) {
    throw new KvsrecError('missing-argument', 'nothing to transcribe is named', {
      exitCode: 2,
      hint: 'Give a WAV file, a dump or -; or --stream-name, --stream-arn, --event or --instance-id for a live call.',
    });
  }
}

/** Flags that say which part of a stream is meant and how it is waited for: a file is transcribed as a whole. */
const OPTIONS_OF_STREAMS = [
  'fragment',
  'start',
  'startClock',
  'continuationToken',
  'end',
  'stopFragment',
  'archive',
];
const SETTINGS_OF_STREAMS = ['maxDuration', 'idleTimeout', 'stallTimeout', 'retries'] as const;

/** Settings of the environment and the config file may be meant for other runs: only flags are refused. */
function refuseOptionsOfStreams({ options, origins }: CommandContext): void {
  const option = OPTIONS_OF_STREAMS.find((name) => options[name] !== undefined);
  const setting = SETTINGS_OF_STREAMS.find((key) => origins[key].source === 'flag');
  if (option === undefined && setting === undefined) return;
  const name = option ?? setting!;
  const flag = `--${options[name] === false ? 'no-' : ''}${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw usage(
    `a file and ${flag} do not go together`,
    `${flag} is for streams, and a file is transcribed as a whole: leave one of them out.`,
  );
}

function formatOption(given: unknown): TranscriptFormat | undefined {
  if (given === undefined) return undefined;
  const format = TRANSCRIPT_FORMATS.find((one) => one === given);
  if (format !== undefined) return format;
  throw new KvsrecError('bad-format', `"${String(given)}" is no format of transcripts`, {
    exitCode: 2,
    hint: `There is ${TRANSCRIPT_FORMATS.join(', ')}.`,
  });
}

/**
 * What goes to standard output beside the document of `--json`, which is alone there: nothing, and the document has all
 * that the transcript as JSON has.
 */
function formatBesideJson(format: TranscriptFormat | undefined, json: boolean): TranscriptFormat | undefined {
  if (!json || format === undefined) return format;
  if (format === 'json') return undefined;
  throw usage(
    `--json and --format ${format} both want standard output`,
    'Leave one of them out (--no-json where the environment or the config file asks for it), or give -o FILE.',
  );
}

/** Segments as they come: on standard output, unless that is for a format; then on a terminal behind standard error. */
async function liveView(
  { terminal, settings }: CommandContext,
  onStdout: TranscriptFormat | undefined,
): Promise<LiveView | undefined> {
  const toOut = !terminal.modes.json && onStdout === undefined;
  if (!toOut && (process.stderr.isTTY !== true || settings.quiet)) return undefined;
  const stream = toOut ? process.stdout : process.stderr;
  return new LiveView(stream, await tintFor(stream, terminal.modes.color));
}

function ndjsonToStdout({ terminal }: CommandContext): TranscriptSink {
  return { final: (segment) => void terminal.write(toNdjsonLine(segment)) };
}

async function live(context: CommandContext, call: CallTranscript) {
  const { liveCall } = await import('./live-call.ts');
  return await liveCall(context, call);
}

async function readInput(input: string, call: CallTranscript, context: CommandContext): Promise<CallReport> {
  const { settings, terminal } = context;
  const signal = AbortSignal.any([context.signal, call.over]);
  const { track, gapTolerance: gapToleranceMs, contactId, match } = settings;
  const options = { track, gapToleranceMs, contactId, match, signal };
  const source = await openInput(input, awsSettings(settings));
  try {
    const opened = await sniff(untilAborted(source, signal));
    if (opened.kind === 'wav') return await wavCall(opened.source, call, options);
    return await dumpCall(opened.source, call, options, tellOfCall(terminal));
  } catch (error) {
    if (!(error instanceof KvsrecError) || error.code !== 'not-matroska') throw error;
    throw new KvsrecError(error.code, `${input} is neither a WAV file nor a dump of a stream`, {
      hint: 'Give a WAV file with one or two channels, or what GetMedia answers, saved as it is.',
      cause: error,
    });
  } finally {
    await source.close();
  }
}

async function finish(
  { settings, terminal }: CommandContext,
  call: CallTranscript,
  report: CallReport & { endedBy?: string; connections?: number },
  done: {
    summary: TranscriptionSummary | undefined;
    files: readonly TranscriptFile[];
    onStdout: TranscriptFormat | undefined;
    input: string;
  },
): Promise<void> {
  const { summary, files, onStdout, input } = done;
  const transcript = call.transcript(report.durationMs);
  await writeFiles({ settings, terminal }, files, transcript, summary);
  if (onStdout !== undefined && onStdout !== 'ndjson') {
    await terminal.write(formatTranscript(transcript, onStdout));
  }
  for (const warning of report.warnings) terminal.warning(warningLine(input, warning));
  if (summary !== undefined) {
    terminal.log(summaryText(summary));
    if (summary.lateMs > 0) terminal.warning(`${summary.lateMs} ms of audio came too late to be transcribed`);
  }
  // A failure is a document of its own.
  if (summary?.failure) return;
  terminal.document({
    input,
    ...transcriptDocument(transcript),
    transcription: summary ?? null,
    files: files.map(({ path, format }) => ({ path, format })),
    ...(report.endedBy === undefined ? {} : { endedBy: report.endedBy, connections: report.connections }),
    warnings: report.warnings,
  });
}

/** Writes every file that can be written. Throws what kept the first of the others from it. */
async function writeFiles(
  { settings, terminal }: Pick<CommandContext, 'settings' | 'terminal'>,
  files: readonly TranscriptFile[],
  transcript: Transcript,
  summary: TranscriptionSummary | undefined,
): Promise<void> {
  const failures: unknown[] = [];
  for (const file of files) {
    try {
      await writeTranscript(file, transcript, settings.overwrite);
      terminal.result(`${printable(file.path)}: ${summary?.finals ?? 0} segments as ${file.format}`);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Why transcription was given up, as the command's error; what there is has been written before. */
function throwFailure(summary: TranscriptionSummary | undefined): void {
  if (!summary?.failure) return;
  const { code, message, hint, atMs } = summary.failure;
  throw new KvsrecError(code, `transcription was given up at ${(atMs / 1000).toFixed(1)} s: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

export function summaryText({
  finals,
  sessions,
  repeated,
  resentMs,
  silenceMs,
}: TranscriptionSummary): string {
  return (
    `${finals} segments in ${sessions} session${sessions === 1 ? '' : 's'}; ${resentMs} ms of audio sent again, ` +
    `${repeated} results repeated, ${silenceMs} ms of silence sent`
  );
}

export function eventText(event: TranscriptionEvent): string {
  if (event.event === 'session') {
    return `session ${event.session} begins at ${(event.fromMs / 1000).toFixed(3)} s of the call`;
  }
  return (
    `session ${event.session} broke at ${(event.atMs / 1000).toFixed(3)} s (${event.message}); ` +
    `the next one takes over at ${(event.resumedMs / 1000).toFixed(3)} s, in ${Math.round(event.waitMs)} ms`
  );
}
