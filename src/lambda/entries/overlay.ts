// The function `overlay` as Lambda loads it.

import { s3Client } from '../../aws/s3/client.ts';
import { createOverlay } from '../audio-handlers.ts';
import { readEnvironment } from '../environment.ts';
import { telemetry } from '../telemetry.ts';

const { APP_REGION, KVSREC_LAMBDA_KMS_KEY, KVSREC_LAMBDA_OVERLAY_LAYOUT } = readEnvironment(
  'overlay',
  process.env,
);

export const handler = createOverlay({
  s3: await s3Client({ region: APP_REGION }),
  kmsKey: KVSREC_LAMBDA_KMS_KEY,
  layout: KVSREC_LAMBDA_OVERLAY_LAYOUT,
  telemetry: (context) => telemetry({ service: 'overlay' }, context),
});
