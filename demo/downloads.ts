// Fetches what the functions have left in S3 and DynamoDB into the output folder.

import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { s3Client } from '../src/aws/s3/client.ts';
import { BUCKET, CONTACT_TABLE, PREFIX, TRANSCRIPT_TABLES } from './call.ts';
import type { Services } from './services.ts';

/** Downloads the recordings into `folder`. Answers their paths. */
export async function downloadRecordings({ s3Url }: Services, folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const client = await s3Client({ endpointUrl: s3Url });
  try {
    const files: string[] = [];
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: PREFIX }));
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      const file = path.join(folder, path.posix.basename(Key));
      await pipeline(Body as Readable, createWriteStream(file));
      files.push(file);
    }
    return files.sort();
  } finally {
    client.destroy();
  }
}

/** Writes the items of each table into a file of JSON. Answers the contact's summary item, if there is one. */
export async function downloadItems(
  { dynamo }: Services,
  folder: string,
): Promise<Record<string, unknown> | undefined> {
  mkdirSync(folder, { recursive: true });
  for (const table of [CONTACT_TABLE, ...Object.values(TRANSCRIPT_TABLES)]) {
    const items = await dynamo.items(table);
    writeFileSync(path.join(folder, `${table}.json`), `${JSON.stringify(items, null, 2)}\n`);
  }
  const contacts = await dynamo.items(CONTACT_TABLE);
  return contacts.find((item) => item.callDate !== undefined);
}
