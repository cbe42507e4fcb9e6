// GetMedia: from the fragment that the selector names on, as they appear, until the session ends.
import type { Call } from './call.ts';
import { inBandError } from './in-band.ts';
import { MediaBody } from './media-body.ts';
import { FRAGMENT_NUMBER, invalid, Parameters, TOKEN } from './parameters.ts';
import type { SimulatedStream } from './stream.ts';

const SELECTORS = [
  'FRAGMENT_NUMBER',
  'SERVER_TIMESTAMP',
  'PRODUCER_TIMESTAMP',
  'NOW',
  'EARLIEST',
  'CONTINUATION_TOKEN',
] as const;

/** How a session finds its first fragment. */
type Start =
  | { type: 'NOW' | 'EARLIEST' }
  | { type: 'FRAGMENT_NUMBER' | 'CONTINUATION_TOKEN'; number: bigint }
  | { type: 'SERVER_TIMESTAMP' | 'PRODUCER_TIMESTAMP'; ms: number };

/** Position of the fragment asked for is not known to the stream, or no longer retained. */
const NOT_FOUND = -1;

export async function getMedia(call: Call, body: unknown): Promise<void> {
  const { service, response } = call;
  const parameters = new Parameters(body);
  const stream = service.streams.resolve(parameters);
  call.record.stream = stream.name;
  const start = startOf(parameters.object('StartSelector'));
  const faults = await call.faults(stream.name);
  service.quotas.request('GetMedia', stream.name);
  const release = service.quotas.connection('GetMedia', stream.name);
  response.once('close', release);
  stream.begin();
  const media = new MediaBody(call, stream.name, 'GetMedia', faults, service.sessionMs);
  const { writer } = media;
  let next = firstIndex(stream, start, service.afterFragmentInclusive);
  for (;;) {
    await writer.boundary();
    if (media.over) break;
    const now = Date.now();
    if (next === NOT_FOUND || next < stream.earliest(now)) {
      await writer.write(inBandError(4000));
      writer.end('in-band');
    } else if (next < stream.count(now)) {
      const newest = stream.fragment(stream.count(now) - 1);
      await media.send(stream.fragment(next++), newest.serverMs);
    } else {
      // The session stays open and silent until there is something new, or its time is up.
      const stopWaiting = stream.onAppended(() => writer.gate.wake());
      await writer.gate.wait(stream.appearsAt(next) - now);
      stopWaiting();
    }
  }
  media.finish();
}

function startOf(selector: Parameters | undefined): Start {
  if (selector === undefined) throw invalid('StartSelector is required');
  const type = selector.choice('StartSelectorType', SELECTORS);
  const needed = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw invalid(`StartSelector.${name} is required for ${type}`);
    return value;
  };
  switch (type) {
    case 'FRAGMENT_NUMBER': {
      const number = selector.text('AfterFragmentNumber', FRAGMENT_NUMBER, 128);
      return { type, number: BigInt(needed(number, 'AfterFragmentNumber')) };
    }
    case 'CONTINUATION_TOKEN': {
      const token = needed(selector.text('ContinuationToken', TOKEN, 128), 'ContinuationToken');
      if (!FRAGMENT_NUMBER.test(token)) throw invalid('StartSelector.ContinuationToken is not valid');
      return { type, number: BigInt(token) };
    }
    case 'SERVER_TIMESTAMP':
    case 'PRODUCER_TIMESTAMP':
      return { type, ms: needed(selector.timestampMs('StartTimestamp'), 'StartTimestamp') };
    default:
      return { type };
  }
}

function firstIndex(stream: SimulatedStream, start: Start, inclusive: () => boolean): number {
  const now = Date.now();
  switch (start.type) {
    case 'NOW':
      return Math.max(stream.earliest(now), stream.count(now) - 1);
    case 'EARLIEST':
      return stream.earliest(now);
    case 'FRAGMENT_NUMBER':
    case 'CONTINUATION_TOKEN': {
      const index = stream.find(start.number);
      if (index < stream.earliest(now)) return NOT_FOUND;
      return start.type === 'FRAGMENT_NUMBER' && inclusive() ? index : index + 1;
    }
    default: {
      // The fragment that contains the time, or the first one after it.
      const clock = start.type === 'SERVER_TIMESTAMP' ? 'serverMs' : 'producerMs';
      for (const fragment of stream.fragments(now)) {
        if (fragment[clock] + Math.max(1, fragment.durationMs) > start.ms) return fragment.index;
      }
      return stream.count(now);
    }
  }
}
