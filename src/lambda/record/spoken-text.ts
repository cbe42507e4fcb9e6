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
  const textOf = async (table: string | undefined): Promise<string> => {
    const texts: string[] = [];
    for (let page: QueryCommandInput['ExclusiveStartKey'] | null; table !== undefined && page !== null; ) {
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
      for (const { Transcript, IsPartial } of Items) if (IsPartial !== true) texts.push(String(Transcript));
      page = LastEvaluatedKey ?? null;
    }
    return texts.join(' ');
  };
  try {
    return { from: await textOf(from), to: await textOf(to) };
  } finally {
    client.destroy();
  }
}
