// The SDK's own clients, pointed at a simulator.
import { KinesisVideoClient } from '@aws-sdk/client-kinesis-video';
import { KinesisVideoArchivedMediaClient } from '@aws-sdk/client-kinesis-video-archived-media';
import {
  GetMediaCommand,
  type GetMediaCommandInput,
  KinesisVideoMediaClient,
} from '@aws-sdk/client-kinesis-video-media';
import type { Simulator } from '../../src/simulator/index.ts';

/** Clients with the simulator's own environment; without retries, so that an error is seen as it came. */
export function clientsOf({ url, environment }: Simulator, accessKeyId = environment.AWS_ACCESS_KEY_ID!) {
  const options = {
    endpoint: url,
    region: environment.AWS_REGION!,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY! },
  };
  return {
    video: new KinesisVideoClient(options),
    media: new KinesisVideoMediaClient(options),
    archive: new KinesisVideoArchivedMediaClient(options),
  };
}

export type Selector = NonNullable<GetMediaCommandInput['StartSelector']>;

/** What came of a body until it ended, was given up, or broke. */
export interface Received {
  bytes: Buffer;
  /** `end` as HTTP has it, `broken` without one, `quiet` where it was given up after silence. */
  how: 'end' | 'broken' | 'quiet';
}

/** How much longer the first byte may take than any other, on a machine that is busy. */
const FIRST_MS = 700;

/** Reads a body; gives up after `quietMs` of silence, or once `enough` says so. */
export async function drain(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  quietMs = 300,
  enough: (bytes: number) => boolean = () => false,
): Promise<Received> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let how = 'end' as Received['how'];
  let timer: NodeJS.Timeout | undefined;
  const giveUp = () => {
    how = 'quiet';
    body.destroy();
  };
  try {
    timer = setTimeout(giveUp, quietMs + FIRST_MS);
    for await (const chunk of body) {
      clearTimeout(timer);
      chunks.push(chunk);
      length += chunk.length;
      if (enough(length)) {
        giveUp();
        break;
      }
      timer = setTimeout(giveUp, quietMs);
    }
  } catch {
    if (how !== 'quiet') how = 'broken';
  } finally {
    clearTimeout(timer);
  }
  return { bytes: Buffer.concat(chunks), how };
}

/** GetMedia from a selector on. */
export async function getMedia(
  simulator: Simulator,
  StreamName: string,
  StartSelector: Selector,
  quietMs?: number,
  enough?: (bytes: number) => boolean,
): Promise<Received> {
  const { media } = clientsOf(simulator);
  const { Payload } = await media.send(new GetMediaCommand({ StreamName, StartSelector }));
  return await drain(Payload as unknown as Parameters<typeof drain>[0], quietMs, enough);
}

export const EARLIEST: Selector = { StartSelectorType: 'EARLIEST' };
