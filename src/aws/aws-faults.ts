// What can go wrong between this program and a service of AWS, each with its stable code and its way out.

/** What was being done when an error came. */
export interface AwsTask {
  /** Goes after "cannot", for example `upload a.wav to s3://calls/a.wav`. */
  readonly doing: string;
  /** The IAM action it needs, for example `s3:PutObject`. */
  readonly action?: string | undefined;
  /** What the action is needed on: an ARN, or a name. */
  readonly resource?: string | undefined;
  /** The region that was asked, and that of the resource's ARN, where they matter for what is found. */
  readonly region?: string | undefined;
  readonly ownRegion?: string | undefined;
}

/** The parts of an SDK error that are read here; every one may be missing. */
export interface SdkError {
  name: string;
  message: string;
  /** Of Node's errors, and of some services'. */
  code?: unknown;
  cause?: unknown;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: { headers?: Record<string, string> };
  $retryable?: { throttling?: boolean };
  /** The bucket's own region, with S3's AuthorizationHeaderMalformed. */
  Region?: string;
}

export interface Fault {
  readonly code: string;
  matches(error: SdkError): boolean;
  reason(error: SdkError, task: AwsTask): string;
  hint(error: SdkError, task: AwsTask): string;
  /** True where the same call may well succeed a little later. */
  readonly transient?: true;
  readonly exitCode?: 1 | 2;
}

const named =
  (...names: string[]) =>
  (error: SdkError) =>
    names.includes(error.name) || (typeof error.code === 'string' && names.includes(error.code));

const status =
  (...codes: number[]) =>
  ({ $metadata }: SdkError) =>
    codes.includes($metadata?.httpStatusCode ?? 0);

const says =
  (pattern: RegExp) =>
  ({ message }: SdkError) =>
    pattern.test(message);

/** A service's own words, on one line and without the full stop. */
const words = ({ message, name }: SdkError) =>
  (message === 'UnknownError' || message === '' ? name : message).replace(/\s+/g, ' ').replace(/\.$/, '');

/** S3 names the bucket's own region in a header, or in the error itself. */
function bucketRegion({ $response, Region }: SdkError): string | undefined {
  return $response?.headers?.['x-amz-bucket-region'] ?? Region;
}

/** The action that a policy lacks: as the service names it, else as the caller knows it. */
function missingAction({ message }: SdkError, { action }: AwsTask): string | undefined {
  return /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1] ?? action;
}

const CREDENTIAL_WAYS =
  'Sign in (aws sso login, for example), set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile.';

