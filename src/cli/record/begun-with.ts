// What a recording was begun with stays when it goes on. The same command line with --resume at its end is fine; a flag
// that says something else would be ignored, and is refused instead.

import type { CallReference } from '../../aws/call-event.ts';
import { type StreamId, streamName } from '../../aws/stream-id.ts';
import { flagName, type SettingKey } from '../../config/settings.ts';
import type { Unfinished } from '../../recording/capture/checkpoint-file.ts';
import type { CaptureRequest } from '../../recording/capture/request.ts';
import type { CommandContext } from '../command.ts';
import { isFlag } from './flag-conflicts.ts';
import { clockOf, fragment, givenStart, text, time, usage } from './options.ts';

/** A flag that is given, with its value and that of the recording. */
type Compared = [flag: string, given: unknown, begun: unknown];

/**
 * @param reference What the event that is given says, where one is.
 * @throws KvsrecError `bad-usage` (exit 2).
 */
export function refuseOtherThanBegun(
  context: Pick<CommandContext, 'options' | 'settings' | 'origins'>,
  { last, saveMkv, folder }: Pick<Unfinished, 'last' | 'saveMkv' | 'folder'>,
  stream: StreamId,
  reference: CallReference | undefined,
): void {
  const compared = [
    ...ofSettings(context, last, saveMkv),
    ...ofOptions(context.options, last, stream),
    ...ofEvent(context.options, reference, last, stream),
  ];
  const other = compared.filter(([, given, begun]) => plain(given) !== plain(begun)).map(([flag]) => flag);
  if (other.length === 0) return;
  throw usage(
    `--resume does not go with another ${other.join(', ')} than the recording in ${folder} was begun with`,
    `Leave ${other.join(', ')} out, or record the call anew into another folder.`,
  );
}

function ofSettings(
  context: Pick<CommandContext, 'options' | 'settings' | 'origins'>,
  { options, request }: Unfinished['last'],
  saveMkv: boolean,
): Compared[] {
  const begun = {
    layout: options.layouts,
    track: options.track,
    timeline: options.timeline,
    gapTolerance: options.gapToleranceMs,
    contactId: options.contactId,
    match: options.match,
    maxDuration: request.maxDurationMs,
    saveMkv,
  } satisfies Partial<Record<SettingKey, unknown>>;
  return Object.entries(begun).flatMap(([name, value]): Compared[] => {
    const key = name as keyof typeof begun;
    // Of an instance the contact alone is known.
    const means = isFlag(context, key) || (key === 'contactId' && context.options.instanceId !== undefined);
    return means ? [[flagName(key), context.settings[key], value]] : [];
  });
}

function ofOptions(
  options: CommandContext['options'],
  { request }: Unfinished['last'],
  stream: StreamId,
): Compared[] {
  const clock = clockOf(options);
  const start = givenStart(options, clock);
  const compared: (Compared | undefined)[] = [
    ['--stream-arn', text(options, 'streamArn'), stream.arn],
    ['--stream-name', text(options, 'streamName'), streamName(stream)],
    ['--start-clock', text(options, 'startClock'), request.clock],
    [startFlag(options), start, request.start],
    ['--end', time(options, 'end'), request.endMs],
    ['--stop-fragment', fragment(options, 'stopFragment'), request.stopFragment],
    [
      options.archive === false ? '--no-archive' : '--archive',
      options.archive,
      request.archive !== undefined,
    ],
  ];
  return compared.filter((one) => one !== undefined && one[1] !== undefined) as Compared[];
}

function startFlag({ fragment, continuationToken }: CommandContext['options']): string {
  if (fragment !== undefined) return '--fragment';
  return continuationToken === undefined ? '--start' : '--continuation-token';
}

function ofEvent(
  { streamArn, streamName }: CommandContext['options'],
  reference: CallReference | undefined,
  { options }: Unfinished['last'],
  stream: StreamId,
): Compared[] {
  if (reference === undefined) return [];
  // The flags outweigh the event, and are compared themselves.
  const outweighed = streamArn !== undefined || streamName !== undefined;
  const same =
    (outweighed || reference.streamArn === stream.arn) &&
    (reference.contactId === undefined || reference.contactId === options.contactId);
  return [['--event', true, same]];
}

/** In a form that can be compared: a list of words in any order, and objects without what is not known. */
function plain(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...new Set(value)].sort() : value) ?? '';
}

/** How a recording is waited for: what is said of it when it goes on counts, the rest of its request stays. */
export function givenWaits(context: Pick<CommandContext, 'settings' | 'origins'>): Partial<CaptureRequest> {
  const { idleTimeout, stallTimeout, retries } = context.settings;
  return {
    ...(isFlag(context, 'idleTimeout') && { idleTimeoutMs: idleTimeout }),
    ...(isFlag(context, 'stallTimeout') && { stallTimeoutMs: stallTimeout }),
    ...(isFlag(context, 'retries') && { retries }),
  };
}
