// `kvsrec merge`: two WAV files to one.

import type { MergeLayout } from '../../audio/merge.ts';
import { KvsrecError } from '../../errors.ts';
import { tellResult } from '../audio-result.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { withWavs } from '../open-wav.ts';

export const merge: CommandDefinition = {
  description:
    'Lays one WAV file over another: both directions of a call in one file, as a mix or, with --stereo, side by ' +
    'side. The result is as long as the longer of them, 16-bit PCM at their rate.',
  argumentDescriptions: [
    'a WAV file, or - for standard input; left in stereo',
    'the other one; right in stereo',
    'the file to write',
  ],
  options: [
    { flags: '--stereo', description: 'the first on the left, the second on the right', group: 'Audio' },
  ],
  examples: [
    {
      line: 'kvsrec merge fixtures/sources/voices/1-agent.wav fixtures/sources/voices/2-customer.wav both.wav',
      does: 'the sum of both',
    },
    {
      line: 'kvsrec merge fixtures/sources/voices/2-customer.wav fixtures/sources/voices/1-agent.wav both.wav --stereo --json',
      does: 'customer left, agent right; the result as JSON',
    },
  ],
  run,
};

async function run({
  arguments: files,
  options,
  settings,
  terminal,
  signal,
}: CommandContext): Promise<number> {
  const [first = '', second = '', output = ''] = files;
  if (first === '-' && second === '-') {
    throw new KvsrecError('duplicate-input', 'standard input is given twice', {
      exitCode: 2,
      hint: 'Give - for one of the two, at most.',
    });
  }
  const layout: MergeLayout = options.stereo === true ? 'stereo' : 'mix';
  const [{ mergeWav }, { writeWav }] = await Promise.all([
    import('../../audio/merge.ts'),
    import('../../recording/wav-output.ts'),
  ]);
  return await withWavs([first, second], output, signal, async (readers) => {
    const merged = mergeWav(readers[0]!, readers[1]!, layout);
    const written = await writeWav(output, merged, { overwrite: settings.overwrite, signal });
    return tellResult(terminal, written, readers, { layout });
  });
}