/** The first that matches counts. */
export const AWS_FAULTS: readonly Fault[] = [
  {
    code: 'aws-no-region',
    matches: says(/^Region is missing/),
    reason: () => 'no AWS region is set',
    hint: () => 'Give --region, or set AWS_REGION or the region of your profile.',
    exitCode: 2,
  },
  {
    code: 'aws-bad-region',
    matches: says(/^Region not accepted/),
    reason: ({ message }) => `${/region="([^"]*)"/.exec(message)?.[0] ?? 'that'} is no AWS region`,
    hint: () =>
      'Regions are named like eu-central-1: check --region, AWS_REGION and the region of your profile.',
    exitCode: 2,
  },
  {
    code: 'aws-no-profile',
    matches: says(/Could not resolve credentials using profile|Profile .* (could not be found|not found)/),
    reason: words,
    hint: () => 'Check --profile or AWS_PROFILE against "aws configure list-profiles".',
    exitCode: 2,
  },
  {
    code: 'aws-expired-credentials',
    matches: (error) =>
      named('ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired')(error) ||
      (error.name.endsWith('ProviderError') && /expired/i.test(error.message)),
    reason: () => 'the AWS credentials have expired',
    hint: () => 'Sign in again (aws sso login, for example), or renew the AWS_* variables.',
  },
  {
    code: 'aws-no-credentials',
    matches: (error) =>
      named('CredentialsProviderError', 'TokenProviderError')(error) ||
      /Could not load credentials|Resolved credential object is not valid/.test(error.message),
    reason: (error) =>
      /Could not load credentials from any providers/.test(error.message)
        ? 'no AWS credentials were found'
        : `no AWS credentials could be had (${words(error)})`,
    hint: () => CREDENTIAL_WAYS,
  },
  {
    code: 'aws-bad-credentials',
    matches: named(
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidToken',
      'IncompleteSignature',
      'AuthFailure',
    ),
    reason: (error) => `the service does not accept the AWS credentials (${words(error)})`,
    hint: () =>
      `They may be of another account or mistyped, or the session token may be missing. ${CREDENTIAL_WAYS}`,
  },
  {
    code: 'aws-clock-skew',
    matches: named('RequestTimeTooSkewed', 'RequestInTheFuture'),
    reason: () => "this machine's clock differs too much from that of AWS",
    hint: () => 'Set the clock (NTP), and try again.',
  },
  {
    code: 'aws-wrong-region',
    matches: (error) =>
      named('PermanentRedirect', 'IllegalLocationConstraintException')(error) ||
      status(301)(error) ||
      (error.name === 'AuthorizationHeaderMalformed' && /region/i.test(error.message)) ||
      // HEAD has no body to say so, but a header.
      (status(400)(error) && bucketRegion(error) !== undefined && words(error) === error.name),
    reason: (error) => {
      const region = bucketRegion(error);
      return region ? `the bucket is in the region ${region}` : 'the bucket is in another region';
    },
    hint: (error) => `Give --region ${bucketRegion(error) ?? "with the bucket's own region"}.`,
  },
  {
    code: 'aws-no-bucket',
    matches: named('NoSuchBucket'),
    reason: () => 'there is no such bucket',
    hint: () => 'Check its name, and that --region and --endpoint-url lead to where it is.',
  },
  {
    code: 'aws-conflict',
    matches: named('ConditionalRequestConflict'),
    reason: () => 'another request for the same object was under way',
    hint: () => 'Upload it again.',
  },
  {
    code: 'aws-no-upload',
    matches: named('NoSuchUpload'),
    reason: () => 'the multipart upload does not exist any more',
    hint: () => 'Somebody, or a lifecycle rule of the bucket, has aborted it. Start again.',
  },
  {
    code: 'aws-no-object',
    matches: named('NoSuchKey', 'NoSuchVersion', 'NotFound'),
    reason: () => 'there is no such object',
    hint: () => 'Check the key; "aws s3 ls" lists what is there.',
  },
  {
    code: 'aws-object-archived',
    matches: named('InvalidObjectState'),
    reason: () => 'the object is archived',
    hint: () => 'Restore it first (aws s3api restore-object), and try again when that is done.',
  },
  {
    code: 'aws-kms',
    matches: (error) => /^KMS/.test(error.name),
    reason: (error) => `the KMS key cannot be used (${words(error)})`,
    hint: () => 'Check that the key exists in that region, is enabled, and may be used by you.',
  },
  {
    code: 'aws-access-denied',
    matches: (error) =>
      named(
        'AccessDenied',
        'AccessDeniedException',
        'NotAuthorizedException',
        'AllAccessDisabled',
        'AccountProblem',
        'Forbidden',
      )(error) || status(401, 403)(error),
    reason: (error) => `access denied${words(error) === error.name ? '' : ` (${words(error)})`}`,
    hint: (error, task) => {
      const action = missingAction(error, task);
      const on = task.resource === undefined ? '' : ` on ${task.resource}`;
      return action === undefined
        ? 'Check the policies of your IAM user or role.'
        : `The IAM user or role needs ${action}${on}; a policy of the resource or its key may deny it, too.`;
    },
  },
  {
    code: 'aws-not-found',
    matches: (error) => named('ResourceNotFoundException')(error) || status(404)(error),
    reason: (error, { region }) =>
      `it was not found${region === undefined ? '' : ` in the region ${region}`} (${words(error)})`,
    hint: (_, { region, ownRegion }) => {
      if (region === undefined) return 'Check its name, the region and the account.';
      return ownRegion !== undefined && ownRegion !== region
        ? `Its ARN is of the region ${ownRegion}: leave --region out, or give --region ${ownRegion}.`
        : 'Check its name and the account, or name another region with --region, AWS_REGION or the region of your profile.';
    },
  },
  {
    code: 'aws-throttled',
    matches: (error) =>
      named(
        'SlowDown',
        'Throttling',
        'ThrottlingException',
        'ThrottledException',
        'TooManyRequestsException',
        'RequestLimitExceeded',
        'ProvisionedThroughputExceededException',
        'ClientLimitExceededException',
        'ConnectionLimitExceededException',
        'LimitExceededException',
      )(error) ||
      status(429)(error) ||
      error.$retryable?.throttling === true,
    reason: (error) => `the service asks for fewer requests (${words(error)})`,
    hint: () => 'Do less at a time, or try again in a while.',
    transient: true,
  },
  {
    code: 'aws-service-error',
    matches: (error) => (error.$metadata?.httpStatusCode ?? 0) >= 500,
    reason: (error) => `the service failed (${words(error)})`,
    hint: () => 'Try again in a while; https://health.aws.amazon.com tells of outages.',
    transient: true,
  },
  {
    code: 'aws-timeout',
    // The SDK calls resets and the like a timeout, too; their code says more.
    matches: (error) =>
      // There was a connection, whatever the code of the SDK's own limit says.
      says(/\brequestTimeout\b/)(error) ||
      (named('TimeoutError', 'RequestTimeout', 'RequestTimeoutException')(error) &&
        faultOfConnection(error) === undefined),
    reason: () => 'the service did not answer in time',
    hint: () => 'Check the network, a proxy or firewall and --endpoint-url, and try again.',
    transient: true,
  },
  {
    code: 'aws-rejected',
    matches: (error) => (error.$metadata?.httpStatusCode ?? 0) >= 400,
    reason: (error) => `the service rejects it: ${words(error)}`,
    hint: () => 'Check the values that were given.',
  },
];

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'there is no connection within the time allowed',
};
const BROKEN = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
]);
const ADDRESS_HINT =
  'Check the network, the region and --endpoint-url (or AWS_ENDPOINT_URL), and a proxy or firewall on the way.';

