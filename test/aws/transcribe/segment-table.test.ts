// Segments as items, against a DynamoDB server on loopback.

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SegmentTables, type SegmentTablesOptions } from '../../../src/aws/transcribe/segment-table.ts';
import { segment } from '../../transcript/segments.ts';

const CONTACT = 'b0e14540-ca63-4a9c-9273-2b3f1b0a5c1e';
const NOW = Date.UTC(2026, 0, 5, 9, 30);

let server: Server;
let endpointUrl: string;
let client: DynamoDBDocumentClient;
let table = '';
let tables = 0;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'made-up-secret';
  const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server;
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1', endpoint: endpointUrl }));
});
afterAll(() => {
  client.destroy();
  server.close();
});

async function makeTable(): Promise<string> {
  const name = `segments${++tables}`;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: [
        { AttributeName: 'ContactId', AttributeType: 'S' },
        { AttributeName: 'StartTime', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'ContactId', KeyType: 'HASH' },
        { AttributeName: 'StartTime', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return name;
}

beforeEach(async () => {
  table = await makeTable();
});

const open = (options: Partial<SegmentTablesOptions> = {}) =>
  new SegmentTables({
    region: 'us-east-1',
    endpointUrl,
    contactId: CONTACT,
    table,
    savePartials: false,
    ttlDays: 7,
    now: () => NOW,
    ...options,
  });

async function items(name = table): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
  return Items.sort((a, b) => Number(a.StartTime) - Number(b.StartTime));
}

test('the item that consumers of the sample read, with an expiry that DynamoDB understands', async () => {
  const other = await makeTable();
  const sink = open({ tableToCustomer: other });
  sink.put(segment('from', 1250, 2500, 'Hello there.', { id: 'a' }));
  sink.put(segment('to', 3000, 4000, 'Good morning.', { id: 'b' }));
  sink.put(segment('to', 5000, 5100, '', { id: 'c' }));
  await sink.end();
  expect(await items()).toEqual([
    {
      ContactId: CONTACT,
      StartTime: 1.25,
      SegmentId: 'a',
      EndTime: 2.5,
      Transcript: 'Hello there.',
      IsPartial: false,
      LoggedOn: '2026-01-05T09:30:00.000Z',
      ExpiresAfter: NOW / 1000 + 7 * 24 * 60 * 60,
    },
  ]);
  expect((await items(other)).map(({ Transcript }) => Transcript)).toEqual(['Good morning.']);
  expect(sink.written).toBe(2);
});

test('a late partial never overwrites a final', async () => {
  const final = open({ savePartials: true });
  final.put(segment('from', 1000, 2000, 'whole', { id: 'a' }));
  await final.end();
  // Of another process, or of the same one but late.
  const late = open({ savePartials: true });
  late.put(segment('from', 1000, 1500, 'par', { id: 'a', partial: true }));
  late.put(segment('from', 1000, 1500, 'other', { id: 'b', partial: true }));
  await late.end();
  expect((await items()).map(({ Transcript, IsPartial }) => [Transcript, IsPartial])).toEqual([
    ['whole', false],
  ]);
});

test('partials are replaced by the final one, wherever that begins, and are not there without --save-partials', async () => {
  const sink = open({ savePartials: true });
  sink.put(segment('from', 1000, 1200, 'par', { id: 'a', partial: true }));
  await sink.end();
  expect(await items()).toMatchObject([{ StartTime: 1, Transcript: 'par', IsPartial: true }]);
  sink.put(segment('from', 1100, 1400, 'part of', { id: 'a', partial: true }));
  await sink.end();
  expect(await items()).toMatchObject([{ StartTime: 1.1, IsPartial: true }]);
  sink.put(segment('from', 980, 2000, 'part of it', { id: 'a' }));
  await sink.end();
  expect(await items()).toMatchObject([{ StartTime: 0.98, Transcript: 'part of it', IsPartial: false }]);

  sink.put(segment('from', 5000, 5500, 'taken back', { id: 'b', partial: true }));
  await sink.end();
  sink.retract(segment('from', 5000, 5500, 'taken back', { id: 'b', partial: true }));
  await sink.end();
  expect(await items()).toHaveLength(1);

  const without = open();
  without.put(segment('from', 9000, 9100, 'no', { id: 'c', partial: true }));
  await without.end();
  expect(await items()).toHaveLength(1);
});

test('segments that begin at the same moment have keys of their own, also in a table for both directions', async () => {
  const sink = open();
  const same = [
    segment('from', 1000, 2000, 'customer', { id: 'a' }),
    segment('to', 1000, 2000, 'agent', { id: 'b' }),
    segment('from', 1000, 2500, 'customer again', { id: 'c' }),
  ];
  for (const one of same) sink.put(one);
  await sink.end();
  const written = await items();
  expect(written.map(({ Transcript }) => Transcript).sort()).toEqual(['agent', 'customer', 'customer again']);
  expect(new Set(written.map(({ StartTime }) => StartTime)).size).toBe(3);
  for (const { StartTime } of written) expect(Number(StartTime) - 1).toBeLessThan(0.0001);
  expect(written.map(({ Direction }) => Direction).sort()).toEqual(['from', 'from', 'to']);
});

test('a second run of the same call replaces its items and adds none', async () => {
  for (const run of ['first', 'second']) {
    const sink = open();
    for (let i = 0; i < 30; i++) {
      sink.put(
        segment(i % 2 ? 'to' : 'from', 1000 * Math.floor(i / 2), 1000 * i + 900, `${run} ${i}`, {
          id: `${run}-${i}`,
        }),
      );
    }
    await sink.end();
  }
  const written = await items();
  expect(written).toHaveLength(30);
  expect(written.every(({ Transcript }) => String(Transcript).startsWith('second'))).toBe(true);
});

test('a table that is not there is one clear error', async () => {
  const sink = open({ table: 'nowhere' });
  sink.put(segment('from', 0, 100, 'lost', { id: 'a' }));
  await expect(sink.end()).rejects.toMatchObject({
    name: 'KvsrecError',
    message: expect.stringContaining('nowhere'),
  });
});
