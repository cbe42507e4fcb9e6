// `record --transcribe`: the transcript of a call while it is recorded, from the same connection. Whatever becomes of
// it, the recording goes on.

import { join } from 'node:path';
import { checkedTranscribeSettings } from '../../aws/transcribe/settings.ts';
import { KvsrecError } from '../../errors.ts';
import type { AudioTap } from '../../recording/audio-tap.ts';
import { DEFAULT_NAME, fileName } from '../../recording/file-name.ts';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from '../../transcript/format.ts';
import type { TranscriptionSummary } from '../../transcription/options.ts';
import type { CommandContext } from '../command.ts';
import { DAMAGED, DONE, FAILED, worstStatus } from '../exit-status.ts';
import { printable } from '../printable.ts';
import { asKvsrecError, printError } from '../report-error.ts';
import { LiveView, tintFor } from './live-view.ts';
import { transcriptFiles, writeTranscript } from './outputs.ts';
import { callTranscript, summaryText, transcribeSettings } from './run.ts';
import { TappedCall } from './tapped-call.ts';
import { tellOfCall } from './tell.ts';

export interface RecordingTranscript {
  tap: AudioTap;
  /** Whether segments are shown as they come, so that nothing else draws on the terminal. */
  shows: boolean;
  /** The recording is over: waits for the last words and writes the files into the folder. Never throws. */
  finish(folder: string): Promise<{ status: number; document: unknown }>;
}

const ENDINGS: Record<TranscriptFormat, string> = {
  text: 'txt',
  json: 'json',
  ndjson: 'ndjson',
  srt: 'srt',
  vtt: 'vtt',
};

/**
 * Prepares a transcript in the formats given, `json` if none is.
 * @throws KvsrecError `bad-format`, `transcribe-settings` (exit 2), before anything is recorded.
 */
export async function transcriptOfRecording(
  context: CommandContext,
  given: unknown,
): Promise<RecordingTranscript> {
  const { settings, terminal } = context;
  const formats = formatsOf(given);
  const channels = settings.sessions === 'together' && settings.track === 'both' ? 2 : 1;
  checkedTranscribeSettings({ ...transcribeSettings(settings), channels });
  const shows = !terminal.modes.json && !terminal.modes.quiet;
  const view = shows
    ? new LiveView(process.stdout, await tintFor(process.stdout, terminal.modes.color))
    : undefined;
  const transcript = await callTranscript(context, {
    pace: undefined,
    keepSegments: true,
    sinks: view ? [view] : [],
    view,
  });
  const call = new TappedCall(transcript, { track: settings.track, ...tellOfCall(terminal) });
  if (view) terminal.clearProgress = () => view.clear();
  return {
    tap: call,
    shows,
    async finish(folder) {
      const { summary, tableFailure } = await transcript.end();
      view?.stop();
      terminal.clearProgress = undefined;
      const problems: unknown[] = [call.failure, tableFailure].filter((problem) => problem !== undefined);
      const files: { path: string; format: TranscriptFormat }[] = [];
      try {
        const paths = formats.map((format) => join(folder, nameOf(transcript.facts, settings.name, format)));
        if (transcript.facts !== undefined) {
          for (const [index, file] of transcriptFiles(paths, undefined, settings.overwrite).entries()) {
            const made = { ...file, format: formats[index]! };
            await writeTranscript(made, transcript.transcript(Math.round(call.lengthMs)));
            files.push(made);
            terminal.result(`transcript: ${printable(made.path)}`);
          }
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
      const status = worstStatus([
        problems.length > 0 ? FAILED : DONE,
        summary === undefined || summary.complete ? DONE : DAMAGED,
      ]);
      return { status, document: { files, summary: summary ?? (null as TranscriptionSummary | null) } };
    },
  };
}

function formatsOf(given: unknown): TranscriptFormat[] {
  const names = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : ['json'];
  return [...new Set(names)].map((name) => {
    const format = TRANSCRIPT_FORMATS.find((one) => one === name);
    if (format !== undefined) return format;
    throw new KvsrecError('bad-format', `"${name}" is no format of transcripts`, {
      exitCode: 2,
      hint: `There is ${TRANSCRIPT_FORMATS.join(', ')}.`,
    });
  });
}

/** Named as the recording's files are. */
function nameOf(
  facts: { contactId: string | null; startMs: number | null } | undefined,
  template: string | undefined,
  format: TranscriptFormat,
): string {
  const name = fileName(template ?? DEFAULT_NAME, {
    contactId: facts?.contactId ?? null,
    startMs: facts?.startMs ?? 0,
    what: 'TRANSCRIPT',
    direction: 'both',
    layout: 'transcript',
  });
  return `${name}.${ENDINGS[format]}`;
}
