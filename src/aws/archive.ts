// ListFragments and GetMediaForFragmentList: what a stream retains, as the capture engine asks for it.
import type { Readable } from 'node:stream';
import {
  GetMediaForFragmentListCommand,
  paginateListFragments,
} from '@aws-sdk/client-kinesis-video-archived-media';
import type { ArchiveSource } from '../recording/capture/media-source.ts';
import { bodyConnection } from './body-connection.ts';
import { type KinesisVideo, streamParameters } from './kinesis-video.ts';
import { sourceFault } from './source-fault.ts';
import { type StreamId, streamName } from './stream-id.ts';

/** Fragments a page (ListFragments API reference: at most 1,000). */
const PAGE = 1000;

export function archiveSource(service: KinesisVideo, stream: StreamId): ArchiveSource {
  const name = streamName(stream);
  const parameters = streamParameters(stream);
  const task = (doing: string, action: string) => ({
    doing: `${doing} the stream ${name}`,
    action: `kinesisvideo:${action}`,
    resource: stream.arn,
  });
  return {
    async *list({ clock, startMs, endMs }, signal) {
      try {
        const client = await service.archived(stream, 'LIST_FRAGMENTS');
        const pages = paginateListFragments(
          { client },
          {
            ...parameters,
            MaxResults: PAGE,
            FragmentSelector: {
              FragmentSelectorType: clock === 'server' ? 'SERVER_TIMESTAMP' : 'PRODUCER_TIMESTAMP',
              TimestampRange: { StartTimestamp: new Date(startMs), EndTimestamp: new Date(endMs) },
            },
          },
          { abortSignal: signal },
        );
        for await (const { Fragments = [] } of pages) {
          yield Fragments.map((fragment) => ({
            number: fragment.FragmentNumber ?? '',
            producerMs: fragment.ProducerTimestamp?.getTime() ?? null,
            serverMs: fragment.ServerTimestamp?.getTime() ?? null,
            durationMs: fragment.FragmentLengthInMilliseconds ?? 0,
          }));
        }
      } catch (error) {
        throw sourceFault(error, task('list the fragments of', 'ListFragments'));
      }
    },
    async open(numbers, signal) {
      try {
        const client = await service.archived(stream, 'GET_MEDIA_FOR_FRAGMENT_LIST');
        const { Payload } = await client.send(
          new GetMediaForFragmentListCommand({ ...parameters, Fragments: [...numbers] }),
          { abortSignal: signal },
        );
        return bodyConnection(Payload as Readable, name);
      } catch (error) {
        throw sourceFault(error, task('read the archive of', 'GetMediaForFragmentList'));
      }
    },
  };
}
