// `kvsrec transcribe`: a call's words, live and from files.

import type { CommandContext, CommandDefinition } from '../command.ts';
import { SOURCE_OPTIONS } from '../record/options.ts';

export const transcribe: CommandDefinition = {
  description:
    'Transcribes a call with Amazon Transcribe streaming: from a WAV file, a dump, standard input, or a Kinesis video ' +
    'stream, live or afterwards. Each segment has its direction and its time on the call’s clock, however many sessions it takes.',
  argumentDescriptions: ['a WAV file (stereo: customer left, agent right), a dump, or - for standard input'],
  options: [
    ...SOURCE_OPTIONS,
    {
      flags: '-o, --output <file>',
      description: 'write the transcript to this file, in the format of its name; may be repeated',
      several: true,
    },
    {
      flags: '--format <format>',
      description: 'text, json, ndjson, srt or vtt; on standard output unless -o says where',
      choices: ['text', 'json', 'ndjson', 'srt', 'vtt'],
    },
  ],
  examples: [
    {
      line: 'kvsrec transcribe fixtures/demo-call.mkv --language en-US',
      does: 'the words as they are spoken',
    },
    {
      line: 'kvsrec transcribe fixtures/demo-call.mkv --language en-US --pace 10 -o call.srt -o call.json',
      does: 'subtitles and JSON, at ten times the pace',
    },
    {
      line: 'kvsrec transcribe --stream-name demo-call --start earliest --idle-timeout 2s --language en-US --format vtt',
      does: 'a call that goes on, from the oldest fragment that the stream has',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { runTranscribe } = await import('../transcribe/run.ts');
  return await runTranscribe(context);
}
