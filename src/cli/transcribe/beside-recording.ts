// `record --transcribe`: the transcript of a call while it is recorded, from the same connection. Whatever becomes of
// it, the recording goes on.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkedTranscribeSettings } from '../../aws/transcribe/settings.ts';
import type { Settings } from '../../config/resolve-settings.ts';
import type { AudioTap } from '../../recording/audio-tap.ts';
import { DEFAULT_NAME, fileName } from '../../recording/file-name.ts';
import type { TranscriptFormat } from '../../transcript/format.ts';
import type { TranscriptionSummary } from '../../transcription/options.ts';
import type { CommandContext } from '../command.ts';
import { DAMAGED, DONE, FAILED, worstStatus } from '../exit-status.ts';
import { printable } from '../printable.ts';
import { asKvsrecError, printError } from '../report-error.ts';
import type { CallFacts } from './call-audio.ts';
import { type LeftTranscript, TranscriptJournal } from './journal.ts';
import { LiveView, tintFor } from './live-view.ts';
import { type TranscriptFile, transcriptFiles, writeTranscript } from './outputs.ts';
import type { TranscriptOutputs } from './recording-outputs.ts';
import { callTranscript, summaryText, transcribeSettings } from './run.ts';
import { TappedCall } from './tapped-call.ts';
import { tellOfCall } from './tell.ts';

export interface RecordingTranscript {
  tap: AudioTap;
  /** Whether segments are shown as they come, so that nothing else draws on the terminal. */
  shows: boolean;
  /**
   * The recording is over, or was left `unfinished` for another process to go on with: waits for the last words and
   * writes the files. Never throws.
   */
  finish(unfinished?: boolean): Promise<FinishedTranscript>;
}

export interface FinishedTranscript {
  status: number;
  document: {
    files: { path: string; format: TranscriptFormat }[];
    summary: TranscriptionSummary | null;
  };
}

export interface RecordingTranscriptOptions {
  outputs: TranscriptOutputs;
  /** Where segments are shown as they come, and files told of. */
  show: 'stdout' | 'stderr' | 'nowhere';
  /** Where it is kept while it is made; undefined where the recording leaves no files. */
  journal?: string | undefined;
  /** What an earlier process has left. */
  left?: LeftTranscript | undefined;
}

const ENDINGS: Record<TranscriptFormat, string> = {
  text: 'txt',
  json: 'json',
  ndjson: 'ndjson',
  srt: 'srt',
  vtt: 'vtt',
};

/**
 * Prepares a transcript.
 * @throws KvsrecError `transcribe-settings`, `file-exists` (exit 2), before anything is recorded.
 */
export async function transcriptOfRecording(
  context: CommandContext,
  { outputs, show, journal: place, left }: RecordingTranscriptOptions,
): Promise<RecordingTranscript> {
  const { settings, terminal } = context;
  const channels = settings.sessions === 'together' && settings.track === 'both' ? 2 : 1;
  checkedTranscribeSettings({ ...transcribeSettings(settings), channels });
  transcriptFiles(outputs.paths, undefined, settings.overwrite);
  const shows = show !== 'nowhere' && !terminal.modes.json && !terminal.modes.quiet;
  const stream = show === 'stderr' ? process.stderr : process.stdout;
  const view = shows ? new LiveView(stream, await tintFor(stream, terminal.modes.color)) : undefined;
  const journal = place === undefined ? undefined : journalAt(place, settings, outputs);
  const transcript = await callTranscript(context, {
    pace: settings.pace,
    keepSegments: true,
    sinks: view ? [view] : [],
    view,
    journal,
    resumed: left,
  });
  const call = new TappedCall(transcript, {
    track: settings.track,
    ...tellOfCall(terminal),
    resumed: left?.facts,
  });
  if (left) left.replay(transcript);
  if (view) terminal.clearProgress = () => view.clear();
  const tell = (text: string) => (show === 'stdout' ? terminal.result(text) : terminal.note(text));
  return {
    tap: call,
    shows,
    async finish(unfinished = false) {
      const { summary, tableFailure } = await transcript.end();
      view?.stop();
      terminal.clearProgress = undefined;
      const problems: unknown[] = [call.failure, tableFailure, journal?.failure].filter(
        (one) => one !== undefined,
      );
      const files: TranscriptFile[] = [];
      try {
        for (const file of unfinished ? [] : filesOf(outputs, transcript.facts, settings)) {
          await writeTranscript(file, transcript.transcript(Math.round(call.lengthMs)), settings.overwrite);
          files.push(file);
          tell(`transcript: ${printable(file.path)}`);
        }
        if (files.length > 0) journal?.remove();
        else if (!unfinished && journal !== undefined && existsSync(journal.path)) {
          // It may be all there is of what was said.
          terminal.warning(`no transcript was written; the words so far are kept in ${journal.path}`);
        }
      } catch (error) {
        problems.push(error);
      }
      if (summary?.failure) {
        const { code, message, hint } = summary.failure;
        const text = `transcription was given up at ${(summary.failure.atMs / 1000).toFixed(1)} s: ${message}`;
        terminal.warning(hint === undefined ? text : `${text} (${code}). ${hint}`);
      }
      for (const problem of problems)
        await printError(asKvsrecError(problem), { ...terminal.modes, json: false });
      if (summary) terminal.log(summaryText(summary));
      const whole = (summary === undefined || summary.complete) && (left === undefined || left.whole);
      const status = worstStatus([problems.length > 0 ? FAILED : DONE, whole ? DONE : DAMAGED]);
      return { status, document: { files, summary: summary ?? null } };
    },
  };
}

function journalAt(
  place: string,
  settings: Settings,
  { formats, paths }: TranscriptOutputs,
): TranscriptJournal {
  const { sessions, table, tableToCustomer, savePartials, ttlDays, vocabulary, vocabularyFilter } = settings;
  const { vocabularies: _, vocabularyFilters: __, ...rest } = transcribeSettings(settings);
  return new TranscriptJournal(place, {
    formats: [...formats],
    paths: paths.map((path) => resolve(path)),
    settings: {
      ...rest,
      vocabulary,
      vocabularyFilter,
      sessions,
      table,
      tableToCustomer,
      savePartials,
      ttlDays,
    },
  });
}

/** The files to write, once it is known what the call is. */
function filesOf(
  { formats, paths, folder }: TranscriptOutputs,
  facts: CallFacts | undefined,
  settings: Settings,
): TranscriptFile[] {
  if (facts === undefined) return [];
  const named = formats.map((format) => join(folder ?? '.', nameOf(facts, settings.name, format)));
  const files = transcriptFiles([...named, ...paths], undefined, settings.overwrite);
  return files.map((file, index) => ({ ...file, format: formats[index] ?? file.format }));
}

/** Named as the recording's files are. */
function nameOf(
  facts: Pick<CallFacts, 'contactId' | 'startMs'>,
  template: string | undefined,
  format: TranscriptFormat,
): string {
  const name = fileName(template ?? DEFAULT_NAME, {
    contactId: facts.contactId,
    startMs: facts.startMs ?? 0,
    what: 'TRANSCRIPT',
    direction: 'both',
    layout: 'transcript',
  });
  return `${name}.${ENDINGS[format]}`;
}
