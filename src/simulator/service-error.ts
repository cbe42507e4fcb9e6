// Errors as the service answers them: status, x-amzn-ErrorType and a JSON body (its REST-JSON protocol).

/** Errors that a request is refused with, and the status of each in the service's model. */
export const ERROR_STATUS = {
  AccessDeniedException: 403,
  ClientLimitExceededException: 400,
  ConnectionLimitExceededException: 400,
  ExpiredTokenException: 403,
  InternalFailure: 500,
  InvalidArgumentException: 400,
  InvalidEndpointException: 400,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  NoDataRetentionException: 400,
  NotAuthorizedException: 401,
  ResourceNotFoundException: 404,
  ServiceUnavailableException: 503,
  ThrottlingException: 400,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
} as const;

export type ErrorType = keyof typeof ERROR_STATUS;

/** What is thrown while a request is handled, and answered to it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly type: string,
    message: string,
    readonly status: number = ERROR_STATUS[type as ErrorType] ?? 400,
  ) {
    super(message);
  }
}

/**
 * Errors inside a stream, by id: GetMedia API reference, the list under AWS_KINESISVIDEO_ERROR_ID.
 */
export const IN_BAND_ERRORS: Readonly<Record<number, string>> = {
  3002: 'Error writing to the stream',
  4000: 'Requested fragment is not found',
  4500: "Access denied for the stream's KMS key",
  4501: "Stream's KMS key is disabled",
  4502: "Validation error on the stream's KMS key",
  4503: 'KMS key specified in the stream is unavailable',
  4504: 'Invalid usage of the KMS key specified in the stream',
  4505: 'Invalid state of the KMS key specified in the stream',
  4506: 'Unable to find the KMS key specified in the stream',
  5000: 'Internal error',
};
