// Events from files and standard input: one, or one a line.
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { KvsrecError } from '../../errors.ts';

/** The JSON in a file, or in standard input for `-`. @throws KvsrecError `bad-event`; Node's errors as they are. */
export async function readEvent(file: string): Promise<unknown> {
  let text: string;
  if (file === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    text = Buffer.concat(chunks).toString('utf8');
  } else {
    text = await fs.readFile(file, 'utf8');
  }
  return parseEvent(text, file === '-' ? 'standard input' : file);
}

/** Lines of a file, or of standard input for `-` as long as it stays open; empty ones are left out. */
export async function* eventLines(file: string, signal: AbortSignal): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = () => {
    lines.close();
    input.destroy();
  };
  // The error of a file that is not there comes by way of its stream.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    const iterator = lines[Symbol.asyncIterator]();
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), failed]);
      if (next.done) return;
      if (next.value.trim() !== '') yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** @param place Where the text stands, for the error. */
export function parseEvent(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KvsrecError('bad-event', `${place} is not JSON`, {
      exitCode: 2,
      hint: 'Give one event as JSON; with --contacts, one a line.',
      cause,
    });
  }
}
