// `kvsrec split`: dumps to audio files.

import type { Settings } from '../../config/resolve-settings.ts';
import { KvsrecError } from '../../errors.ts';
import type { RecordingOptions } from '../../recording/types.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { statusOfWarnings, worstStatus } from '../exit-status.ts';
import { inputSize } from '../open-input.ts';
import { startProgress } from '../progress.ts';
import { printError } from '../report-error.ts';
import { refuseDuplicates } from '../split/collision.ts';
import { splitInputs } from '../split/split-inputs.ts';
import { splitSummary, warningLine } from '../split/summary.ts';
import { isFailure, type SplitFailure, type SplitOutcome } from '../split/task.ts';

export const split: CommandDefinition = {
  description:
    'Writes the audio of every contact in a dump of a Kinesis video stream to files. By default there are two WAV ' +
    'files per contact, one per direction, of the same length, with every block where its timestamp says.',
  argumentDescriptions: ['files, or - for standard input'],
  examples: [
    { line: 'kvsrec split fixtures/demo-call.mkv -o calls', does: 'one file per direction' },
    {
      line: 'kvsrec split fixtures/demo-call.mkv -o calls --layout stereo,mix --json',
      does: 'customer left and agent right, and a mono mix; the result as JSON',
    },
    { line: 'kvsrec split - -o calls --overwrite < fixtures/demo-call.mkv', does: 'from standard input' },
  ],
  run,
};

async function run({ arguments: inputs, settings, terminal, signal }: CommandContext): Promise<number> {
  refuseDuplicates(inputs);
  const options = recordingOptions(settings);
  const progress = startProgress(terminal, inputs.map(inputSize));
  const outcomes: SplitOutcome[] = [];
  try {
    const pending = splitInputs(
      inputs.map((input) => ({ input, outDir: settings.out, options })),
      {
        jobs: settings.jobs === 'auto' ? (await import('node:os')).availableParallelism() : settings.jobs,
        signal,
        onProgress: progress.update,
      },
    );
    pending.forEach((promise, index) => void promise.then(() => progress.finish(index)));
    for (const promise of pending) {
      const outcome = await promise;
      outcomes.push(outcome);
      // A single input's error is the command's error, and is reported as such.
      if (isFailure(outcome) && inputs.length === 1) throw thrownAgain(outcome);
      await tell(outcome, terminal);
    }
  } finally {
    progress.stop();
  }
  terminal.document({ inputs: outcomes.map(forDocument) });
  return worstStatus(
    outcomes.map((outcome) => (isFailure(outcome) ? 1 : statusOfWarnings(outcome.warnings))),
  );
}

async function tell(outcome: SplitOutcome, terminal: CommandContext['terminal']): Promise<void> {
  if (isFailure(outcome)) {
    terminal.clearProgress?.();
    await printError(thrownAgain(outcome), terminal.modes);
    return;
  }
  terminal.result(splitSummary(outcome, terminal.paint));
  for (const warning of outcome.warnings) terminal.warning(warningLine(outcome.input, warning));
}

/** The error behind a failure, with the stack it had in the thread where it was thrown. */
function thrownAgain({ error, exitCode, stack }: SplitFailure): KvsrecError {
  const again = new KvsrecError(error.code, error.message, { hint: error.hint ?? undefined, exitCode });
  again.stack = stack;
  return again;
}

function forDocument(outcome: SplitOutcome): unknown {
  return isFailure(outcome) ? { input: outcome.input, error: outcome.error } : outcome;
}

/** The settings as the engine takes them. Digests are for scripts, so they are made for `--json` only. */
function recordingOptions(settings: Settings): RecordingOptions {
  return {
    layouts: settings.layout,
    track: settings.track,
    timeline: settings.timeline,
    gapToleranceMs: settings.gapTolerance,
    contactId: settings.contactId,
    match: settings.match,
    nameTemplate: settings.name,
    overwrite: settings.overwrite,
    digest: settings.json,
  };
}
