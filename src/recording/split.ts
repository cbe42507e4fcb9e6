// A source from beginning to end through the engine, into files of one folder.
import { Workspace } from '../kernels/workspace.ts';
import type { ContactListener } from './engine.ts';
import { type Claim, FileOwners } from './file-owners.ts';
import { StreamSplitter } from './splitter.ts';
import type { ByteSource, InputReport, RecordingOptions } from './types.ts';

/** Bytes read at a time: the more, the fewer fragments lie in two pieces; measured, beyond that it no longer pays. */
const INPUT_BYTES = 2 * 1024 * 1024;

export interface RunHooks {
  /** When it fires, reading stops and what is there is finished. */
  signal?: AbortSignal;
  /** Bytes read so far. */
  onProgress?: (bytes: number) => void;
  /** Called for each contact when its files are finished. */
  onContact?: ContactListener;
  /** See `FileKeeping.claim`. */
  claim?: Claim | undefined;
}

/**
 * Writes every contact of `source` into `folder`, or only measures them where that is undefined. With `aborted`, the
 * input was not read to its end.
 * @throws KvsrecError `empty-input`, `not-matroska`, `no-audio-track`, `file-exists`; Node's errors of reading and
 *   writing as they are. No unfinished file stays behind.
 */
export async function splitSource(
  source: ByteSource,
  folder: string | undefined,
  options: RecordingOptions,
  run: RunHooks = {},
): Promise<InputReport & { aborted?: boolean }> {
  const workspace = Workspace.create();
  const claim = run.claim ?? new FileOwners().claimFor(source.name);
  const hooks = { onContact: run.onContact, keeping: { claim } };
  const splitter = new StreamSplitter(folder, options, hooks, workspace);
  try {
    for await (const chunk of source.chunks(workspace?.input(INPUT_BYTES))) {
      splitter.push(chunk);
      run.onProgress?.(splitter.received);
      if (run.signal?.aborted) break;
    }
    const aborted = run.signal?.aborted === true;
    const contacts = splitter.finish(source.name);
    return {
      input: source.name,
      bytes: splitter.received,
      contacts,
      warnings: splitter.warnings.list(),
      ...(aborted ? { aborted } : {}),
    };
  } catch (error) {
    splitter.discard();
    throw error;
  }
}
