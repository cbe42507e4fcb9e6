// `kvsrec merge`: two WAV files to one.

import type { MergeLayout } from '../../audio/merge.ts';
import type { WavReader } from '../../audio/wav-reader.ts';
import { KvsrecError } from '../../errors.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { writeAudio } from '../write-audio.ts';

export const merge: CommandDefinition = {
  description:
    'Lays one WAV file over another: both directions of a call in one file, as a mix or, with --stereo, side by ' +
    'side. The result is as long as the longer of them, 16-bit PCM at their rate.',
  argumentDescriptions: [
    'a WAV file, - for standard input, or s3://bucket/key; left in stereo',
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

async function run(context: CommandContext): Promise<number> {
  const [first = '', second = '', output = ''] = context.arguments;
  if (first === '-' && second === '-') {
    throw new KvsrecError('duplicate-input', 'standard input is given twice', {
      exitCode: 2,
      hint: 'Give - for one of the two, at most.',
    });
  }
  const layout: MergeLayout = context.options.stereo === true ? 'stereo' : 'mix';
  const { mergeWav } = await import('../../audio/merge.ts');
  const make = (readers: WavReader[]) => mergeWav(readers[0]!, readers[1]!, layout);
  return await writeAudio(context, [first, second], output, make, { layout });
}
