// Which streams are to be served: NAME=FILE, a dump, a folder of dumps, or the name of an empty stream.

import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { KvsrecError } from '../../errors.ts';
import type { StreamOptions } from '../../simulator/index.ts';

const DUMP = /\.(mkv|webm)$/i;

/**
 * The streams that were named, by name.
 * @throws KvsrecError `no-stream`, `no-dump`, `stream-twice` (exit status 2).
 */
export function simulatedStreams(given: readonly string[]): Record<string, StreamOptions> {
  const streams: Record<string, StreamOptions> = Object.create(null);
  for (const text of given) {
    for (const [name, stream] of streamsOf(text)) {
      if (name in streams) {
        throw refusal('stream-twice', `the stream ${name} is named twice`);
      }
      streams[name] = stream;
    }
  }
  if (Object.keys(streams).length === 0) throw refusal('no-stream', 'no stream was named');
  return streams;
}

function streamsOf(text: string): [string, StreamOptions][] {
  const equals = text.indexOf('=');
  if (equals > 0 && statSync(text, { throwIfNoEntry: false }) === undefined) {
    const dump = text.slice(equals + 1);
    return [[text.slice(0, equals), dump === '' ? {} : { dump }]];
  }
  const facts = statSync(text, { throwIfNoEntry: false });
  if (facts?.isDirectory()) {
    const names = readdirSync(text).filter((name) => DUMP.test(name));
    if (names.length === 0) throw refusal('no-dump', `there is no .mkv file in ${text}`);
    return names.sort().map((name) => [nameOf(name), { dump: join(text, name) }]);
  }
  if (facts !== undefined) return [[nameOf(text), { dump: text }]];
  if (DUMP.test(text) || (text.includes('/') && !text.startsWith('arn:')))
    throw refusal('no-dump', `there is no file ${text}`);
  return [[text, {}]];
}

/** A stream's name for a file: letters, digits, dots, dashes and underscores. */
function nameOf(file: string): string {
  return basename(file)
    .replace(DUMP, '')
    .replace(/[^a-zA-Z0-9_.-]/g, '_');
}

function refusal(code: string, message: string): KvsrecError {
  return new KvsrecError(code, message, {
    exitCode: 2,
    hint: 'Name streams as --stream NAME=dump.mkv, or give dumps or a folder of them.',
  });
}
