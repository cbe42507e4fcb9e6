// Flags of `record` that do not go with each other: refused before anything is begun, so that none is ignored.

import { dirname, resolve } from 'node:path';
import { flagName, type SettingKey } from '../../config/settings.ts';
import type { CommandContext } from '../command.ts';
import { usage } from './options.ts';

/** What a pipe cannot take, and why: it has no files, and no names for them. */
const NOT_IN_A_PIPE = ['layout', 'name'] as const satisfies readonly SettingKey[];

/** @throws KvsrecError `bad-usage` (exit 2). */
export function refuseConflicts(context: CommandContext): void {
  const { options, settings } = context;
  const toPipe = settings.out === '-';
  if (options.resume !== undefined) refuseBesideResume(context);
  if (options.contacts !== undefined) refuseBesideContacts(context);
  if (options.raw === true && (!toPipe || options.resume !== undefined)) {
    throw usage('--raw goes with -o - alone: files have a header', 'Leave --raw out, or give -o -.');
  }
  if (toPipe && options.resume === undefined) refuseInPipe(context);
}

/** Whether a setting was given on the command line: what a config file or the environment says is meant for all runs. */
export function isFlag({ origins }: Pick<CommandContext, 'origins'>, key: SettingKey): boolean {
  return origins[key].source === 'flag';
}

function refuseBesideResume(context: CommandContext): void {
  const { options, settings } = context;
  if (options.contacts !== undefined) {
    throw usage(
      '--resume does not go with --contacts: it goes on with calls that were begun, and begins none',
      'Leave --contacts out; record the other calls with --contacts afterwards.',
    );
  }
  if (options.instanceId !== undefined && settings.contactId === undefined) {
    throw usage('--instance-id needs --contact-id', 'Leave --instance-id out.');
  }
  const place = options.resume;
  if (settings.out === '-' && (typeof place !== 'string' || isFlag(context, 'out'))) {
    throw usage(
      '--resume does not go with -o -: there is nothing to go on with of what went to a pipe',
      'Name the folder: --resume DIR.',
    );
  }
  if (typeof place !== 'string' || !isFlag(context, 'out')) return;
  const folder = place.endsWith('.checkpoint') ? dirname(place) : place;
  if (resolve(folder) !== resolve(settings.out)) {
    throw usage(
      `-o ${settings.out} does not go with --resume ${place}: a recording goes on in its own folder`,
      'Leave -o out.',
    );
  }
}

function refuseBesideContacts({ options, settings }: CommandContext): void {
  for (const [flag, given] of [
    ['--event', options.event],
    ['--instance-id', options.instanceId],
  ]) {
    if (given === undefined) continue;
    throw usage(
      `--contacts does not go with ${flag}: its lines say which calls are meant`,
      `Leave ${flag} out, or --contacts for a single call.`,
    );
  }
  if (settings.out === '-') {
    throw usage('--contacts does not go with -o -: several calls do not fit one pipe', 'Give -o DIR.');
  }
}

function refuseInPipe(context: CommandContext): void {
  const { settings } = context;
  if (settings.track === 'both') {
    throw usage('-o - takes one direction', 'Add --track from or --track to.');
  }
  for (const key of NOT_IN_A_PIPE) {
    if (!isFlag(context, key)) continue;
    throw usage(
      `-o - does not go with ${flagName(key)}: it makes no files`,
      `Leave ${flagName(key)} out, or give -o DIR.`,
    );
  }
  if (settings.upload !== undefined) {
    throw usage('-o - leaves no files to upload', 'Leave --upload out, or give -o DIR.');
  }
  if (settings.json || settings.saveMkv || settings.report) {
    throw usage(
      'standard output takes the audio alone',
      'Leave --json, --save-mkv and --report out, or give -o DIR.',
    );
  }
}