/** The fault of an error that came from the way to the service, or from the way's end here. */
export function faultOfConnection(error: SdkError): Fault | undefined {
  const [code, place] = socketError(error);
  if (code === undefined) return undefined;
  const known = UNREACHABLE[code];
  if (known !== undefined) {
    return connectionFault('aws-unreachable', `${place}${known}`, ADDRESS_HINT);
  }
  if (BROKEN.has(code)) {
    return connectionFault('aws-connection-lost', 'the connection broke off', ADDRESS_HINT);
  }
  if (/^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_)/.test(code)) {
    const { transient: _, ...fault } = connectionFault(
      'aws-tls',
      `${place}no secure connection comes about (${code})`,
      'A proxy may stand between: name its certificate authority in NODE_EXTRA_CA_CERTS, or check --endpoint-url.',
    );
    return fault;
  }
  return undefined;
}

function connectionFault(code: string, reason: string, hint: string): Fault & { transient: true } {
  return { code, matches: () => true, reason: () => reason, hint: () => hint, transient: true };
}

/** Node's code for a socket's error and where it happened, from the error itself or what lies behind it. */
export function socketError(error: SdkError): [code: string | undefined, place: string] {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const { code, syscall, hostname, address, port } = current as NodeJS.ErrnoException & {
      hostname?: string;
      address?: string;
      port?: number;
    };
    // Both address families were tried: each has an error of its own.
    if (current instanceof AggregateError && current.errors[0] instanceof Error) {
      current = current.errors[0];
      continue;
    }
    if (code === 'ECONNRESET' || current.message === 'aborted') return ['ECONNRESET', ''];
    const ofSocket = syscall === undefined || ['connect', 'getaddrinfo', 'read', 'write'].includes(syscall);
    if (
      typeof code === 'string' &&
      ofSocket &&
      (code in UNREACHABLE || BROKEN.has(code) || /^[A-Z_]+$/.test(code))
    ) {
      const host = hostname ?? address;
      return [code, host === undefined ? '' : `${host}${port === undefined ? '' : `:${port}`}: `];
    }
    current = current.cause;
  }
  return [undefined, ''];
}
