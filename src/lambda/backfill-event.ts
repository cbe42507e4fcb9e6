// What the backfill is given: S3 events, messages with such events, or items of a Step Functions Distributed Map.

import { KvsrecError } from '../errors.ts';
import { fields } from './object-fields.ts';

/** An object with a dump. */
export interface DumpObject {
  bucket: string;
  /** As the object is named; nothing in it is escaped. */
  key: string;
}

/**
 * The objects of an event:
 * `{"Records": [{"s3": …}]}` as S3 sends it (keys escaped), `{"Items": [{"Key"}], "BatchInput": {"bucket"}}` or
 * `{"bucket", "Key"}` of a Distributed Map, and the S3 event of EventBridge.
 * @throws KvsrecError `bad-event`, naming every fault.
 */
export function dumpsOf(event: unknown): DumpObject[] {
  const faults: string[] = [];
  const { Records, Items, BatchInput, detail } = fields(event);
  // S3 sends one when notifications are set up.
  if (fields(event).Event === 's3:TestEvent') return [];
  let dumps: (DumpObject | undefined)[];
  if (Array.isArray(Records)) {
    dumps = Records.map((record, index) => ofRecord(record, `Records[${index}]`, faults));
  } else if (Array.isArray(Items)) {
    dumps = Items.map((item, index) => ofItem(item, fields(BatchInput), `Items[${index}]`, faults));
  } else if (detail !== undefined) {
    const { bucket, object } = fields(detail);
    dumps = [named(fields(bucket).name, fields(object).key, 'detail', faults)];
  } else {
    dumps = [ofItem(event, {}, 'the event', faults)];
  }
  if (faults.length > 0) {
    throw new KvsrecError('bad-event', `the event of backfill is wrong: ${faults.join('; ')}`, {
      hint: 'docs/lambda.md shows the events.',
    });
  }
  return dumps.filter((dump) => dump !== undefined);
}

function ofRecord(record: unknown, place: string, faults: string[]): DumpObject | undefined {
  const { bucket, object } = fields(fields(record).s3);
  const { key } = fields(object);
  // Keys are escaped as in the query of a URL: a plus sign is a space.
  const plain = typeof key === 'string' ? unescaped(key) : key;
  return named(fields(bucket).name, plain, place, faults);
}

function ofItem(
  item: unknown,
  batch: Record<string, unknown>,
  place: string,
  faults: string[],
): DumpObject | undefined {
  const own = fields(item);
  const bucket = own.Bucket ?? own.bucket ?? batch.Bucket ?? batch.bucket;
  const key = typeof item === 'string' ? item : (own.Key ?? own.key);
  // Folders that the console makes are empty objects.
  if (typeof key === 'string' && key.endsWith('/')) return undefined;
  return named(bucket, key, place, faults);
}

function named(bucket: unknown, key: unknown, place: string, faults: string[]): DumpObject | undefined {
  if (typeof bucket === 'string' && bucket !== '' && typeof key === 'string' && key !== '')
    return { bucket, key };
  faults.push(`${place} names no bucket and key`);
  return undefined;
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key.replace(/\+/g, ' '));
  } catch {
    return key;
  }
}
