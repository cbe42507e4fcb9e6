// ListFragments and GetMediaForFragmentList: what a stream retains, as the capture engine asks for it.
import type { Readable } from 'node:stream';
import {
  type FragmentSelector,
  GetMediaForFragmentListCommand,
  ListFragmentsCommand,
} from '@aws-sdk/client-kinesis-video-archived-media';
import type { ArchiveSource } from '../recording/capture/media-source.ts';
import { bodyConnection } from './body-connection.ts';
import { type KinesisVideo, streamParameters } from './kinesis-video.ts';
import { sourceFault } from './source-fault.ts';
import { type StreamId, streamName } from './stream-id.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Fragments a page (ListFragments API reference: at most 1,000). */
const PAGE = 1000;

export function archiveSource(service: KinesisVideo, stream: StreamId): ArchiveSource {
  const name = streamName(stream);
  const parameters = streamParameters(stream);
  const ask = async <Answer>(
    doing: string,
    action: string,
    request: () => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      return await request();
    } catch (error) {
      const task = {
        doing: `${doing} the stream ${name}`,
        action: `kinesisvideo:${action}`,
        resource: stream.arn,
      };
      throw service.failed(stream, sourceFault(error, task));
    }
  };
  return {
    async *list({ clock, startMs, endMs }, signal, turn) {
      const FragmentSelector: FragmentSelector = {
        FragmentSelectorType: clock === 'server' ? 'SERVER_TIMESTAMP' : 'PRODUCER_TIMESTAMP',
        TimestampRange: { StartTimestamp: new Date(startMs), EndTimestamp: new Date(endMs) },
      };
      let token: string | undefined;
      do {
        const { Fragments = [], NextToken } = await ask(
          'list the fragments of',
          'ListFragments',
          async () => {
            const client = await unlessAborted(service.archived(stream, 'LIST_FRAGMENTS'), signal);
            // Only now: what the look-up takes would bring this request nearer to the next one.
            await turn?.();
            const page = { MaxResults: PAGE, FragmentSelector, NextToken: token };
            return await client.send(new ListFragmentsCommand({ ...parameters, ...page }), {
              abortSignal: signal,
            });
          },
        );
        yield Fragments.map((fragment) => ({
          number: fragment.FragmentNumber ?? '',
          producerMs: fragment.ProducerTimestamp?.getTime() ?? null,
          serverMs: fragment.ServerTimestamp?.getTime() ?? null,
          durationMs: fragment.FragmentLengthInMilliseconds ?? 0,
        }));
        token = NextToken;
      } while (token !== undefined);
    },
    async open(numbers, signal) {
      return await ask('read the archive of', 'GetMediaForFragmentList', async () => {
        const client = await unlessAborted(service.archived(stream, 'GET_MEDIA_FOR_FRAGMENT_LIST'), signal);
        const { Payload } = await client.send(
          new GetMediaForFragmentListCommand({ ...parameters, Fragments: [...numbers] }),
          { abortSignal: signal },
        );
        return bodyConnection(Payload as Readable, name);
      });
    },
  };
}
