// What an error of a session means for the next one.

import { KvsrecError } from '../../errors.ts';
import { type FailureKind, RecognizerError } from '../../transcription/recognizer.ts';
import { awsError, isUnknownHost } from '../aws-error.ts';

/** The service's own exceptions; in the middle of a session they come without a status. */
const KINDS: Record<string, FailureKind> = {
  BadRequestException: 'rejected',
  LimitExceededException: 'throttled',
  ThrottlingException: 'throttled',
  InternalFailureException: 'transient',
  ServiceUnavailableException: 'transient',
  ConflictException: 'conflict',
  ResourceNotFoundException: 'fatal',
};

/** Errors of credentials and settings: no other session will fare better. */
const FATAL =
  /^aws-(access-denied|no-(region|profile|credentials)|bad-(region|credentials)|clock-skew|wrong-region|not-found|kms|tls)$/;

/**
 * A RecognizerError for what a session threw.
 * @param reached Whether the service has answered before: then a host that is not found is an outage, which passes, and
 *   no mistyped region or address, which does not.
 */
export function sessionFailure(thrown: unknown, analytics: boolean, reached: boolean): RecognizerError {
  if (thrown instanceof RecognizerError) return thrown;
  const action = analytics
    ? 'transcribe:StartCallAnalyticsStreamTranscription'
    : 'transcribe:StartStreamTranscription';
  const named = thrown instanceof Error ? KINDS[thrown.name] : undefined;
  if (named !== undefined) {
    const { name, message } = thrown as Error;
    const timedOut = named === 'rejected' && /timed out/i.test(message);
    return new RecognizerError(timedOut ? 'transient' : named, name, `Amazon Transcribe: ${message}`, {
      ...(HINTS[name] === undefined ? {} : { hint: HINTS[name] }),
      cause: thrown,
    });
  }
  const error = awsError(thrown, { doing: 'transcribe the call', action });
  if (error instanceof KvsrecError) {
    const kind =
      FATAL.test(error.code) || (!reached && isUnknownHost(thrown))
        ? 'fatal'
        : error.code === 'aws-throttled'
          ? 'throttled'
          : error.code === 'aws-rejected'
            ? 'rejected'
            : 'transient';
    return new RecognizerError(kind, error.code, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: thrown,
    });
  }
  const { name = 'Error', message = String(thrown) } = thrown instanceof Error ? thrown : {};
  return new RecognizerError('transient', name, message, { cause: thrown });
}

const HINTS: Record<string, string> = {
  BadRequestException: 'Check language, vocabularies, language model and sample rate.',
  LimitExceededException:
    'Ask for a higher quota of concurrent streams (Service Quotas, Amazon Transcribe), or use one session for both directions.',
  ResourceNotFoundException: 'Check the names of vocabularies, filters and language model, and the region.',
};
