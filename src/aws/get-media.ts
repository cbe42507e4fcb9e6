// GetMedia: a live stream from Kinesis Video Streams, as the capture engine asks for it.
import type { Readable } from 'node:stream';
import { GetMediaCommand, type StartSelector } from '@aws-sdk/client-kinesis-video-media';
import type { ArchiveSource, MediaSource, MediaStart } from '../recording/capture/media-source.ts';
import { bodyConnection } from './body-connection.ts';
import { type KinesisVideo, streamParameters } from './kinesis-video.ts';
import { sourceFault } from './source-fault.ts';
import { type StreamId, streamName } from './stream-id.ts';
import { unlessAborted } from './unless-aborted.ts';

/** A stream of the service: live by GetMedia, past by its archive. */
export function kinesisSource(service: KinesisVideo, stream: StreamId): MediaSource {
  const name = streamName(stream);
  const task = {
    doing: `read the stream ${name}`,
    action: 'kinesisvideo:GetMedia',
    resource: stream.arn,
  };
  return {
    name,
    archive: lateArchive(service, stream),
    async open(start, signal) {
      try {
        const client = await unlessAborted(service.media(stream), signal);
        const { Payload } = await client.send(
          new GetMediaCommand({ ...streamParameters(stream), StartSelector: selector(start) }),
          { abortSignal: signal },
        );
        return bodyConnection(Payload as Readable, name);
      } catch (error) {
        throw service.failed(stream, sourceFault(error, task));
      }
    },
  };
}

function selector(start: MediaStart): StartSelector {
  switch (start.at) {
    case 'now':
      return { StartSelectorType: 'NOW' };
    case 'earliest':
      return { StartSelectorType: 'EARLIEST' };
    case 'fragment':
      return { StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: start.number };
    case 'token':
      return { StartSelectorType: 'CONTINUATION_TOKEN', ContinuationToken: start.token };
    case 'time':
      return {
        StartSelectorType: start.clock === 'server' ? 'SERVER_TIMESTAMP' : 'PRODUCER_TIMESTAMP',
        StartTimestamp: new Date(start.ms),
      };
  }
}

/** The archive's client is loaded when something is asked of it: few recordings ever do. */
function lateArchive(service: KinesisVideo, stream: StreamId): ArchiveSource {
  const loaded = async () => (await import('./archive.ts')).archiveSource(service, stream);
  return {
    async *list(range, signal, turn) {
      yield* (await loaded()).list(range, signal, turn);
    },
    open: async (numbers, signal) => await (await loaded()).open(numbers, signal),
  };
}
