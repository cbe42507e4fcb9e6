// The words of a call, read back from the tables that they were written to: DynamoDB on loopback.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SegmentTables } from '../../src/aws/transcribe/segment-table.ts';
import { readEnvironment } from '../../src/lambda/environment.ts';
import { spokenText } from '../../src/lambda/record/spoken-text.ts';
import { segment } from '../transcript/segments.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';

const FIRST = 'contactTranscriptSegments';
const SECOND = 'contactTranscriptSegmentsToCustomer';

let dynamo: DynamoServer;

beforeAll(async () => {
  dynamo = await startDynamoServer();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamo.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await dynamo.close();
});

/** The tables of a call as the recording writes them, and the environment in which they are read. */
function tablesOf(
  contactId: string,
  from: string | undefined,
  to: string | undefined,
  savePartials: boolean,
) {
  const { client } = dynamo;
  return {
    tables: new SegmentTables({
      contactId,
      table: from,
      tableToCustomer: to,
      savePartials,
      ttlDays: 7,
      client,
    }),
    environment: readEnvironment('record', {
      APP_REGION: 'eu-central-1',
      RECORDINGS_BUCKET_NAME: 'calls',
      TABLE_CALLER_TRANSCRIPT: from,
      TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: to,
    }),
  };
}

test.each<{ name: string; from?: string; to?: string; said: { from: string; to: string } }>([
  { name: 'a table each', from: FIRST, to: SECOND, said: { from: 'hello bye', to: 'welcome' } },
  { name: 'only the first', from: FIRST, said: { from: 'hello bye', to: 'welcome' } },
  { name: 'one table by both names', from: FIRST, to: FIRST, said: { from: 'hello bye', to: 'welcome' } },
  { name: 'only the second', to: SECOND, said: { from: '', to: 'welcome' } },
])('each direction has its own words: $name', async ({ name, from, to, said }) => {
  const contactId = name.replaceAll(' ', '-');
  const { tables, environment } = tablesOf(contactId, from, to, true);
  tables.put(segment('from', 0, 1000, 'hello', { id: 'a' }));
  tables.put(segment('to', 500, 2000, 'welcome', { id: 'b' }));
  tables.put(segment('from', 3000, 4000, 'bye', { id: 'c' }));
  tables.put(segment('to', 5000, 6000, 'good', { id: 'd', partial: true }));
  await tables.end();
  expect(await spokenText(environment, contactId)).toEqual(said);
});

test('an item that does not say its direction is that of its table', async () => {
  const { tables, environment } = tablesOf('plain', FIRST, SECOND, false);
  tables.put(segment('from', 0, 1000, 'hello', { id: 'a' }));
  tables.put(segment('to', 0, 1000, 'welcome', { id: 'b' }));
  await tables.end();
  const items = [...(await dynamo.items(FIRST)), ...(await dynamo.items(SECOND))];
  for (const item of items.filter(({ ContactId }) => ContactId === 'plain')) {
    expect(item).not.toHaveProperty('Direction');
  }
  expect(await spokenText(environment, 'plain')).toEqual({ from: 'hello', to: 'welcome' });
});
