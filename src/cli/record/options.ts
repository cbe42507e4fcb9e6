// What `record` is told on the command line, as the capture engine takes it.
import type { CallReference } from '../../aws/call-event.ts';
import type { StreamId } from '../../aws/stream-id.ts';
import type { Settings } from '../../config/resolve-settings.ts';
import { KvsrecError } from '../../errors.ts';
import type { Clock, MediaStart } from '../../recording/capture/media-source.ts';
import type { CaptureRequest } from '../../recording/capture/request.ts';
import type { RecordingOptions } from '../../recording/types.ts';
import type { CommandOption } from '../command.ts';
import { recordingOptions } from '../recording-options.ts';

const GROUP = 'Where from';

export const SOURCE_OPTIONS: readonly CommandOption[] = [
  { flags: '--stream-arn <arn>', description: 'the stream, by its ARN', group: GROUP },
  { flags: '--stream-name <name>', description: 'the stream, by its name', group: GROUP },
  {
    flags: '--event <file>',
    description: 'the event of a flow, of an invocation or a contact record, or - for standard input',
    group: GROUP,
  },
  {
    flags: '--instance-id <id>',
    description: 'with --contact-id: ask Amazon Connect for the stream',
    group: GROUP,
  },
  { flags: '--fragment <number>', description: 'begin with this fragment', group: GROUP },
  {
    flags: '--start <when>',
    description: 'begin at now, earliest or an ISO time (default: now)',
    choices: ['now', 'earliest'],
    group: GROUP,
  },
  {
    flags: '--start-clock <clock>',
    description: 'timestamps that --start and --end mean: server or producer (default: server)',
    choices: ['server', 'producer'],
    group: GROUP,
  },
  { flags: '--continuation-token <token>', description: 'begin after this continuation token', group: GROUP },
  { flags: '--end <time>', description: 'end at this ISO time of the stream', group: GROUP },
  { flags: '--stop-fragment <number>', description: 'end with this fragment', group: GROUP },
  {
    flags: '--archive',
    description: 'read what the stream retains, not live; the default for calls that have ended',
    group: GROUP,
  },
  { flags: '--no-archive', description: 'read by GetMedia, even a call that has ended', group: GROUP },
];

/** One call to record. */
export interface CallPlan {
  stream: StreamId;
  request: CaptureRequest;
  recording: RecordingOptions;
}

/** Values of `SOURCE_OPTIONS`, by camel-cased name. */
export type SourceOptions = Readonly<Record<string, unknown>>;

/** The service's beginning: nothing is retained from before. */
const KINESIS_VIDEO_LAUNCH_MS = Date.UTC(2017, 10, 29);

/** Amazon Connect's clock and the stream's may differ by so much; fragment numbers say exactly what belongs to a call. */
const CLOCK_MARGIN_MS = 60_000;

const FRAGMENT = /^\d{1,128}$/;

/**
 * Makes a plan of options, settings and, where there is one, what an event says; options outweigh it.
 * @throws KvsrecError `bad-usage`, `bad-stream` (exit 2).
 */
export async function planCall(
  options: SourceOptions,
  settings: Settings,
  reference: CallReference | undefined,
  now = Date.now(),
): Promise<CallPlan> {
  const { streamId } = await import('../../aws/stream-id.ts');
  const name = text(options, 'streamName');
  const given = text(options, 'streamArn');
  if (name !== undefined && given !== undefined) {
    throw usage('--stream-arn does not go with --stream-name', 'Give one of them.');
  }
  const arn = given ?? (name === undefined ? reference?.streamArn : undefined);
  if (arn === undefined && name === undefined) {
    throw usage(
      'no stream is named',
      'Give --stream-arn, --stream-name, --event, or --instance-id with --contact-id.',
    );
  }
  const clock = clockOf(options);
  const stopFragment = fragment(options, 'stopFragment') ?? reference?.stopFragment;
  const endMs = time(options, 'end');
  const start = startOf(options, clock, reference);
  const over = endMs !== undefined ? endMs < now : reference?.stopMs !== undefined && reference.stopMs < now;
  const past = options.archive ?? (over && start.at !== 'now' && start.at !== 'token');
  const contactId = settings.contactId ?? reference?.contactId;
  return {
    stream: streamId({ arn, name }),
    request: {
      start,
      clock,
      stopFragment,
      // The numbers say it more exactly than the clock of whoever wrote the event.
      endMs: endMs ?? (stopFragment === undefined && contactId === undefined ? reference?.stopMs : undefined),
      maxDurationMs: settings.maxDuration,
      idleTimeoutMs: settings.idleTimeout,
      stallTimeoutMs: settings.stallTimeout,
      retries: settings.retries,
      archive: past
        ? {
            startMs:
              (start.at === 'time' ? start.ms : withMargin(reference?.startMs, -1)) ??
              KINESIS_VIDEO_LAUNCH_MS,
            endMs: endMs ?? withMargin(reference?.stopMs, 1) ?? now,
            fallback: options.archive !== true,
          }
        : undefined,
    },
    recording: { ...recordingOptions(settings), contactId },
  };
}

function startOf(options: SourceOptions, clock: Clock, reference: CallReference | undefined): MediaStart {
  const given = givenStart(options, clock);
  if (given !== undefined) return given;
  if (reference?.startFragment !== undefined) return { at: 'fragment', number: reference.startFragment };
  // A contact's id keeps what the margin takes in of another call out.
  const startMs = withMargin(reference?.startMs, reference?.contactId === undefined ? 0 : -1);
  return startMs === undefined ? { at: 'now' } : { at: 'time', clock, ms: startMs };
}

/** The beginning that is given on the command line, if one is. @throws KvsrecError `bad-usage` (exit 2). */
export function givenStart(options: SourceOptions, clock: Clock): MediaStart | undefined {
  const number = fragment(options, 'fragment');
  const token = text(options, 'continuationToken');
  const when = text(options, 'start');
  if ([number, token, when].filter((given) => given !== undefined).length > 1) {
    throw usage(
      'the recording has several beginnings',
      'Give one of --fragment, --start and --continuation-token.',
    );
  }
  if (number !== undefined) return { at: 'fragment', number };
  if (token !== undefined) return { at: 'token', token };
  if (when === 'now' || when === 'earliest') return { at: when };
  return when === undefined ? undefined : { at: 'time', clock, ms: time(options, 'start')! };
}

function withMargin(ms: number | undefined, direction: -1 | 0 | 1): number | undefined {
  return ms === undefined ? undefined : ms + direction * CLOCK_MARGIN_MS;
}

export function clockOf(options: SourceOptions): Clock {
  const clock = text(options, 'startClock') ?? 'server';
  if (clock !== 'server' && clock !== 'producer') {
    throw usage(`--start-clock: there is no clock “${clock}”`, 'It is server or producer.');
  }
  return clock;
}

export function text(options: SourceOptions, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function fragment(options: SourceOptions, name: string): string | undefined {
  const value = text(options, name);
  if (value !== undefined && !FRAGMENT.test(value)) {
    throw usage(`“${value}” is no fragment number`, 'Fragment numbers are decimals of about 47 digits.');
  }
  return value;
}

export function time(options: SourceOptions, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw usage(`--${name}: “${value}” is no time`, 'Write it as 2024-09-18T16:41:28Z.');
  return ms;
}

export function usage(message: string, hint: string): KvsrecError {
  return new KvsrecError('bad-usage', message, { exitCode: 2, hint });
}
