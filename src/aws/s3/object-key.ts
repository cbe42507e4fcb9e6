// Keys of objects. Events of S3 escape all but letters, digits and `. - _ * /`, and many a consumer forgets to undo
// that; so a key has letters, digits, `.`, `-`, `_` and `/` alone.

import { KvsrecError } from '../../errors.ts';
import { sha256 } from '../../recording/digest.ts';
import { compactTime, safePart } from '../../recording/file-name.ts';
import type { RecordingFacts } from './recording-facts.ts';
import { parseS3Url, s3Url } from './s3-url.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const MOST_KEY_BYTES = 1024;
const PLACEHOLDERS = '{contactId}, {start}, {date}, {year}, {month}, {day}, {what}, {direction} and {layout}';

/** Where uploads go: a bucket and a template of what keys begin with. */
export interface Destination {
  bucket: string;
  /** Ends with `/` or is empty, unless it is the whole key of a single object. */
  template: string;
}

/**
 * Reads `s3://bucket/prefix/`, the prefix with placeholders.
 * @throws KvsrecError `bad-s3-url`, `bad-object-key` (exit 2).
 */
export function parseDestination(url: string): Destination {
  const { bucket, key, versionId } = parseS3Url(url);
  const plain = key.replace(/\{[A-Za-z]+\}/g, '');
  const bad = /[^A-Za-z0-9._/-]/u.exec(plain)?.[0] ?? (versionId === undefined ? undefined : '?');
  if (bad !== undefined) {
    throw badKey(`${url}: keys with ${JSON.stringify(bad)} arrive escaped in events of S3`, true);
  }
  if (/(^|\/)(\.{1,2})?(\/|$)/.test(key.replace(/\/$/, '')) && key !== '') {
    throw badKey(`${url}: a key has no empty parts, and none of dots alone`, false);
  }
  // Tells of unknown placeholders before any work is done.
  fill(key, { contactId: null, startMs: 0, what: 'x', direction: 'unknown', layout: 'separate' }, url);
  return { bucket, template: key };
}

/** The same destination as a folder, whether or not it ends with a slash. */
export function asFolder({ bucket, template }: Destination): Destination {
  return { bucket, template: template === '' || template.endsWith('/') ? template : `${template}/` };
}

/**
 * The key of a file.
 * @param name The file's name, or its path below the folder of all files, with `/`.
 * @throws KvsrecError `bad-object-key` where the template asks for what is not known, or the key is too long.
 */
export function objectKey({ bucket, template }: Destination, name: string, facts: RecordingFacts): string {
  const filled = fill(template, facts, name);
  const folder = filled === '' || filled.endsWith('/');
  const key = folder ? filled + name.split('/').map(safeName).join('/') : filled;
  if (Buffer.byteLength(key) > MOST_KEY_BYTES) {
    throw badKey(`${s3Url({ bucket, key })} is longer than the ${MOST_KEY_BYTES} bytes of a key`, false);
  }
  return key;
}

/** A file's name with characters of a key alone; what had to change is told apart by a short digest. */
export function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_');
  if (safe === name && !/^\.{0,2}$/.test(name)) return safe;
  const [, stem = '', ending = ''] = /^(.+?)(\.[A-Za-z0-9]+)?$/s.exec(safe) ?? [];
  return `${stem}-${sha256().update(name).digest('hex').slice(0, 8)}${ending}`;
}

function fill(template: string, facts: RecordingFacts, name: string): string {
  const start = facts.startMs === null ? null : compactTime(facts.startMs);
  const values: Record<string, string | null | undefined> = {
    contactId: facts.contactId === null ? 'unknown' : safePart(facts.contactId),
    start,
    date: start?.slice(0, 8),
    year: start?.slice(0, 4),
    month: start?.slice(4, 6),
    day: start?.slice(6, 8),
    what: facts.what,
    direction: facts.direction,
    layout: facts.layout,
  };
  return template.replace(/\{([^}]*)\}/g, (_, key: string) => {
    if (!Object.hasOwn(values, key)) throw badKey(`the prefix has no placeholder {${key}}`, true);
    const value = values[key];
    if (value !== null && value !== undefined) return value;
    throw badKey(`${name}: its name does not tell the {${key}} that the prefix asks for`, false);
  });
}

function badKey(message: string, listed: boolean): KvsrecError {
  return new KvsrecError('bad-object-key', message, {
    exitCode: 2,
    hint: listed
      ? `Use letters, digits, ".", "-", "_" and "/"; placeholders are ${PLACEHOLDERS}.`
      : 'Choose another prefix; what kvsrec has recorded is named <contact>_<start>_<what>.',
  });
}
