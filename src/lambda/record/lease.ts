// Who records a call now: one invocation at a time, by a conditional write into the contact's item. Where there is no
// table, `object-lease.ts` does the same in S3.

import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { explained } from '../../aws/aws-error.ts';
import type { Chain } from './record-event.ts';

/** Milliseconds for which a lease holds without being renewed; longer than a pause between checkpoints may be. */
export const LEASE_MS = 150_000;

/** As one invocation has it: every invocation makes its own. */
export interface Lease {
  /**
   * Takes the lease for a link: where there is none, where it was handed to that link, where the same request holds it
   * (a retry has the id of the first attempt, and so has a second delivery of the event; an attempt that still runs finds
   * out when it renews), or where its holder has not been heard of for `LEASE_MS`.
   * @returns Whether it was to be had.
   */
  take(chain: Chain, requestId: string): Promise<boolean>;
  /** Keeps it. @returns Whether this invocation has it still. */
  renew(chain: Chain, requestId: string): Promise<boolean>;
  /** Hands it to a link, whichever request that will be. */
  hand(to: Chain): Promise<void>;
  /** The same, where the link before still has it. */
  offer(to: Chain): Promise<void>;
}

/** Who has the lease: a link, and where an invocation has taken it, its request; the attempt at that comes behind. */
export function holderOf({ run, link }: Chain, requestId?: string): string {
  return requestId === undefined ? `${run}/${link}/` : `${run}/${link}/${requestId}/`;
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
  const attempt = randomUUID();
  return {
    async take(chain, requestId) {
      const ours = holderOf(chain, requestId);
      return await allowed(
        write(ours + attempt, now() + LEASE_MS, {
          text: 'attribute_not_exists(#holder) OR begins_with(#holder, :ours) OR #holder = :handed OR #until < :now',
          values: { ':ours': ours, ':handed': holderOf(chain), ':now': now() },
        }),
      );
    },
    async renew(chain, requestId) {
      const mine = holderOf(chain, requestId) + attempt;
      return await allowed(
        write(mine, now() + LEASE_MS, {
          // An item that somebody has deleted is nobody else's yet.
          text: 'attribute_not_exists(#holder) OR #holder = :mine',
          values: { ':mine': mine },
        }),
      );
    },
    hand: (to) => write(holderOf(to), now() + LEASE_MS),
    async offer(to) {
      const before = holderOf({ run: to.run, link: to.link - 1 });
      await allowed(
        write(holderOf(to), now() + LEASE_MS, {
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
