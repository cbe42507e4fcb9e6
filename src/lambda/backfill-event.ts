// What the backfill is given: S3 events, messages of SQS and SNS with such events, or items of a Step Functions
// Distributed Map.

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
 * `{"bucket", "Key"}` of a Distributed Map, and the S3 event of EventBridge. None of what tells that an object is gone.
 * @throws KvsrecError `bad-event`, naming every fault.
 */
export function dumpsOf(event: unknown): DumpObject[] {
  const faults: string[] = [];
  const dumps = dumpsIn(event, '', faults);
  if (faults.length > 0) {
    throw new KvsrecError('bad-event', `the event of backfill is wrong: ${faults.join('; ')}`, {
      hint: 'docs/lambda.md shows the events.',
    });
  }
  // Folders that the console makes are empty objects.
  return dumps.filter((dump) => dump !== undefined && !dump.key.endsWith('/')) as DumpObject[];
}

function dumpsIn(event: unknown, inside: string, faults: string[]): (DumpObject | undefined)[] {
  const { Records, Items, BatchInput, detail, 'detail-type': kind } = fields(event);
  // S3 sends one when notifications are set up.
  if (fields(event).Event === 's3:TestEvent') return [];
  if (Array.isArray(Records)) {
    return Records.flatMap((record, index) => ofRecord(record, `${inside}Records[${index}]`, faults));
  }
  if (Array.isArray(Items)) {
    return Items.map((item, index) => ofItem(item, fields(BatchInput), `${inside}Items[${index}]`, faults));
  }
  if (detail !== undefined) {
    if (kind === 'Object Deleted') return [];
    const { bucket, object } = fields(detail);
    return [named(fields(bucket).name, fields(object).key, `${inside}detail`, faults)];
  }
  return [ofItem(event, {}, inside === '' ? 'the event' : inside, faults)];
}

/** A record of S3, or a message that carries an event. */
function ofRecord(record: unknown, place: string, faults: string[]): (DumpObject | undefined)[] {
  const { s3, body, Sns, eventName } = fields(record);
  const message = body ?? fields(Sns).Message;
  if (s3 === undefined && typeof message === 'string') {
    try {
      const event: unknown = JSON.parse(message);
      // SNS wraps what it hands to a queue.
      const wrapped = fields(event).Message;
      return dumpsIn(typeof wrapped === 'string' ? JSON.parse(wrapped) : event, `${place}: `, faults);
    } catch {
      faults.push(`${place} is a message that is no JSON`);
      return [];
    }
  }
  if (typeof eventName === 'string' && /^(s3:)?(ObjectRemoved|LifecycleExpiration):/.test(eventName))
    return [];
  const { bucket, object } = fields(s3);
  const { key } = fields(object);
  // Keys are escaped as in the query of a URL: a plus sign is a space.
  const plain = typeof key === 'string' ? unescaped(key) : key;
  return [named(fields(bucket).name, plain, place, faults)];
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
