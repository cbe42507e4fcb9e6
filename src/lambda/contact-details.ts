// The summary item of a contact in DynamoDB, with the attributes of the Java sample's ContactDetails table.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { explained } from '../aws/aws-error.ts';
import { clientConfig } from '../aws/client-config.ts';

/** Attributes of an item; what is not given is left as it is. */
export interface ContactDetails {
  customerPhoneNumber?: string | undefined;
  /** Month/day/year, as the sample writes it. */
  callDate?: string | undefined;
  callTimestamp?: string | undefined;
  /** Address of the object. */
  audioFromCustomer?: string | undefined;
  audioToCustomer?: string | undefined;
  /** Bucket and key with a slash between, as the sample writes it. */
  combinedAudio?: string | undefined;
  mergeStatus?: string | undefined;
  contactTranscriptFromCustomer?: string | undefined;
  contactTranscriptToCustomer?: string | undefined;
}

/** Sets attributes of a contact's item, makes the item where there is none, and puts off when it expires. */
export type UpdateContact = (
  contactId: string,
  details: ContactDetails,
  signal?: AbortSignal,
) => Promise<void>;

/** A client that both the summary and the transcripts use. */
export function documentClient(region?: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig({ region })), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Items expire so many days after they were last written, as those of the transcripts do: they hold the same words. With 0
 * they are kept.
 */
export function updateContact(
  client: DynamoDBDocumentClient,
  table: string,
  ttlDays: number,
  now: () => number = Date.now,
): UpdateContact {
  return async (contactId, details, signal) => {
    const keep = ttlDays === 0;
    const ExpiresAfter = keep ? undefined : Math.floor(now() / 1000) + Math.round(ttlDays * DAY_SECONDS);
    const set = Object.entries({ ...details, ExpiresAfter }).filter(([, value]) => value !== undefined);
    const command = new UpdateCommand({
      TableName: table,
      Key: { contactId },
      UpdateExpression: [
        ...(set.length > 0 ? [`SET ${set.map((_, i) => `#${i} = :${i}`).join(', ')}`] : []),
        ...(keep ? ['REMOVE ExpiresAfter'] : []),
      ].join(' '),
      ...(set.length > 0 && {
        ExpressionAttributeNames: Object.fromEntries(set.map(([name], i) => [`#${i}`, name])),
        ExpressionAttributeValues: Object.fromEntries(set.map(([, value], i) => [`:${i}`, value])),
      }),
    });
    const task = { doing: `write to the table ${table}`, action: 'dynamodb:UpdateItem', resource: table };
    await explained(task, () => client.send(command, signal && { abortSignal: signal }));
  };
}
