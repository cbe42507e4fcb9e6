// Settings as the rooms that talk to AWS take them.

import type { AwsSettings } from '../aws/client-config.ts';
import type { StorageOptions } from '../aws/s3/object-target.ts';
import type { Settings } from '../config/resolve-settings.ts';

/** The profile that the environment names. */
const ofEnvironment = process.env.AWS_PROFILE;

/**
 * Where to work and as whom. Of one profile at a time: clients that are made with other settings ask for what they need
 * only when they are used first.
 */
export function awsSettings({ region, profile, endpointUrl }: Settings): AwsSettings {
  // Some of what a profile says (its endpoint addresses, for example) the SDK reads only of the environment's profile.
  const effective = profile ?? ofEnvironment;
  if (effective === undefined) delete process.env.AWS_PROFILE;
  else process.env.AWS_PROFILE = effective;
  return { region, profile, endpointUrl };
}

/** What objects are stored with. */
export function storageOptions({ tag, acl, sse, kmsKeyId, storageClass }: Settings): StorageOptions {
  return { tags: tag, acl, sse, kmsKeyId, storageClass };
}
