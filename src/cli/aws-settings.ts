// Settings as the rooms that talk to AWS take them.

import type { AwsSettings } from '../aws/client-config.ts';
import type { StorageOptions } from '../aws/s3/object-target.ts';
import type { Settings } from '../config/resolve-settings.ts';

/** Where to work and as whom. */
export function awsSettings({ region, profile, endpointUrl }: Settings): AwsSettings {
  // Some of what a profile says (its endpoint addresses, for example) the SDK reads only of the environment's profile.
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  return { region, profile, endpointUrl };
}

/** What objects are stored with. */
export function storageOptions({ tag, acl, sse, kmsKeyId, storageClass }: Settings): StorageOptions {
  return { tags: tag, acl, sse, kmsKeyId, storageClass };
}
