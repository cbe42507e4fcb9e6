// `kvsrec verify`: dumps against what a manifest records of them.

import { rename, rm, writeFile } from 'node:fs/promises';
import { KvsrecError } from '../../errors.ts';
import { awsSettings } from '../aws-settings.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { openInput } from '../open-input.ts';
import { printable } from '../printable.ts';
import { requireLocal } from '../require-local.ts';
import { untilAborted } from '../until-aborted.ts';
import { verifyTable } from '../verify/table.ts';

export const verify: CommandDefinition = {
  description:
    'Runs the parser over the dumps that a manifest names and compares audio and structure with what it records. ' +
    'Ends with 1 if anything differs.',
  argumentDescriptions: [
    'the manifest, or the directory with manifest.json, here or at s3:// (default: the current directory)',
  ],
  options: [
    {
      flags: '--update',
      description: 'write the manifest from the dumps instead of comparing',
      group: 'Work',
    },
    { flags: '--junit <file>', description: 'write a JUnit report, too; an old one is replaced' },
  ],
  examples: [
    { line: 'kvsrec verify fixtures', does: 'a row per dump' },
    { line: 'kvsrec verify fixtures/manifest.json --junit verify.xml', does: 'a report for CI, too' },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { options, settings, terminal, signal } = context;
  const path = context.arguments[0] ?? '.';
  if (typeof options.junit === 'string') requireLocal(options.junit);
  const aws = awsSettings(settings);
  const open = async (place: string) => {
    const source = await openInput(place, aws);
    // A source of its own, since one that is cut short cannot close itself.
    return { ...untilAborted(source, signal), close: () => source.close() };
  };
  const { updateManifest, verifyManifest } = await import('../../recording/manifest.ts');
  if (options.update === true) {
    if (options.junit !== undefined) {
      throw new KvsrecError(
        'conflicting-options',
        '--update compares nothing, so there is no --junit report of it',
        {
          exitCode: 2,
          hint: 'Give one of them.',
        },
      );
    }
    if (/^s3:\/\//i.test(path)) {
      throw new KvsrecError('unsupported-input', `${path}: a manifest is written beside local dumps only`, {
        exitCode: 2,
        hint: 'Make it where the dumps are, and upload it with them: kvsrec upload manifest.json s3://…',
      });
    }
    const updated = await updateManifest(path, { signal, open });
    terminal.result(
      `${printable(updated.manifest)} records ${updated.dumps.length} ${updated.dumps.length === 1 ? 'dump' : 'dumps'}`,
    );
    terminal.document(updated);
    return DONE;
  }
  const verified = await verifyManifest(path, { signal, open });
  if (typeof options.junit === 'string') {
    const { junitReport } = await import('../verify/junit.ts');
    await replace(options.junit, junitReport(verified));
  }
  terminal.result(verifyTable(verified, terminal.paint));
  terminal.document(verified);
  return verified.dumps.every(({ ok }) => ok) ? DONE : FAILED;
}

/** Writes a file that appears whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
