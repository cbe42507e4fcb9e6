// Who records a call now, where there is no table: one invocation at a time, by conditional writes of an object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { explained } from '../../aws/aws-error.ts';
import { holderOf, LEASE_MS, type Lease } from './lease.ts';

/** How often a write that somebody else's came before is tried again. */
const ATTEMPTS = 5;

/** What S3 answers where a write's condition does not hold, or did not while it was under way. */
const REFUSALS = ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'];

interface Held {
  holder: string;
  /** Milliseconds since the epoch. */
  until: number;
  etag: string | undefined;
}

/** The lease of a recording, in an object of its own. */
export function objectLease(
  client: S3Client,
  { bucket, key, kmsKey }: { bucket: string; key: string; kmsKey?: string | undefined },
  now: () => number = Date.now,
): Lease {
  const task = (doing: string, action: string) => ({
    doing: `${doing} the lease s3://${bucket}/${key}`,
    action,
    resource: `arn:aws:s3:::${bucket}/${key}`,
  });
  const attempt = randomUUID();

  async function read(): Promise<Held | null> {
    return await explained(task('read', 's3:GetObject'), async () => {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const { holder, until } = JSON.parse(await text(Body as AsyncIterable<Uint8Array> as never)) as Held;
        return { holder, until, etag: ETag };
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return null;
        throw error;
      }
    });
  }

  /** Whether it was written: not where the object has changed since `before` was read. */
  async function write(by: string, before?: Held | null): Promise<boolean> {
    const condition = before === null ? { IfNoneMatch: '*' } : before?.etag && { IfMatch: before.etag };
    return await explained(task('write', 's3:PutObject'), async () => {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: JSON.stringify({ holder: by, until: now() + LEASE_MS }),
            ContentType: 'application/json',
            ...condition,
            ...(kmsKey !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof Error && REFUSALS.includes(error.name)) return false;
        throw error;
      }
    });
  }

  /** Writes where what is there allows it, and nothing has changed meanwhile. Answers whether it did. */
  async function writeWhere(by: string, allows: (held: Held | null) => boolean): Promise<boolean> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const held = await read();
      if (!allows(held)) return false;
      if (await write(by, held)) return true;
    }
    return false;
  }

  return {
    take(chain, requestId) {
      const ours = holderOf(chain, requestId);
      const handed = holderOf(chain);
      return writeWhere(
        ours + attempt,
        (held) =>
          held === null || held.holder.startsWith(ours) || held.holder === handed || held.until < now(),
      );
    },
    async renew(chain, requestId) {
      const mine = holderOf(chain, requestId) + attempt;
      // Writes that others of this invocation came before, time and again, have not lost it.
      let others = false;
      const written = await writeWhere(mine, (held) => {
        others = held !== null && held.holder !== mine;
        return !others;
      });
      return written || !others;
    },
    async hand(to) {
      await write(holderOf(to));
    },
    async offer(to) {
      const before = holderOf({ run: to.run, link: to.link - 1 });
      await writeWhere(holderOf(to), (held) => held?.holder.startsWith(before) === true);
    },
  };
}
