// Shows what is said while it is said, as an agent's screen would: from the tables, which the record function fills.

import { setTimeout as wait } from 'node:timers/promises';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { CONTACT_ID, TRANSCRIPT_TABLES } from './call.ts';
import type { Screen } from './screen.ts';
import type { Services } from './services.ts';

/** An item of a transcript's table, as far as it is shown. */
export interface Said {
  direction: 'from' | 'to';
  SegmentId: string;
  /** Seconds on the call's clock. */
  StartTime: number;
  EndTime: number;
  Transcript: string;
  IsPartial: boolean;
}

export const SPEAKERS = { from: 'customer', to: 'agent' } as const;

const LOOK_EVERY_MS = 200;

/** What the tables hold of the call, in the order in which it was said. */
export async function saidSoFar({ dynamo }: Pick<Services, 'dynamo'>): Promise<Said[]> {
  const tables = Object.entries(TRANSCRIPT_TABLES) as [Said['direction'], string][];
  const said = tables.map(async ([direction, TableName]) => {
    const { Items = [] } = await dynamo.client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'ContactId = :contact',
        ExpressionAttributeValues: { ':contact': CONTACT_ID },
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => ({ ...item, direction }) as Said);
  });
  return (await Promise.all(said)).flat().sort((a, b) => a.StartTime - b.StartTime);
}

/** Shows the words until the signal, and then those that came last. */
export async function showWords(services: Services, screen: Screen, signal: AbortSignal): Promise<void> {
  const shown = new Set<string>();
  for (let last = false; !last; ) {
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    last = signal.aborted;
    const said = await saidSoFar(services);
    const partial = said.findLast(({ IsPartial }) => IsPartial);
    screen.changing(partial === undefined ? '' : `${line(screen, partial)} …`);
    for (const segment of said) {
      const key = `${segment.direction} ${segment.SegmentId}`;
      if (segment.IsPartial || shown.has(key)) continue;
      shown.add(key);
      screen.line(line(screen, segment));
    }
  }
  screen.changing('');
}

function line(screen: Screen, { StartTime, direction, Transcript }: Said): string {
  return screen.moment(StartTime * 1000, SPEAKERS[direction], Transcript);
}
