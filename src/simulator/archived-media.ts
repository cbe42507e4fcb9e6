// ListFragments and GetMediaForFragmentList: what is retained, by time and by number.
import type { Call } from './call.ts';
import { pageStart, pageToken } from './control-plane.ts';
import { fragmentException } from './in-band.ts';
import { MediaBody } from './media-body.ts';
import { FRAGMENT_NUMBER, invalid, Parameters, TOKEN } from './parameters.ts';
import { seededRandom } from './random-faults.ts';
import type { SimulatedStream, StoredFragment } from './stream.ts';

/** Limits of the models: fragments a page, and a request; 100 a page where nothing is said. */
const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;
const MAX_LIST = 1000;

export async function listFragments(call: Call, body: unknown): Promise<void> {
  const { service } = call;
  const parameters = new Parameters(body);
  const stream = service.streams.resolve(parameters);
  call.record.stream = stream.name;
  const most = parameters.whole('MaxResults', 1, MAX_PAGE) ?? DEFAULT_PAGE;
  const token = parameters.text('NextToken', TOKEN, 4096);
  const within = rangeOf(parameters.object('FragmentSelector'));
  const faults = await call.faults(stream.name);
  service.quotas.request('ListFragments', stream.name);
  const missing = faults.fragments.filter(({ kind }) => kind === 'missing');
  const all: StoredFragment[] = [];
  for (const fragment of stream.fragments()) {
    const gone = missing.some(
      ({ number, fragment: nth }) => number === fragment.number || nth === fragment.index + 1,
    );
    if (within(fragment) && !gone) all.push(fragment);
  }
  if (service.listOrder === 'shuffled') shuffle(all, seededRandom(service.seed));
  const from = token === undefined ? 0 : pageStart(token, 'ListFragments');
  call.answer({
    Fragments: all.slice(from, from + most).map(fragmentInfo),
    ...(from + most < all.length ? { NextToken: pageToken('ListFragments', from + most) } : {}),
  });
}

export async function getMediaForFragmentList(call: Call, body: unknown): Promise<void> {
  const { service, response } = call;
  const parameters = new Parameters(body);
  const stream = service.streams.resolve(parameters);
  call.record.stream = stream.name;
  const numbers = parameters.texts('Fragments', FRAGMENT_NUMBER, 128, 1, MAX_LIST);
  const faults = await call.faults(stream.name);
  service.quotas.request('GetMediaForFragmentList', stream.name);
  response.once('close', service.quotas.connection('GetMediaForFragmentList', stream.name));
  const media = new MediaBody(call, stream.name, 'GetMediaForFragmentList', faults, service.sessionMs);
  const { writer } = media;
  for (const number of numbers) {
    media.upcoming = number;
    await writer.boundary();
    if (media.over) break;
    const fragment = retained(stream, BigInt(number));
    if (fragment !== null) {
      await media.send(fragment, fragment.serverMs);
      continue;
    }
    // The first fragment that cannot be given ends the answer.
    await writer.write(fragmentException(number, 4000));
    break;
  }
  await writer.boundary();
  writer.end('done');
  media.finish();
}

function retained(stream: SimulatedStream, number: bigint): StoredFragment | null {
  const index = stream.find(number);
  const now = Date.now();
  return index >= stream.earliest(now) && index < stream.count(now) ? stream.fragment(index) : null;
}

/** Whether a fragment lies in the range that the selector names, both ends included. */
function rangeOf(selector: Parameters | undefined): (fragment: StoredFragment) => boolean {
  if (selector === undefined) return () => true;
  const type = selector.choice('FragmentSelectorType', ['PRODUCER_TIMESTAMP', 'SERVER_TIMESTAMP']);
  const range = selector.object('TimestampRange');
  const start = range?.timestampMs('StartTimestamp');
  const end = range?.timestampMs('EndTimestamp');
  if (start === undefined || end === undefined) {
    throw invalid('FragmentSelector.TimestampRange needs StartTimestamp and EndTimestamp');
  }
  if (end < start) throw invalid('FragmentSelector.TimestampRange.EndTimestamp lies before StartTimestamp');
  const clock = type === 'SERVER_TIMESTAMP' ? 'serverMs' : 'producerMs';
  return (fragment) => fragment[clock] >= start && fragment[clock] <= end;
}

function fragmentInfo(fragment: StoredFragment): object {
  return {
    FragmentNumber: fragment.number,
    FragmentSizeInBytes: fragment.bytes,
    ProducerTimestamp: fragment.producerMs / 1000,
    ServerTimestamp: fragment.serverMs / 1000,
    FragmentLengthInMilliseconds: Math.round(fragment.durationMs),
  };
}

/** Fisher and Yates: the same order for the same numbers. */
function shuffle<T>(list: T[], random: () => number): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
}
