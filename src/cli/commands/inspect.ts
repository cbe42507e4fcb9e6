// `kvsrec inspect`: what is in a dump.

import { awsSettings } from '../aws-settings.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { DAMAGED, DONE, statusOfWarnings } from '../exit-status.ts';
import { inspectionSummary } from '../inspect/summary.ts';
import { openInput } from '../open-input.ts';
import { startProgress } from '../progress.ts';
import { unlessCutShort, untilAborted } from '../until-aborted.ts';

export const inspect: CommandDefinition = {
  description:
    'Shows what is in a dump: who produced it, its tracks with the format they declare and the one they have, its ' +
    'contacts, and what is wrong with it.',
  argumentDescriptions: ['a file, - for standard input, or s3://bucket/key'],
  options: [
    { flags: '--fragments', description: 'a row per fragment' },
    { flags: '--tags', description: 'the tags of every fragment' },
    { flags: '--tree', description: 'every element with offset and size, and nothing else' },
  ],
  examples: [
    { line: 'kvsrec inspect fixtures/demo-call.mkv', does: 'a summary' },
    { line: 'kvsrec inspect fixtures/demo-call.mkv --fragments --json', does: 'every fragment, as JSON' },
    { line: 'kvsrec inspect fixtures/demo-call.mkv --tree', does: 'the structure, element by element' },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { options, settings, terminal, signal } = context;
  const input = context.arguments[0]!;
  if (options.tree === true) return await tree(input, context);
  const { inspectSource } = await import('../../recording/inspect.ts');
  const source = await openInput(input, awsSettings(settings));
  const progress = startProgress(terminal, [source.size]);
  try {
    const inspection = await inspectSource(
      untilAborted(source, signal),
      {
        fragments: options.fragments === true,
        tags: options.tags === true,
        ...(settings.match && { match: settings.match }),
      },
      { signal, onProgress: (bytes) => progress.update(0, bytes) },
    );
    progress.stop();
    terminal.result(inspectionSummary(inspection, terminal.paint));
    terminal.document(inspection);
    return statusOfWarnings(inspection.warnings);
  } catch (error) {
    throw unlessCutShort(error, signal);
  } finally {
    progress.stop();
    await source.close();
  }
}

async function tree(input: string, { settings, terminal, signal }: CommandContext): Promise<number> {
  const { printTree } = await import('../inspect/tree.ts');
  const source = await openInput(input, awsSettings(settings));
  try {
    return (await printTree(untilAborted(source, signal), {
      json: terminal.modes.json,
      write: terminal.write,
      signal,
    }))
      ? DONE
      : DAMAGED;
  } finally {
    await source.close();
  }
}
