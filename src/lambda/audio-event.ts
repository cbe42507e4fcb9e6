// The events of Connect Audio Utils: which objects to read, which one to write.

import type { TimeRange } from '../audio/redact.ts';
import { KvsrecError } from '../errors.ts';
import { fields } from './object-fields.ts';
import type { ObjectName } from './s3-audio.ts';

export interface OverlayEvent {
  sources: [ObjectName, ObjectName];
  target: ObjectName;
}

export interface RedactEvent {
  source: ObjectName;
  target: ObjectName;
  timestamps: TimeRange[];
}

/** @throws KvsrecError `bad-event`, naming every fault. */
export function overlayEvent(event: unknown): OverlayEvent {
  const faults: string[] = [];
  const { sources, target } = fields(event);
  const list = Array.isArray(sources) ? sources : [];
  if (list.length !== 2) faults.push('sources must be two objects');
  const both = list.map((source, index) => objectName(source, `sources[${index}]`, faults));
  const to = objectName(target, 'target', faults);
  if (both.some((source) => same(source, to))) faults.push('target is one of the sources');
  refuse('overlay', faults);
  return { sources: [both[0]!, both[1]!], target: to };
}

/** Times may be numbers or strings, in milliseconds. @throws KvsrecError `bad-event`, naming every fault. */
export function redactEvent(event: unknown): RedactEvent {
  const faults: string[] = [];
  const { source, target, timestamps } = fields(event);
  const from = objectName(source, 'source', faults);
  const to = objectName(target, 'target', faults);
  if (same(from, to)) faults.push('target is the source');
  const list = Array.isArray(timestamps) ? timestamps : [];
  // Stored without a passage taken out, the copy would only look redacted.
  if (list.length === 0) faults.push('timestamps must be a list of {"begin", "end"} in milliseconds');
  const ranges = list.map((entry, index) => {
    const range = { begin: number(fields(entry).begin), end: number(fields(entry).end) };
    const sound = range.begin >= 0 && range.end >= range.begin && range.end < Number.POSITIVE_INFINITY;
    if (!sound) faults.push(`timestamps[${index}] must have begin and end in milliseconds`);
    return range;
  });
  refuse('redact', faults);
  return { source: from, target: to, timestamps: ranges };
}

function objectName(value: unknown, place: string, faults: string[]): ObjectName {
  const { Bucket, Key } = fields(value);
  const sound = typeof Bucket === 'string' && Bucket !== '' && typeof Key === 'string' && Key !== '';
  if (!sound) faults.push(`${place} must have Bucket and Key`);
  return { Bucket: String(Bucket), Key: String(Key) };
}

function same(a: ObjectName, b: ObjectName): boolean {
  return a.Bucket === b.Bucket && a.Key === b.Key;
}

function refuse(what: string, faults: string[]): void {
  if (faults.length === 0) return;
  throw new KvsrecError('bad-event', `the event of ${what} is wrong: ${[...new Set(faults)].join('; ')}`, {
    hint: 'docs/lambda.md shows the events.',
  });
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
