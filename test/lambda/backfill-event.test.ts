// The dumps that an event names, in every wrapping in which S3's events come.

import { expect, test } from 'vitest';
import { dumpsOf } from '../../src/lambda/backfill-event.ts';

const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'dumps' }, object: { key, size: 1 } },
});
const s3Event = { Records: [record('2024/a+b%28.mkv')] };
const dump = { bucket: 'dumps', key: '2024/a b(.mkv' };
const inSns = { Type: 'Notification', Message: JSON.stringify(s3Event) };

test.each<[string, unknown]>([
  ['S3', s3Event],
  ['SQS', { Records: [{ eventSource: 'aws:sqs', body: JSON.stringify(s3Event) }] }],
  ['SNS', { Records: [{ EventSource: 'aws:sns', Sns: inSns }] }],
  ['SNS to SQS', { Records: [{ eventSource: 'aws:sqs', body: JSON.stringify(inSns) }] }],
  [
    'EventBridge',
    {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'dumps' }, object: { key: dump.key } },
    },
  ],
])('an object that was made: %s', (_, event) => {
  expect(dumpsOf(event)).toEqual([dump]);
});

test.each<[string, unknown]>([
  ['an object that was deleted', { Records: [record('a.mkv', 'ObjectRemoved:Delete')] }],
  ['one that has expired', { Records: [record('a.mkv', 'LifecycleExpiration:Delete')] }],
  [
    'one of EventBridge',
    { 'detail-type': 'Object Deleted', detail: { bucket: { name: 'dumps' }, object: { key: 'a.mkv' } } },
  ],
  ['a folder', { Records: [record('2024/')] }],
  ['the test that S3 sends to a queue', { Records: [{ body: '{"Event":"s3:TestEvent"}' }] }],
])('no dump: %s', (_, event) => {
  expect(dumpsOf(event)).toEqual([]);
});

test('a message that is none is named', () => {
  const event = { Records: [{ body: 'hello' }, { body: '{"Records":[{}]}' }] };
  expect(() => dumpsOf(event)).toThrow(
    'Records[0] is a message that is no JSON; Records[1]: Records[0] names no bucket and key',
  );
});
