// Segments as items of DynamoDB tables, in the shape that consumers of Amazon Connect's sample for real-time
// transcription read: key ContactId (S) and StartTime (N, seconds).

import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TranscriptSegment } from '../../transcript/segment.ts';
import { awsError } from '../aws-error.ts';
import { type AwsSettings, clientConfig } from '../client-config.ts';
import { patiently } from '../patiently.ts';

export interface SegmentTablesOptions extends AwsSettings {
  contactId: string;
  /** The table for what the customer says; for everybody where there is no other. */
  table?: string | undefined;
  /** The table for what the customer hears. */
  tableToCustomer?: string | undefined;
  savePartials: boolean;
  /** Days until items expire; 0 for never. */
  ttlDays: number;
  /** Milliseconds since the epoch; for tests. */
  now?: () => number;
  client?: DynamoDBDocumentClient;
}

/** An item, as it is written. */
export interface SegmentItem {
  ContactId: string;
  /** Seconds on the call's clock. Where two segments would share a key, the later one has a microsecond more. */
  StartTime: number;
  SegmentId: string;
  EndTime: number;
  Transcript: string;
  IsPartial: boolean;
  /** ISO 8601. */
  LoggedOn: string;
  /** Seconds since the epoch, as DynamoDB wants a time to live; not there in items that are kept. */
  ExpiresAfter?: number;
  /** `from` or `to`, in a table that both directions share. */
  Direction?: string;
}

const DAY_SECONDS = 24 * 60 * 60;
const MICROSECOND = 1e-6;
/** Segments that are written at once. */
const AT_ONCE = 8;

interface Work {
  table: string;
  latest: TranscriptSegment | undefined;
  retracted: boolean;
  /** StartTime of the item that holds the segment while its text may still change. */
  partialKey: number | undefined;
  running: boolean;
}

export class SegmentTables {
  readonly #options: SegmentTablesOptions;
  readonly #client: DynamoDBDocumentClient;
  readonly #work = new Map<string, Work>();
  /** Keys of final items of this run, by table, and whose they are. */
  readonly #keys = new Map<string, string>();
  readonly #queue: Work[] = [];
  #running = 0;
  #failure: unknown;
  #settled: (() => void) | undefined;
  written = 0;

