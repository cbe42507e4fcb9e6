// The function `redact` as Lambda loads it.

import { s3Client } from '../../aws/s3/client.ts';
import { createRedact } from '../audio-handlers.ts';
import { readEnvironment } from '../environment.ts';
import { telemetry } from '../telemetry.ts';

const { APP_REGION, KVSREC_LAMBDA_KMS_KEY, KVSREC_LAMBDA_REDACT_FILL } = readEnvironment(
  'redact',
  process.env,
);

export const handler = createRedact({
  s3: await s3Client({ region: APP_REGION }),
  kmsKey: KVSREC_LAMBDA_KMS_KEY,
  fill: KVSREC_LAMBDA_REDACT_FILL,
  telemetry: (context) => telemetry({ service: 'redact' }, context),
});
