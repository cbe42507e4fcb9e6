import { S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { awsError, explained, isTransient } from '../../src/aws/aws-error.ts';
import { KvsrecError } from '../../src/errors.ts';

const TASK = {
  doing: 'upload a.wav to s3://calls/a.wav',
  action: 's3:PutObject',
  resource: 'arn:aws:s3:::calls/*',
};

/** An error as the SDK throws it. */
function service(name: string, httpStatusCode: number, message = 'UnknownError', more: object = {}): Error {
  const fault = httpStatusCode < 500 ? 'client' : 'server';
  const error = new S3ServiceException({ name, $fault: fault, message, $metadata: { httpStatusCode } });
  return Object.assign(error, more);
}

function socket(code: string, more: object = {}): Error {
  return Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect', ...more });
}

function provider(message: string): Error {
  return Object.assign(new Error(message), { name: 'CredentialsProviderError' });
}

describe('what people read', () => {
  test.each([
    [
      provider('Could not load credentials from any providers'),
      'aws-no-credentials',
      'no AWS credentials were found',
    ],
    [
      provider('Could not resolve credentials using profile: [x] in configuration/credentials file(s).'),
      'aws-no-profile',
      '[x]',
    ],
    [
      provider('The SSO session associated with this profile has expired.'),
      'aws-expired-credentials',
      'expired',
    ],
    [service('ExpiredToken', 400, 'The provided token has expired.'), 'aws-expired-credentials', 'expired'],
    [service('InvalidAccessKeyId', 403, 'no such key'), 'aws-bad-credentials', 'does not accept'],
    [service('RequestTimeTooSkewed', 403), 'aws-clock-skew', 'clock'],
    [new Error('Region is missing'), 'aws-no-region', 'no AWS region is set'],
    [service('PermanentRedirect', 301, 'must be addressed'), 'aws-wrong-region', 'in another region'],
    [
      service('Unknown', 301, 'UnknownError', {
        $response: { headers: { 'x-amz-bucket-region': 'eu-west-3' } },
      }),
      'aws-wrong-region',
      'in the region eu-west-3',
    ],
    [
      service('AuthorizationHeaderMalformed', 400, "the region 'a' is wrong; expecting 'b'", { Region: 'b' }),
      'aws-wrong-region',
      'in the region b',
    ],
    [service('AccessDenied', 403, 'Access Denied'), 'aws-access-denied', 'access denied (Access Denied)'],
    [service('403', 403), 'aws-access-denied', 'access denied'],
    [service('NoSuchBucket', 404), 'aws-no-bucket', 'no such bucket'],
    [service('NoSuchKey', 404), 'aws-no-object', 'no such object'],
    [service('NoSuchUpload', 404), 'aws-no-upload', 'does not exist any more'],
    [service('ResourceNotFoundException', 404, 'stream x'), 'aws-not-found', 'stream x'],
    [service('InvalidObjectState', 403), 'aws-object-archived', 'archived'],
    [service('KMS.DisabledException', 400, 'key is disabled'), 'aws-kms', 'key is disabled'],
    [service('SlowDown', 503, 'Please reduce your request rate.'), 'aws-throttled', 'Please reduce'],
    [service('InternalError', 500, 'We encountered an error.'), 'aws-service-error', 'We encountered'],
    [service('EntityTooSmall', 400, 'too small'), 'aws-rejected', 'too small'],
    [
      socket('ECONNREFUSED', { address: '127.0.0.1', port: 9 }),
      'aws-unreachable',
      '127.0.0.1:9: nothing listens there',
    ],
    [
      socket('ENOTFOUND', { syscall: 'getaddrinfo', hostname: 'nowhere.invalid' }),
      'aws-unreachable',
      'nowhere.invalid: there is no such host',
    ],
    [
      new AggregateError([socket('ECONNREFUSED', { address: '::1', port: 9 })]),
      'aws-unreachable',
      '::1:9: nothing',
    ],
    [new Error('outer', { cause: socket('ECONNRESET') }), 'aws-connection-lost', 'broke off'],
    [socket('SELF_SIGNED_CERT_IN_CHAIN', { syscall: undefined }), 'aws-tls', 'no secure connection'],
    [Object.assign(new Error('t'), { name: 'TimeoutError' }), 'aws-timeout', 'did not answer'],
  ])('%s', (thrown, code, words) => {
    const error = awsError(thrown, TASK) as KvsrecError;
    expect(error).toBeInstanceOf(KvsrecError);
    expect(error.code).toBe(code);
    expect(error.message.startsWith('cannot upload a.wav to s3://calls/a.wav: ')).toBe(true);
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/\n|UnknownError/);
    expect(error.hint).toMatch(/\.$/);
    expect(error.cause).toBe(thrown);
  });

  test('a refusal names the missing action, the one that the service names before the one that was asked for', () => {
    const plain = awsError(service('403', 403), TASK) as KvsrecError;
    expect(plain.hint).toContain('needs s3:PutObject on arn:aws:s3:::calls/*');
    const kms = service(
      'AccessDenied',
      403,
      'User: u is not authorized to perform: kms:GenerateDataKey on resource: k',
    );
    expect((awsError(kms, TASK) as KvsrecError).hint).toContain('needs kms:GenerateDataKey');
  });

  test('the request id goes into the message', () => {
    const thrown = service('AccessDenied', 403, 'Access Denied');
    Object.assign(thrown, { $metadata: { httpStatusCode: 403, requestId: 'R1' } });
    expect((awsError(thrown, TASK) as KvsrecError).message).toMatch(/ \(request R1\)$/);
  });
});

describe('what is none of its business stays as it is', () => {
  test.each([
    new KvsrecError('exists', 'there'),
    Object.assign(new Error('aborted by us'), { name: 'AbortError' }),
    Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' }),
    Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open', path: 'a.wav' }),
    new TypeError('x is not a function'),
    'a string',
  ])('%s', async (thrown) => {
    expect(awsError(thrown, TASK)).toBe(thrown);
    await expect(explained(TASK, () => Promise.reject(thrown))).rejects.toBe(thrown);
  });
});

test('what is worth another attempt', () => {
  const transient = [
    service('SlowDown', 503),
    service('InternalError', 500),
    socket('ECONNRESET'),
    socket('ECONNREFUSED'),
  ];
  const final = [
    service('AccessDenied', 403),
    service('NoSuchBucket', 404),
    provider('Could not load credentials from any providers'),
  ];
  for (const error of transient) {
    expect(isTransient(error)).toBe(true);
    expect(isTransient(awsError(error, TASK))).toBe(true);
  }
  for (const error of final) expect(isTransient(error)).toBe(false);
});
