// How a stream is named: by its ARN, or by its name in the region at hand.
import { KvsrecError } from '../errors.ts';

export type StreamId = { arn: string; name?: undefined } | { arn?: undefined; name: string };

/** CreateStream API reference: 1 to 256 characters. */
const NAME = /^[a-zA-Z0-9_.-]{1,256}$/;
/** `arn:aws:kinesisvideo:us-east-1:111122223333:stream/NAME/1726675200000`; the last part is the time of creation. */
const ARN = /^arn:[a-z0-9-]+:kinesisvideo:([a-z0-9-]+):\d+:stream\/([a-zA-Z0-9_.-]+)\/\d+$/;

/** @throws KvsrecError `bad-stream` (exit 2). */
export function streamId({ arn, name }: { arn?: string | undefined; name?: string | undefined }): StreamId {
  if (arn !== undefined && ARN.test(arn)) return { arn };
  if (arn === undefined && name !== undefined && NAME.test(name)) return { name };
  throw new KvsrecError(
    'bad-stream',
    `"${arn ?? name}" is no ${arn === undefined ? 'stream name' : 'stream ARN'}`,
    {
      exitCode: 2,
      hint: 'An ARN looks like arn:aws:kinesisvideo:us-east-1:111122223333:stream/NAME/1726675200000.',
    },
  );
}

/** The stream as people know it. */
export function streamName({ arn, name }: StreamId): string {
  return arn === undefined ? name! : ARN.exec(arn)![2]!;
}

/** The region in an ARN: a stream is had from nowhere else. */
export function regionOf({ arn }: StreamId): string | undefined {
  return arn === undefined ? undefined : ARN.exec(arn)![1];
}
