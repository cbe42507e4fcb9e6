// What an SDK call for a stream threw, as the capture engine takes it.
import { KvsrecError } from '../errors.ts';
import { SourceFault } from '../recording/capture/media-source.ts';
import { type AwsTask, awsError, isTransient } from './aws-error.ts';

/** A SourceFault for what comes from the service or the way to it; anything else as it is. */
export function sourceFault(thrown: unknown, task: AwsTask): unknown {
  const error = awsError(thrown, task);
  if (!(error instanceof KvsrecError)) return thrown;
  if (error.code === 'aws-throttled') return new SourceFault('throttled', error);
  // New ones may have come meanwhile: by a role's renewal, or a person's.
  const transient = isTransient(thrown) || isTransient(error) || error.code === 'aws-expired-credentials';
  return new SourceFault(transient ? 'transient' : 'fatal', error);
}

/** What a body that broke off threw. Everything that can happen to a connection may be over in a moment. */
export function brokenBody(thrown: unknown, stream: string): SourceFault {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new SourceFault(
    'transient',
    new KvsrecError('aws-connection-lost', `the connection for the stream ${stream} broke off (${reason})`, {
      cause: thrown,
    }),
  );
}
