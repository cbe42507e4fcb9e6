// The options of `kvsrec simulate`, and what they come to.

import { KvsrecError } from '../../errors.ts';
import type { SimulatorOptions, StreamOptions } from '../../simulator/index.ts';
import type { CommandContext, CommandOption } from '../command.ts';
import { choice, duration, wholeNumber, wrongValue } from '../option-value.ts';
import { durationOption, listenOptions, readServing } from '../serving.ts';
import type { TranscribeStandInOptions } from '../transcribe/stand-in.ts';
import { simulatedStreams } from './streams.ts';

export const SIMULATE_OPTIONS: readonly CommandOption[] = [
  {
    flags: '--stream <name=file>',
    description:
      'a stream and its dump; NAME alone is an empty stream; a name may be a whole ARN; may be repeated',
    group: 'Streams',
    several: true,
  },
  {
    flags: '--speed <factor>',
    description:
      'how many times faster than its timestamps a dump is played, or max: all of it there at once (default: 1)',
    group: 'Streams',
  },
  { flags: '--loop', description: 'begin again when a dump is through', group: 'Streams' },
  {
    flags: '--stamps <which>',
    description:
      'now: timestamps moved to when it is played; kept: as in the dump (default: now, kept at max speed)',
    group: 'Streams',
    choices: ['now', 'kept'],
  },
  {
    flags: '--max-gap <time>',
    description: 'cut longer pauses between fragments down to this',
    group: 'Streams',
  },
  {
    flags: '--begin <when>',
    description: 'now, or request: a call begins with the first GetMedia of its stream (default: now)',
    group: 'Streams',
    choices: ['now', 'request'],
  },
  {
    flags: '--retention <time>',
    description: 'how long a fragment is kept after it appeared (default: 24h)',
    group: 'Streams',
  },
  ...listenOptions('0'),
  { flags: '--account <id>', description: 'account in the ARNs (default: 111122223333)', group: 'Server' },
  {
    flags: '--session <time>',
    description: 'how long a session with GetMedia lasts before it ends (default: 45m)',
    group: 'Server',
  },
  {
    flags: '--after-fragment <reading>',
    description:
      'whether AfterFragmentNumber sends that fragment again: exclusive, inclusive or random (default: exclusive)',
    group: 'Server',
    choices: ['exclusive', 'inclusive', 'random'],
  },
  {
    flags: '--list-order <order>',
    description:
      'order of ListFragments: stream, or shuffled, as the service reserves the right to (default: stream)',
    group: 'Server',
    choices: ['stream', 'shuffled'],
  },
  { flags: '--no-quotas', description: 'lift the quotas of the service', group: 'Server' },
  {
    flags: '--fault <order>',
    description:
      'something to go wrong, as in cut:bytes=100000; docs/simulate.md has the grammar; may be repeated',
    group: 'Faults',
    several: true,
  },
  {
    flags: '--fault-seed <number>',
    description: 'seed of all that is random (default: 1)',
    group: 'Faults',
  },
  {
    flags: '--transcribe <script>',
    description: 'stand in for Amazon Transcribe streaming, too: recognises no speech, answers this script',
    group: 'Transcribe',
  },
  {
    flags: '--transcribe-audio <input>',
    description:
      'the call that the script is of, a dump or WAV file (default: the dump, if it is the only one)',
    group: 'Transcribe',
  },
  {
    flags: '--transcribe-keep <dir>',
    description: 'keep the audio of each session as a WAV file',
    group: 'Transcribe',
  },
  durationOption('Work'),
  {
    flags: '--exec <command>',
    description: 'run this in the shell with the environment set, and end with its status',
    group: 'Work',
  },
  {
    flags: '--trace',
    description: 'a line of JSON per request and per fragment sent, on standard error',
    group: 'Work',
  },
];

export interface Simulate extends SimulatorOptions {
  readonly streams: Record<string, StreamOptions>;
  readonly durationMs: number | undefined;
  readonly exec: string | undefined;
  readonly trace: boolean;
  readonly transcribe: TranscribeStandInOptions | undefined;
}

/**
 * Reads the options.
 * @throws KvsrecError with exit status 2.
 */
export function simulateOptions({ arguments: dumps, options, settings }: CommandContext): Simulate {
  const given = <T>(name: string, flag: string, read: (flag: string, text: string) => T): T | undefined =>
    options[name] === undefined ? undefined : read(flag, String(options[name]));
  const list = (name: string) => (options[name] as string[] | undefined) ?? [];
  const { host, port, durationMs } = readServing(options, 0);
  const values = {
    region: settings.region,
    accountId: given('account', '--account', (flag, text) => {
      if (!/^\d{12}$/.test(text)) throw wrongValue(flag, text, 'an account id of 12 digits');
      return text;
    }),
    speed: given('speed', '--speed', speed),
    loop: options.loop === true,
    stamps: given('stamps', '--stamps', choice(['now', 'kept'])),
    maxGapMs: given('maxGap', '--max-gap', duration),
    begin: given('begin', '--begin', choice(['now', 'request'])),
    retentionMs: given('retention', '--retention', duration),
    sessionMs: given('session', '--session', duration),
    afterFragment: given('afterFragment', '--after-fragment', choice(['exclusive', 'inclusive', 'random'])),
    listOrder: given('listOrder', '--list-order', choice(['stream', 'shuffled'])),
    seed: given('faultSeed', '--fault-seed', wholeNumber(0, 2 ** 32 - 1)),
  };
  const named = [...list('stream'), ...dumps];
  const streams = named.length === 0 && options.transcribe !== undefined ? {} : simulatedStreams(named);
  return {
    ...(Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== undefined),
    ) as SimulatorOptions),
    host,
    port,
    quotas: options.quotas !== false,
    faults: list('fault'),
    streams,
    transcribe: transcribeOptions(options, streams, values.speed, host),
    durationMs,
    exec: given('exec', '--exec', (_, text) => text),
    trace: options.trace === true,
  };
}

function transcribeOptions(
  { transcribe, transcribeAudio, transcribeKeep }: Readonly<Record<string, unknown>>,
  streams: Readonly<Record<string, StreamOptions>>,
  speed: number | 'max' | undefined,
  host: string | undefined,
): TranscribeStandInOptions | undefined {
  if (transcribe === undefined) {
    for (const [flag, value] of [
      ['--transcribe-audio', transcribeAudio],
      ['--transcribe-keep', transcribeKeep],
    ]) {
      if (value !== undefined) {
        throw new KvsrecError('conflicting-options', `${flag} is of no use without --transcribe`, {
          exitCode: 2,
          hint: 'Give the script of the stand-in: --transcribe SCRIPT.',
        });
      }
    }
    return undefined;
  }
  const dumps = Object.values(streams).flatMap(({ dump }) => (typeof dump === 'string' ? [dump] : []));
  const text = (value: unknown) => (value === undefined ? undefined : String(value));
  return {
    script: String(transcribe),
    audio: text(transcribeAudio) ?? (dumps.length === 1 ? dumps[0] : undefined),
    keep: text(transcribeKeep),
    speed,
    host,
  };
}

function speed(flag: string, text: string): number | 'max' {
  if (text === 'max') return text;
  const factor = /^(\d+(\.\d+)?|\.\d+)x?$/.test(text) ? Number.parseFloat(text) : 0;
  if (!(factor > 0)) throw wrongValue(flag, text, 'a factor above 0, or max');
  return factor;
}
