// Who may record a call, over a table and over a bucket on loopback.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LEASE_MS, type Lease, tableLease } from '../../src/lambda/record/lease.ts';
import { objectLease } from '../../src/lambda/record/object-lease.ts';
import { useS3 } from '../aws/s3/s3-server.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';

let dynamo: DynamoServer;
const s3 = useS3();
let time = 1_000_000;
let contacts = 0;

beforeAll(async () => {
  dynamo = await startDynamoServer();
});
afterAll(() => dynamo.close());

/** Each is what one invocation has; the same contact is the same recording. */
const KINDS: Record<string, (contact?: number) => Lease> = {
  tableLease: (contact = ++contacts) =>
    tableLease(dynamo.client, 'contactDetails', `lease-${contact}`, 'r1', () => time),
  objectLease: (contact = ++contacts) =>
    objectLease(s3.client, { bucket: 'calls', key: `state/lease-${contact}` }, () => time),
};
const link = (number: number, run = 'run') => ({ run, link: number });

describe.each(Object.entries(KINDS))('%s', (_, lease) => {
  test('one invocation gets in, its retry too, another does not', async () => {
    const held = lease();
    expect(await held.take(link(1), 'request-a')).toBe(true);
    expect(await held.take(link(1, 'other'), 'request-b')).toBe(false);
    expect(await held.take(link(1), 'request-a')).toBe(true);
  });

  test('of an event that is delivered twice the later invocation has it, and the earlier one is told', async () => {
    const earlier = lease();
    const later = lease(contacts);
    expect(await earlier.take(link(1), 'request-a')).toBe(true);
    expect(await earlier.renew(link(1), 'request-a')).toBe(true);
    expect(await later.take(link(1), 'request-a')).toBe(true);
    expect(await earlier.renew(link(1), 'request-a')).toBe(false);
    expect(await later.renew(link(1), 'request-a')).toBe(true);
  });

  test('of many at once, one', async () => {
    const held = lease();
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, i) => held.take(link(1, `run-${i}`), `r-${i}`)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('handed over: the next link gets in once, the one before no more, and cannot keep it', async () => {
    const held = lease();
    await held.take(link(1), 'request-a');
    await held.hand(link(2));
    await held.renew(link(1), 'request-a');
    expect(await held.take(link(1), 'request-a')).toBe(false);
    expect(await held.take(link(2), 'request-b')).toBe(true);
    expect(await held.take(link(2), 'request-c')).toBe(false);
    // Offered once more by a retry of the link before, which changes nothing for who has it.
    await held.offer(link(2));
    expect(await held.take(link(2), 'request-c')).toBe(false);
    expect(await held.take(link(2), 'request-b')).toBe(true);
  });

  test('offered where the link before still has it', async () => {
    const held = lease();
    await held.take(link(3), 'request-a');
    await held.offer(link(4));
    expect(await held.take(link(4), 'request-b')).toBe(true);
  });

  test('a holder that has not been heard of loses it; one that renews does not', async () => {
    const held = lease();
    await held.take(link(1), 'request-a');
    time += LEASE_MS - 1;
    await held.renew(link(1), 'request-a');
    time += LEASE_MS - 1;
    expect(await held.take(link(1, 'other'), 'request-b')).toBe(false);
    time += 2;
    expect(await held.take(link(1, 'other'), 'request-b')).toBe(true);
    await held.renew(link(1), 'request-a');
    expect(await held.take(link(1), 'request-a')).toBe(false);
  });
});

describe('objectLease', () => {
  test('an answer that got lost does not lock its own request out', async () => {
    const held = KINDS.objectLease!();
    let cut = false;
    s3.server.fault = ({ operation }) => {
      if (operation !== 'PutObject' || cut) return undefined;
      cut = true;
      return 'cut-after';
    };
    expect(await held.take(link(1), 'request-a')).toBe(true);
    expect(cut).toBe(true);
    expect(await held.take(link(1, 'other'), 'request-b')).toBe(false);
  });
});
