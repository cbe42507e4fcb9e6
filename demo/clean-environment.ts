// The environment of the demonstration and its functions: nothing of the user's AWS configuration, and nothing that
// could reach AWS.

import path from 'node:path';

/** What anything on loopback takes for credentials: s3rver knows these. */
export const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
export const REGION = 'us-east-1';

/** Takes AWS's and kvsrec's variables out of this process's environment; `folder` holds no configuration file. */
export function cleanEnvironment(folder: string): void {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS_|KVSREC_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/i.test(name)) delete process.env[name];
  }
  Object.assign(process.env, {
    AWS_CONFIG_FILE: path.join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    // The SDK's remark on the end of support for Node 20.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  });
}
