// Names of a recording's files. What comes from the stream is untrusted and never becomes a path as it stands.
import { KvsrecError } from '../errors.ts';
import { sha256 } from './digest.ts';
import { isoTime } from './iso-time.ts';

/** Longest part of a name that comes from the stream, characters; file systems allow 255 bytes for the whole. */
const MAX_PART = 80;

/**
 * Devices of Windows, whatever ending their name has
 * (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
 */
const DEVICE =
  /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(\.|$)/i;

/** What a name may not have on Windows: its separators and wildcards, control characters, a dot or blank at its end. */
const NOT_ON_WINDOWS = /[<>:"\\|?*\u0000-\u001f]|[. ]$/;

export const DEFAULT_NAME = '{contactId}_{start}_{what}';

export interface NameParts {
  contactId: string | null;
  /** Milliseconds since the epoch. */
  startMs: number;
  what: string;
  direction: string;
  layout: string;
}

/**
 * `text` with only letters, digits, `.`, `_` and `-`, as a name on any system, Windows with its devices included; what
 * had to change is told apart by a short digest.
 */
export function safePart(text: string): string {
  const safe = text
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[.-]+/, '_')
    .slice(0, MAX_PART)
    .replace(/\.+$/, '_')
    .replace(DEVICE, '_$&');
  if (safe === text && safe !== '') return safe;
  return `${safe}-${sha256().update(text).digest('hex').slice(0, 8)}`;
}

/** UTC as `20240918T164128724Z`. */
export function compactTime(epochMs: number): string {
  return isoTime(epochMs).replace(/[-:.]/g, '');
}

/** What a name of the default form says; `what` is all that follows the time. */
export interface NamedRecording {
  contactId: string | null;
  /** Milliseconds since the epoch. */
  startMs: number;
  what: string;
}

/** Reads a name, without its ending, of the form `<ContactId>_<start>_<what>`; undefined for any other. */
export function namedRecording(name: string): NamedRecording | undefined {
  const parts = /^(.+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z_(.+)$/.exec(name);
  if (parts === null) return undefined;
  const [, id = '', year, month, day, hour, minute, second, ms, what = ''] = parts;
  const startMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  // The digits of a thirteenth month are no time.
  return Number.isNaN(startMs) ? undefined : { contactId: id === 'unknown' ? null : id, startMs, what };
}

/**
 * The name, without its ending, that a template gives. Its placeholders are `{contactId}`, `{start}`, `{date}`,
 * `{what}`, `{direction}` and `{layout}`; a `/` makes a folder.
 * @param platform The system that the name is for, as `process.platform` says it.
 * @throws KvsrecError `bad-name-template` (exit 2).
 */
export function fileName(
  template: string,
  parts: NameParts,
  platform: NodeJS.Platform = process.platform,
): string {
  const start = compactTime(parts.startMs);
  const values: Record<string, string> = {
    contactId: parts.contactId === null ? 'unknown' : safePart(parts.contactId),
    start,
    date: start.slice(0, 8),
    what: parts.what,
    direction: parts.direction,
    layout: parts.layout,
  };
  const name = template.replace(/\{([^}]*)\}/g, (_, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) throw badTemplate(`the name template has no placeholder {${key}}`);
    return value;
  });
  if (
    name.startsWith('/') ||
    name.endsWith('/') ||
    name.split('/').some((part) => /^(|\.|\.\.)$/.test(part))
  ) {
    throw badTemplate('the name template leads out of the output folder');
  }
  if (platform === 'win32') {
    const bad = name.split('/').find((part) => DEVICE.test(part) || NOT_ON_WINDOWS.test(part));
    if (bad !== undefined) {
      throw badTemplate(`the name template gives ${JSON.stringify(bad)}, which is no file name on Windows`);
    }
  }
  return name;
}

function badTemplate(message: string): KvsrecError {
  return new KvsrecError('bad-name-template', message, {
    exitCode: 2,
    hint: 'Placeholders are {contactId}, {start}, {date}, {what}, {direction} and {layout}.',
  });
}
