// When the items of a call expire, in tables on loopback.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { SegmentTables } from '../../src/aws/transcribe/segment-table.ts';
import { updateContact } from '../../src/lambda/contact-details.ts';
import { readEnvironment } from '../../src/lambda/environment.ts';
import { segment } from '../transcript/segments.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';

let dynamo: DynamoServer;
beforeAll(async () => {
  dynamo = await startDynamoServer();
});
afterAll(() => dynamo.close());

const daysOf = (days: string) =>
  readEnvironment('trigger', { transcriptionFunction: 'record', KVSREC_LAMBDA_TRANSCRIPT_TTL_DAYS: days })
    .KVSREC_LAMBDA_TRANSCRIPT_TTL_DAYS;

test('with no days to expire after, items are kept, those that were to expire as well', async () => {
  const update = (days: string) =>
    updateContact(dynamo.client, 'contactDetails', daysOf(days), () => 1_000_000);
  await update('2')('kept', { callDate: '1/5/2026' });
  expect(await dynamo.items('contactDetails')).toEqual([
    { contactId: 'kept', callDate: '1/5/2026', ExpiresAfter: 1000 + 2 * 24 * 60 * 60 },
  ]);
  await update('0')('kept', { mergeStatus: 'Complete' });
  await update('0')('kept', {});
  expect(await dynamo.items('contactDetails')).toEqual([
    { contactId: 'kept', callDate: '1/5/2026', mergeStatus: 'Complete' },
  ]);

  const tables = new SegmentTables({
    contactId: 'kept',
    table: 'contactTranscriptSegments',
    savePartials: false,
    ttlDays: daysOf('0'),
    client: dynamo.client,
  });
  tables.put(segment('from', 0, 1000, 'hello', { id: 'a' }));
  await tables.end();
  const [item] = await dynamo.items('contactTranscriptSegments');
  expect(item).toMatchObject({ Transcript: 'hello' });
  expect(item).not.toHaveProperty('ExpiresAfter');
});