  constructor(options: SegmentTablesOptions) {
    this.#options = options;
    const { client, ...settings } = options;
    this.#client =
      client ??
      DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(settings)), {
        marshallOptions: { removeUndefinedValues: true },
      });
  }

  /** Takes a segment; it is written in its turn. Of text that changed meanwhile, only the latest is. */
  put(segment: TranscriptSegment): void {
    if (segment.partial && !this.#options.savePartials) return;
    const table = this.#tableOf(segment);
    if (table === undefined || segment.text === '') return;
    const work = this.#workFor(segment.id, table);
    if (work.latest !== undefined && !work.latest.partial && segment.partial) return;
    work.latest = segment;
    this.#schedule(work);
  }

  /** A segment whose text nothing final will replace: its item goes away. */
  retract({ id }: TranscriptSegment): void {
    const work = this.#work.get(id);
    if (work === undefined) return;
    work.retracted = true;
    work.latest = undefined;
    this.#schedule(work);
  }

  /** Resolves when everything is written. @throws KvsrecError for the first thing that could not be. */
  async end(): Promise<void> {
    if (this.#running > 0 || this.#queue.length > 0) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
    if (this.#options.client === undefined) this.#client.destroy();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #tableOf({ direction }: TranscriptSegment): string | undefined {
    const { table, tableToCustomer } = this.#options;
    return direction === 'to' ? (tableToCustomer ?? table) : table;
  }

  #workFor(id: string, table: string): Work {
    const known = this.#work.get(id);
    if (known !== undefined) return known;
    const work: Work = { table, latest: undefined, retracted: false, partialKey: undefined, running: false };
    this.#work.set(id, work);
    return work;
  }

  #schedule(work: Work): void {
    if (!work.running && !this.#queue.includes(work)) this.#queue.push(work);
    this.#next();
  }

  #next(): void {
    while (this.#running < AT_ONCE && this.#queue.length > 0) {
      const work = this.#queue.shift()!;
      this.#running++;
      work.running = true;
      void this.#write(work)
        .catch((error: unknown) => {
          this.#failure ??= awsError(error, {
            doing: `write a segment to the table ${work.table}`,
            action: 'dynamodb:PutItem',
            resource: work.table,
          });
        })
        .finally(() => {
          this.#running--;
          work.running = false;
          if (work.latest !== undefined || work.retracted) this.#queue.push(work);
          this.#next();
          if (this.#running === 0 && this.#queue.length === 0) this.#settled?.();
        });
    }
  }

  async #write(work: Work): Promise<void> {
    const segment = work.latest;
    const retracted = work.retracted;
    work.latest = undefined;
    work.retracted = false;
    if (segment === undefined) {
      if (retracted) await this.#dropPartial(work);
      return;
    }
    const item = this.#item(segment);
    if (segment.partial) {
      if (work.partialKey !== undefined && work.partialKey !== item.StartTime) await this.#dropPartial(work);
      if (await this.#putPartial(work.table, item)) work.partialKey = item.StartTime;
      return;
    }
    const key = await this.#putFinal(work.table, item);
    if (work.partialKey !== undefined && work.partialKey !== key) await this.#dropPartial(work, segment.id);
    work.partialKey = undefined;
    this.#work.delete(segment.id);
    this.written++;
  }

  #item(segment: TranscriptSegment): SegmentItem {
    const now = (this.#options.now ?? Date.now)();
    const { ttlDays } = this.#options;
    return {
      ContactId: this.#options.contactId,
      StartTime: segment.startMs / 1000,
      SegmentId: segment.id,
      EndTime: segment.endMs / 1000,
      Transcript: segment.text,
      IsPartial: segment.partial,
      LoggedOn: new Date(now).toISOString(),
      ...(ttlDays > 0 ? { ExpiresAfter: Math.floor(now / 1000) + Math.round(ttlDays * DAY_SECONDS) } : {}),
      ...(this.#shared ? { Direction: segment.direction } : {}),
    };
  }

  get #shared(): boolean {
    const { table, tableToCustomer = table } = this.#options;
    return tableToCustomer === table;
  }

  /** A partial item only ever replaces the same segment's, and never a final one. False where it was not written. */
  async #putPartial(table: string, item: SegmentItem): Promise<boolean> {
    return await this.#put(
      table,
      item,
      'attribute_not_exists(ContactId) OR (IsPartial = :partial AND SegmentId = :id)',
      { ':partial': true, ':id': item.SegmentId },
    );
  }

  /**
   * A final item replaces what an earlier run wrote in its place, and what was partial; the item of another segment
   * that begins at the same moment stays, and this one goes beside it. Answers the key.
   */
  async #putFinal(table: string, item: SegmentItem): Promise<number> {
    for (let step = 0; ; step++) {
      const key = Math.round((item.StartTime + step * MICROSECOND) / MICROSECOND) * MICROSECOND;
      const StartTime = Number(key.toFixed(6));
      const place = `${table} ${StartTime}`;
      const owner = this.#keys.get(place);
      if (owner !== undefined && owner !== item.SegmentId) continue;
      this.#keys.set(place, item.SegmentId);
      const placed = { ...item, StartTime };
      const done = item.Direction
        ? await this.#put(
            table,
            placed,
            'attribute_not_exists(ContactId) OR Direction = :direction OR IsPartial = :partial',
            { ':direction': item.Direction, ':partial': true },
          )
        : await this.#put(table, placed);
      if (done) return StartTime;
      this.#keys.delete(place);
    }
  }

  async #put(
    table: string,
    item: SegmentItem,
    condition?: string,
    values?: Record<string, unknown>,
  ): Promise<boolean> {
    try {
      await patiently(() =>
        this.#client.send(
          new PutCommand({
            TableName: table,
            Item: item,
            ...(condition === undefined ? {} : { ConditionExpression: condition }),
            ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
          }),
        ),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** Takes the item away that held the segment before its text was final. */
  async #dropPartial(work: Work, id?: string): Promise<void> {
    const StartTime = work.partialKey;
    work.partialKey = undefined;
    if (StartTime === undefined) return;
    try {
      await patiently(() =>
        this.#client.send(
          new DeleteCommand({
            TableName: work.table,
            Key: { ContactId: this.#options.contactId, StartTime },
            ConditionExpression:
              id === undefined ? 'IsPartial = :partial' : 'IsPartial = :partial AND SegmentId = :id',
            ExpressionAttributeValues: { ':partial': true, ...(id === undefined ? {} : { ':id': id }) },
          }),
        ),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
