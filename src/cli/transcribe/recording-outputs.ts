// What `record --transcribe` was told to write: formats, beside the recording's files, or files of given names.

import { KvsrecError } from '../../errors.ts';
import { formatOfFile, TRANSCRIPT_FORMATS, type TranscriptFormat } from '../../transcript/format.ts';
import { usage } from '../record/options.ts';

export interface TranscriptOutputs {
  /** Files in the folder, named as the recording's are. */
  formats: readonly TranscriptFormat[];
  folder: string | undefined;
  /** Files whose names were given. */
  paths: readonly string[];
}

/** What the command does: the recording's folder, if it has one, and whether it is of one call. */
export interface RecordingKind {
  folder: string | undefined;
  oneCall: boolean;
}

/**
 * The outputs of `--transcribe [what]`: formats and file names, comma-separated; `json` where nothing was named and there
 * is a folder.
 * @throws KvsrecError `bad-format`, `bad-usage` (exit 2).
 */
export function transcriptOutputs(given: unknown, { folder, oneCall }: RecordingKind): TranscriptOutputs {
  if (typeof given !== 'string') return { formats: folder === undefined ? [] : ['json'], folder, paths: [] };
  const formats = new Set<TranscriptFormat>();
  const paths = new Set<string>();
  for (const name of given.split(',').map((one) => one.trim())) {
    const format = TRANSCRIPT_FORMATS.find((one) => one === name);
    if (format !== undefined) formats.add(format);
    else if (formatOfFile(name) !== undefined) paths.add(name);
    else throw unknown(name);
  }
  if (folder === undefined && formats.size > 0) {
    throw usage(
      '--transcribe: with -o - there is no folder for the transcript',
      'Name its file, as in --transcribe call.srt; the words appear on standard error anyway.',
    );
  }
  if (!oneCall && paths.size > 0) {
    throw usage(
      '--transcribe: several calls cannot share a file',
      'Name formats, as in --transcribe srt,json: each call gets files of its own.',
    );
  }
  return { formats: [...formats], folder, paths: [...paths] };
}

function unknown(name: string): KvsrecError {
  return new KvsrecError('bad-format', `"${name}" is no format of transcripts`, {
    exitCode: 2,
    hint: `There is ${TRANSCRIPT_FORMATS.join(', ')}, and file names that end in one, as call.srt.`,
  });
}
