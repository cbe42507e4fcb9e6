// DescribeStream, ListStreams and GetDataEndpoint.
import type { Call } from './call.ts';
import { invalid, Parameters, STREAM_NAME, TOKEN } from './parameters.ts';
import type { SimulatedStream } from './stream.ts';

const API_NAMES = [
  'PUT_MEDIA',
  'GET_MEDIA',
  'LIST_FRAGMENTS',
  'GET_MEDIA_FOR_FRAGMENT_LIST',
  'GET_HLS_STREAMING_SESSION_URL',
  'GET_DASH_STREAMING_SESSION_URL',
  'GET_CLIP',
  'GET_IMAGES',
] as const;

/** Most streams that ListStreams tells in one answer (its model's limit, and the default). */
const MAX_STREAMS = 10_000;

export async function getDataEndpoint(call: Call, body: unknown): Promise<void> {
  const parameters = new Parameters(body);
  parameters.choice('APIName', API_NAMES);
  await named(call, parameters);
  // The address that the client used reaches it again, through whatever forwards its ports.
  const { host } = call.request.headers;
  const { localAddress, localPort } = call.request.socket;
  call.answer({ DataEndpoint: `http://${host ?? `${localAddress}:${localPort}`}` });
}

export async function describeStream(call: Call, body: unknown): Promise<void> {
  const stream = await named(call, new Parameters(body));
  call.answer({ StreamInfo: streamInfo(stream) });
}

export async function listStreams(call: Call, body: unknown): Promise<void> {
  const parameters = new Parameters(body);
  const { service } = call;
  const most = parameters.whole('MaxResults', 1, MAX_STREAMS) ?? MAX_STREAMS;
  const token = parameters.text('NextToken', TOKEN, 512);
  const condition = parameters.object('StreamNameCondition');
  let prefix = '';
  if (condition !== undefined) {
    if (condition.has('ComparisonOperator')) condition.choice('ComparisonOperator', ['BEGINS_WITH']);
    prefix = condition.text('ComparisonValue', STREAM_NAME, 256) ?? '';
  }
  await call.faults(null);
  service.quotas.request('ListStreams', '');
  const streams = service.streams
    .all()
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const from = token === undefined ? 0 : pageStart(token, 'ListStreams');
  const page = streams.slice(from, from + most);
  call.answer({
    StreamInfoList: page.map(streamInfo),
    ...(from + most < streams.length ? { NextToken: pageToken('ListStreams', from + most) } : {}),
  });
}

/** A token for the page that begins at a position. */
export function pageToken(list: string, from: number): string {
  return Buffer.from(`${list} ${from}`).toString('base64url');
}

/** The position that a token stands for. */
export function pageStart(token: string, list: string): number {
  const [of, from] = Buffer.from(token, 'base64url').toString('utf8').split(' ');
  if (of !== list || from === undefined || !/^\d+$/.test(from)) throw invalid('The NextToken is not valid');
  return Number(from);
}

async function named(call: Call, parameters: Parameters): Promise<SimulatedStream> {
  const stream = call.service.streams.resolve(parameters);
  call.record.stream = stream.name;
  await call.faults(stream.name);
  call.service.quotas.request(call.operation, stream.name);
  return stream;
}

function streamInfo({ facts }: SimulatedStream): object {
  return {
    StreamName: facts.name,
    StreamARN: facts.arn,
    ...(facts.mediaType === null ? {} : { MediaType: facts.mediaType }),
    KmsKeyId: `arn:aws:kms:${facts.arn.split(':')[3]}:${facts.arn.split(':')[4]}:alias/aws/kinesisvideo`,
    Version: 'xjn6v2Yt0sVd1cK8dQmB',
    Status: 'ACTIVE',
    CreationTime: facts.createdAt / 1000,
    DataRetentionInHours: Math.max(1, Math.round(facts.retentionMs / 3_600_000)),
  };
}
