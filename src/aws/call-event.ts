// What events say of a call's media stream, recognised by their shape: a flow's event, the invocation of the sample that
// AWS publishes in Java, a contact record, and DescribeContact's answer.
import * as z from 'zod/mini';
import { KvsrecError } from '../errors.ts';

/** Where a call's audio is; what an event does not say is undefined. Milliseconds count from the epoch. */
export interface CallReference {
  streamArn: string;
  contactId?: string | undefined;
  instanceId?: string | undefined;
  startFragment?: string | undefined;
  stopFragment?: string | undefined;
  startMs?: number | undefined;
  stopMs?: number | undefined;
}

const text = z.optional(z.nullable(z.string()));
/** Epoch milliseconds as a flow writes them, or ISO 8601. */
const time = z.optional(z.nullable(z.union([z.string(), z.number()])));

/** Amazon Connect Administrator Guide, “Contact attributes in Amazon Connect”: `$.MediaStreams.Customer.Audio`. */
const FLOW = z.object({
  Details: z.object({
    ContactData: z.object({
      ContactId: text,
      InstanceARN: text,
      MediaStreams: z.object({
        Customer: z.object({
          Audio: z.nullable(
            z.object({
              StreamARN: z.string(),
              StartFragmentNumber: text,
              StartTimestamp: time,
              StopFragmentNumber: text,
              StopTimestamp: time,
            }),
          ),
        }),
      }),
    }),
  }),
});

/** github.com/amazon-connect/amazon-connect-realtime-transcription: what its trigger Lambda hands on. */
const SAMPLE = z.object({
  streamARN: z.string(),
  startFragmentNum: text,
  connectContactId: text,
});

/** Amazon Connect Administrator Guide, “Contact records data model”; the newest field of each name counts. */
const RECORD = z.object({
  ContactId: text,
  Id: text,
  InstanceARN: text,
  InstanceArn: text,
  Recordings: z.array(
    z.object({
      Location: text,
      StorageType: text,
      FragmentStartNumber: text,
      FragmentStopNumber: text,
      StartTimestamp: time,
      StopTimestamp: time,
    }),
  ),
});

const SHAPES = 'a flow event, an invocation event with streamARN, or a contact record';

/**
 * The stream that an event tells of.
 * @throws KvsrecError `unknown-event`, `no-media-stream`.
 */
export function callReference(event: unknown): CallReference {
  const flow = FLOW.safeParse(event);
  if (flow.success) return ofFlow(flow.data.Details.ContactData);
  const sample = SAMPLE.safeParse(event);
  if (sample.success) {
    const { streamARN, startFragmentNum, connectContactId } = sample.data;
    return {
      streamArn: streamARN,
      contactId: connectContactId || undefined,
      startFragment: startFragmentNum || undefined,
    };
  }
  for (const inner of [event, wrapped(event, 'detail'), wrapped(event, 'Contact')]) {
    const record = RECORD.safeParse(inner);
    if (record.success) return ofRecord(record.data);
  }
  throw new KvsrecError('unknown-event', `the event is not ${SHAPES}`, {
    exitCode: 2,
    hint: 'Give the JSON as Amazon Connect or the Lambda got it, one event in it.',
  });
}

function ofFlow(contact: z.output<typeof FLOW>['Details']['ContactData']): CallReference {
  const audio = contact.MediaStreams.Customer.Audio;
  if (audio === null) throw noStream('the flow event has no customer audio stream');
  return {
    streamArn: audio.StreamARN,
    contactId: contact.ContactId || undefined,
    instanceId: instanceOf(contact.InstanceARN),
    startFragment: audio.StartFragmentNumber || undefined,
    stopFragment: audio.StopFragmentNumber || undefined,
    startMs: epochMs(audio.StartTimestamp),
    stopMs: epochMs(audio.StopTimestamp),
  };
}

function ofRecord(record: z.output<typeof RECORD>): CallReference {
  const stream = record.Recordings.find(
    ({ StorageType, Location }) => StorageType === 'KINESIS_VIDEO_STREAM' && Location,
  );
  if (stream === undefined) throw noStream('the contact was not streamed to Kinesis Video Streams');
  return {
    streamArn: stream.Location!,
    contactId: (record.ContactId ?? record.Id) || undefined,
    instanceId: instanceOf(record.InstanceARN ?? record.InstanceArn),
    startFragment: stream.FragmentStartNumber || undefined,
    stopFragment: stream.FragmentStopNumber || undefined,
    startMs: epochMs(stream.StartTimestamp),
    stopMs: epochMs(stream.StopTimestamp),
  };
}

function noStream(message: string): KvsrecError {
  return new KvsrecError('no-media-stream', message, {
    hint: 'Its flow needs a “Start media streaming” block, and the instance live media streaming.',
  });
}

function wrapped(event: unknown, key: string): unknown {
  return typeof event === 'object' && event !== null ? (event as Record<string, unknown>)[key] : undefined;
}

function instanceOf(arn: string | null | undefined): string | undefined {
  return /instance\/([^/]+)/.exec(arn ?? '')?.[1];
}

/** Milliseconds since the epoch of epoch milliseconds (13 digits) or seconds as a number or text, or of ISO 8601. */
function epochMs(value: string | number | null | undefined): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = Number(value);
  // Seconds of any time yet to come have ten digits, milliseconds of any since 2001 have twelve or more.
  if (Number.isFinite(number)) return number < 1e11 ? number * 1000 : number;
  const parsed = Date.parse(String(value));
  return Number.isNaN(parsed) ? undefined : parsed;
}
