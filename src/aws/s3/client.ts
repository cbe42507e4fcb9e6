// Clients for S3: path-style where a server needs it, in the region where the bucket is, patient with a busy service.

import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsError } from '../aws-error.ts';
import { type AwsSettings, clientConfig } from '../client-config.ts';
import { type Patience, patiently } from '../patiently.ts';

/** Milliseconds that a connection may be silent while a request or its answer is under way. */
const SILENCE_MS = 60_000;

export interface S3Options {
  /** How long throttling, server errors and broken connections are waited out, around the SDK's own attempts. */
  readonly patience?: Patience | undefined;
}

/** A client that repeats what is worth repeating. Bodies of its requests are buffers, not streams. */
export async function s3Client(settings: AwsSettings = {}, { patience }: S3Options = {}): Promise<S3Client> {
  const config = clientConfig(settings);
  const client = new S3Client({
    ...config,
    requestHandler: { ...config.requestHandler, socketTimeout: SILENCE_MS },
  });
  client.config.forcePathStyle = needsPathStyle(settings.endpointUrl ?? (await configuredEndpoint(client)));
  client.middlewareStack.add((next) => (args) => patiently(() => next(args), patience), {
    step: 'initialize',
    name: 'patience',
    priority: 'high',
  });
  return client;
}

/**
 * A client for a bucket, in the region where the bucket is, which need not be that of the settings: a call may be
 * recorded in one region and kept in another.
 * @throws KvsrecError `aws-no-bucket`, and what keeps S3 from being reached. That the bucket cannot be listed is no
 *   error: a role may be allowed to write, and nothing else.
 */
export async function bucketClient(
  bucket: string,
  settings: AwsSettings = {},
  options: S3Options = {},
): Promise<S3Client> {
  const client = await s3Client(settings, options);
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return client;
  } catch (thrown) {
    const { $response, $metadata } = thrown as {
      $response?: { headers?: Record<string, string> };
      $metadata?: { httpStatusCode?: number };
    };
    // S3 says in every answer where the bucket is, in refusals as well.
    const region = $response?.headers?.['x-amz-bucket-region'];
    if (region !== undefined && region !== (await client.config.region())) {
      client.destroy();
      return await s3Client({ ...settings, region }, options);
    }
    if ($metadata?.httpStatusCode === 403) return client;
    client.destroy();
    throw awsError(nameless(thrown), {
      doing: `reach the bucket ${bucket}`,
      action: 's3:ListBucket',
      resource: `arn:aws:s3:::${bucket}`,
    });
  }
}

/** HEAD has no body to name the error: what is not found here is the bucket. */
function nameless(thrown: unknown): unknown {
  if (thrown instanceof Error && thrown.name === 'NotFound') thrown.name = 'NoSuchBucket';
  return thrown;
}

/** The endpoint that the environment or a shared file names for S3. */
async function configuredEndpoint({ config }: S3Client): Promise<string | undefined> {
  const { serviceConfiguredEndpoint } = config as {
    serviceConfiguredEndpoint?: () => Promise<string | undefined>;
  };
  return config.ignoreConfiguredEndpointUrls ? undefined : await serviceConfiguredEndpoint?.();
}

/** Whether the bucket goes into the path: other servers than AWS's have no host name for each bucket. */
export function needsPathStyle(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  return !/(^|\.)amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}
