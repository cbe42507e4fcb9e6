// `kvsrec redact`: passages of a WAV file silenced or bleeped.

import type { TimeRange } from '../../audio/redact.ts';
import type { WavReader } from '../../audio/wav-reader.ts';
import { KvsrecError } from '../../errors.ts';
import type { WrittenWav } from '../../recording/wav-output.ts';
import { awsSettings } from '../aws-settings.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { durationText } from '../duration-text.ts';
import { readText } from '../read-text.ts';
import { rangesOfJson, timeRanges } from '../time-range.ts';
import { writeAudio } from '../write-audio.ts';

export const redact: CommandDefinition = {
  description:
    'Takes passages out of a WAV file: silence or a tone in their place, everything else sample for sample as it ' +
    'was. The length does not change.',
  argumentDescriptions: ['a WAV file, - for standard input, or s3://bucket/key', 'the file to write'],
  options: [
    {
      flags: '--range <begin-end>',
      description: 'passages, comma-separated: 1000-2000 (milliseconds), 1s-2.5s, 1:05-1:07.5',
      group: 'Audio',
    },
    {
      flags: '--ranges <file>',
      description:
        'passages from a JSON file (- for standard input): [{"begin": 1000, "end": 2000}, …] in milliseconds',
      group: 'Audio',
    },
    { flags: '--tone', description: 'a 1 kHz tone instead of silence', group: 'Audio' },
  ],
  examples: [
    {
      line: 'kvsrec redact fixtures/sources/voices/2-customer.wav redacted.wav --range 500-900,1s-1.5s',
      does: 'two passages silenced',
    },
    {
      line: 'kvsrec redact fixtures/sources/voices/2-customer.wav redacted.wav --range 0:00-0:01 --tone --json',
      does: 'a tone over the first second; the result as JSON',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const [input = '', output = ''] = context.arguments;
  const ranges = await passages(input, context);
  const fill = context.options.tone === true ? 'tone' : 'silence';
  const { redactWav } = await import('../../audio/redact.ts');
  const make = (readers: WavReader[]) => redactWav(readers[0]!, ranges, fill);
  const facts = { redacted: ranges };
  return await writeAudio(context, [input], output, make, facts, (written) => behindTheEnd(ranges, written));
}

/** A passage that the recording does not have may belong to another one, in which what was to go is still there. */
function behindTheEnd(ranges: readonly TimeRange[], { durationMs }: WrittenWav) {
  return ranges
    .filter(({ begin, end }) => end > begin && begin >= durationMs)
    .map(({ begin, end }) => ({
      code: 'range-behind-end',
      message:
        `the passage from ${durationText(begin)} to ${durationText(end)} lies behind the end of the recording at ` +
        `${durationText(durationMs)}; nothing was taken out there`,
    }));
}

async function passages(input: string, { options, settings, signal }: CommandContext): Promise<TimeRange[]> {
  const ranges: TimeRange[] = [];
  if (typeof options.range === 'string') ranges.push(...timeRanges(options.range));
  if (typeof options.ranges === 'string') {
    if (options.ranges === '-' && input === '-') {
      throw new KvsrecError('duplicate-input', 'standard input is given twice', {
        exitCode: 2,
        hint: 'Give - for the recording or for its passages.',
      });
    }
    const text = await readText(options.ranges, awsSettings(settings), signal);
    ranges.push(...rangesOfJson(text, options.ranges));
  }
  if (ranges.some(({ begin, end }) => end > begin)) return ranges;
  // Written without a passage taken out, the copy would only look redacted.
  throw new KvsrecError('missing-range', 'no passage of any length was given', {
    exitCode: 2,
    hint: 'Give --range 1000-2000 or --ranges FILE.',
  });
}
