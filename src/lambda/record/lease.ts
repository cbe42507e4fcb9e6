// Who records a call now: one invocation at a time, by a conditional write into the contact's item. Where there is no
// table, `object-lease.ts` does the same in S3.

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { explained } from '../../aws/aws-error.ts';
import type { Chain } from './record-event.ts';

/** Milliseconds for which a lease holds without being renewed; longer than a pause between checkpoints may be. */
export const LEASE_MS = 150_000;

export interface Lease {
  /**
   * Takes the lease for a link: where there is none, where it was handed to that link, where the same request holds it
   * (a retry has the id of the first attempt), or where its holder has not been heard of for `LEASE_MS`.
   * @returns Whether it was to be had.
   */
  take(chain: Chain, requestId: string): Promise<boolean>;
  /** Keeps it. */
  renew(chain: Chain, requestId: string): Promise<void>;
  /** Hands it to a link, whichever request that will be. */
  hand(to: Chain): Promise<void>;
  /** The same, where the link before still has it. */
  offer(to: Chain): Promise<void>;
}

/** The lease of a recording, in the item of its contact. */
export function tableLease(
  client: DynamoDBDocumentClient,
  table: string,
  contactId: string,
  recordingId: string,
  now: () => number = Date.now,
): Lease {
  const names = { '#holder': `recorder-${recordingId}`, '#until': `recorderUntil-${recordingId}` };
  const write = async (holder: string, until: number, condition?: { text: string; values: object }) => {
    const command = new UpdateCommand({
      TableName: table,
      Key: { contactId },
      UpdateExpression: 'SET #holder = :holder, #until = :until',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':holder': holder, ':until': until, ...condition?.values },
      ...(condition && { ConditionExpression: condition.text }),
    });
    await explained(
      { doing: `write to the table ${table}`, action: 'dynamodb:UpdateItem', resource: table },
      () => client.send(command),
    );
  };
  const holder = ({ run, link }: Chain, requestId: string) => `${run}/${link}/${requestId}`;
  return {
    async take(chain, requestId) {
      const mine = holder(chain, requestId);
      return await allowed(
        write(mine, now() + LEASE_MS, {
          text: 'attribute_not_exists(#holder) OR #holder = :mine OR #holder = :handed OR #until < :now',
          values: { ':mine': mine, ':handed': holder(chain, ''), ':now': now() },
        }),
      );
    },
    async renew(chain, requestId) {
      const mine = holder(chain, requestId);
      await allowed(write(mine, now() + LEASE_MS, { text: '#holder = :mine', values: { ':mine': mine } }));
    },
    hand: (to) => write(holder(to, ''), now() + LEASE_MS),
    async offer(to) {
      const before = holder({ run: to.run, link: to.link - 1 }, '');
      await allowed(
        write(holder(to, ''), now() + LEASE_MS, {
          text: 'begins_with(#holder, :before)',
          values: { ':before': before },
        }),
      );
    },
  };
}

/** Whether a conditional write was let through. */
async function allowed(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    if ([error, cause].some((each) => each instanceof ConditionalCheckFailedException)) return false;
    throw error;
  }
}
