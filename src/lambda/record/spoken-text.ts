// All that was said in a call, from the tables: for the contact's summary.

import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { explained } from '../../aws/aws-error.ts';
import { documentClient } from '../contact-details.ts';
import type { Environment } from '../environment.ts';

/** The final segments of each direction in their order; undefined where there are no tables. */
export async function spokenText(
  environment: Environment<'record'>,
  contactId: string,
): Promise<{ from: string; to: string } | undefined> {
  const { TABLE_CALLER_TRANSCRIPT: from, TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: to, APP_REGION } = environment;
  if (from === undefined && to === undefined) return undefined;
  const client = documentClient(APP_REGION);
  const texts: Record<'from' | 'to', string[]> = { from: [], to: [] };
  // In a table that both directions share, the items say whose they are; elsewhere the table does.
  const read = async (table: string, tableIsOf: 'from' | 'to'): Promise<void> => {
    for (let page: QueryCommandInput['ExclusiveStartKey'] | null; page !== null; ) {
      const input: QueryCommandInput = {
        TableName: table,
        KeyConditionExpression: 'ContactId = :contact',
        ExpressionAttributeValues: { ':contact': contactId },
        ConsistentRead: true,
        ExclusiveStartKey: page,
      };
      const { Items = [], LastEvaluatedKey } = await explained(
        { doing: `read the table ${table}`, action: 'dynamodb:Query', resource: table },
        () => client.send(new QueryCommand(input)),
      );
      for (const { Transcript, IsPartial, Direction = tableIsOf } of Items) {
        if (IsPartial !== true) texts[Direction === 'to' ? 'to' : 'from'].push(String(Transcript));
      }
      page = LastEvaluatedKey ?? null;
    }
  };
  try {
    if (from !== undefined) await read(from, 'from');
    if (to !== undefined && to !== from) await read(to, 'to');
    return { from: texts.from.join(' '), to: texts.to.join(' ') };
  } finally {
    client.destroy();
  }
}
