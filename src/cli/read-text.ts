// A small file whose text a command needs whole, from wherever an input may come.

import type { AwsSettings } from '../aws/client-config.ts';
import { openInput } from './open-input.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * The text of a file, standard input (`-`) or an object, without the byte order mark that editors on Windows put first.
 * @throws What `openInput` throws; AbortError where `signal` ended it.
 */
export async function readText(input: string, aws: AwsSettings, signal: AbortSignal): Promise<string> {
  const source = await openInput(input, aws);
  try {
    const pieces: Buffer[] = [];
    for await (const piece of untilAborted(source, signal).chunks()) pieces.push(Buffer.from(piece));
    signal.throwIfAborted();
    return new TextDecoder().decode(Buffer.concat(pieces));
  } finally {
    await source.close();
  }
}
