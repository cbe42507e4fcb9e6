// dynalite on loopback with the tables that the template makes.

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

export interface DynamoServer {
  url: string;
  client: DynamoDBDocumentClient;
  /** All items of a table, ordered by their JSON. */
  items(table: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const TABLES = {
  contactDetails: { hash: 'contactId' },
  contactTranscriptSegments: { hash: 'ContactId', range: 'StartTime' },
  contactTranscriptSegmentsToCustomer: { hash: 'ContactId', range: 'StartTime' },
} as const;

export async function startDynamoServer(): Promise<DynamoServer> {
  const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server;
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plain = new DynamoDBClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
  for (const [TableName, keys] of Object.entries(TABLES)) {
    const range = 'range' in keys ? keys.range : undefined;
    await plain.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: keys.hash, AttributeType: 'S' },
          ...(range ? [{ AttributeName: range, AttributeType: 'N' as const }] : []),
        ],
        KeySchema: [
          { AttributeName: keys.hash, KeyType: 'HASH' },
          ...(range ? [{ AttributeName: range, KeyType: 'RANGE' as const }] : []),
        ],
      }),
    );
  }
  const client = DynamoDBDocumentClient.from(plain);
  return {
    url,
    client,
    async items(TableName) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    },
    async close() {
      client.destroy();
      plain.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
