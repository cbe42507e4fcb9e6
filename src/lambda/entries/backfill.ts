// The function `backfill` as Lambda loads it.

import { s3Client } from '../../aws/s3/client.ts';
import { createBackfill } from '../backfill.ts';
import { readEnvironment } from '../environment.ts';
import { recordingsPlace } from '../recordings-place.ts';
import { telemetry } from '../telemetry.ts';

const environment = readEnvironment('backfill', process.env);

export const handler = createBackfill({
  s3: await s3Client({ region: environment.APP_REGION }),
  ...recordingsPlace(environment),
  gapToleranceMs: environment.KVSREC_LAMBDA_GAP_TOLERANCE_MS,
  telemetry: (context) => telemetry({ service: 'backfill' }, context),
});
