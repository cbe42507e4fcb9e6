// `kvsrec report`: a call as a page to look at and listen to.

import { KvsrecError } from '../../errors.ts';
import { FileOwners } from '../../recording/file-owners.ts';
import type { InputReport } from '../../recording/types.ts';
import type { FoundRecording } from '../../report/recordings.ts';
import type { FoundReport } from '../../report/report-found.ts';
import type { AudioChoice } from '../../report/write-report.ts';
import { awsSettings } from '../aws-settings.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { statusOfWarnings, worstStatus } from '../exit-status.ts';
import { inputSize, openInput } from '../open-input.ts';
import { startProgress } from '../progress.ts';
import { readText } from '../read-text.ts';
import { recordingOptions } from '../recording-options.ts';
import { reportSummary } from '../report/summary.ts';
import { asKvsrecError, type ErrorDocument, errorDocument, printError } from '../report-error.ts';
import { refuseDuplicates } from '../split/duplicates.ts';
import { warningLine } from '../split/summary.ts';
import { unlessCutShort, untilAborted } from '../until-aborted.ts';
import { requireWritable } from '../writable-folder.ts';

export const report: CommandDefinition = {
  description:
    'Writes an HTML page per call: both directions as waveforms on one time axis, to be played and searched, with ' +
    'silence, gaps, reconnections and fragment boundaries marked and the transcript beside them. The page needs no ' +
    'network and can be sent to somebody as it is.',
  argumentDescriptions: [
    'dumps, s3://bucket/key, - for standard input, or WAV files as "kvsrec split" names them',
  ],
  options: [
    {
      flags: '--transcript <file>',
      description:
        'the call’s transcript (- for standard input), as "kvsrec transcribe --format json" writes it',
      group: 'Report',
    },
    { flags: '--png', description: 'draw the waveforms as a picture, too', group: 'Report' },
    {
      flags: '--audio <where>',
      description:
        'embed the audio in the page, put it beside, or leave it out (none) (default: embed up to 20 minutes, beside ' +
        'the page from there on)',
      group: 'Report',
      choices: ['embed', 'beside', 'none'],
    },
  ],
  examples: [
    {
      line: 'kvsrec report fixtures/demo-call.mkv --transcript fixtures/demo-call.json -o calls',
      does: 'a call with its transcript',
    },
    {
      line: 'kvsrec report fixtures/two-contacts.mkv -o calls --png --json',
      does: 'a page and a picture per contact; what was written as JSON',
    },
    {
      line: 'kvsrec split fixtures/demo-call.mkv -o calls && kvsrec report calls/*.wav -o calls',
      does: 'from the files of an earlier split',
    },
  ],
  run,
};

type Reported = InputReport | FoundReport;

const WAV = /^(?!s3:).*\.wav$/i;

async function run(context: CommandContext): Promise<number> {
  const { arguments: inputs, options, settings, terminal, signal } = context;
  const given = typeof options.transcript === 'string' ? [options.transcript] : [];
  refuseDuplicates([...inputs, ...given]);
  requireWritable(settings.out);
  const audio = audioChoice(options.audio);
  const [{ reportSource }, { reportFound }, { findRecordings }, { transcriptOf, segmentsFor }] =
    await Promise.all([
      import('../../report/report-source.ts'),
      import('../../report/report-found.ts'),
      import('../../report/recordings.ts'),
      import('../../report/transcript-file.ts'),
    ]);
  const [file] = given;
  const transcript =
    file === undefined ? null : transcriptOf(await readText(file, awsSettings(settings), signal), file);
  const dumps = inputs.filter((input) => !WAV.test(input));
  const recordings = findRecordings(inputs.filter((input) => WAV.test(input)));
  const alone = dumps.length + recordings.length === 1;
  const shared = { audio, png: options.png === true, transcript, alone };
  const progress = startProgress(terminal, dumps.map(inputSize));
  const owners = new FileOwners();
  const ofDump = async (input: string, index: number): Promise<Reported> => {
    const source = await openInput(input, awsSettings(settings));
    try {
      return await reportSource(
        untilAborted(source, signal),
        settings.out,
        // A page is a time axis, whatever a config file says of the files that `split` writes.
        { ...shared, recording: { ...recordingOptions(settings), timeline: 'aligned' } },
        { signal, onProgress: (bytes) => progress.update(index, bytes), claim: owners.claimFor(input) },
      );
    } finally {
      await source.close();
      progress.finish(index);
    }
  };
  const ofRecording = (found: FoundRecording): Promise<Reported> =>
    reportFound(found, settings.out, {
      ...shared,
      nameTemplate: settings.name,
      overwrite: settings.overwrite,
      claim: owners.claimFor(found.name),
    });

  const tasks = [
    ...dumps.map((input, index) => ({ input, write: () => ofDump(input, index) })),
    ...recordings.map((found) => ({ input: found.name, write: () => ofRecording(found) })),
  ];
  const outcomes: (Reported | { input: string; error: ErrorDocument })[] = [];
  const statuses: number[] = [];
  let pages = 0;
  let spoken = 0;
  try {
    for (const { input, write } of tasks) {
      if (signal.aborted) break;
      try {
        const result = await write();
        outcomes.push(result);
        for (const { contactId } of result.contacts) {
          pages++;
          if (segmentsFor(transcript, contactId, alone && result.contacts.length === 1) !== null) spoken++;
        }
        statuses.push(statusOfWarnings(result.warnings));
        terminal.result(reportSummary(result, terminal.paint));
        for (const warning of result.warnings) terminal.warning(warningLine(input, warning));
      } catch (cause) {
        const thrown = unlessCutShort(cause, signal);
        // A single input's error is the command's error, and is reported as such.
        if (tasks.length === 1 || signal.aborted) throw thrown;
        const error = asKvsrecError(thrown);
        outcomes.push({ input, error: errorDocument(error) });
        statuses.push(error.exitCode);
        terminal.clearProgress?.();
        await printError(error, terminal.modes);
      }
    }
  } finally {
    progress.stop();
  }
  if (transcript !== null && pages > 0 && spoken === 0) {
    const whose =
      transcript.contactId === null ? 'names no contact' : `is of contact ${transcript.contactId}`;
    terminal.warning(`${options.transcript}: the transcript ${whose}, so that it is on none of the pages`);
  }
  terminal.document({ inputs: outcomes });
  return worstStatus(statuses);
}

function audioChoice(value: unknown): AudioChoice {
  if (value === undefined) return 'auto';
  if (value === 'embed' || value === 'beside' || value === 'none' || value === 'auto') return value;
  throw new KvsrecError('bad-option', `--audio: expected embed, beside, none or auto, not "${value}"`, {
    exitCode: 2,
    hint: 'See "kvsrec report --help".',
  });
}
