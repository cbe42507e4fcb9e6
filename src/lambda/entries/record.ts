// The function `record` as Lambda loads it. What only some calls need is loaded when they do.

import { kinesisSource } from '../../aws/get-media.ts';
import { KinesisVideo } from '../../aws/kinesis-video.ts';
import { s3Client } from '../../aws/s3/client.ts';
import { regionOf, streamId } from '../../aws/stream-id.ts';
import { documentClient, updateContact } from '../contact-details.ts';
import { readEnvironment } from '../environment.ts';
import { tableLease } from '../record/lease.ts';
import { objectLease } from '../record/object-lease.ts';
import { createRecord } from '../record/record.ts';
import { telemetry } from '../telemetry.ts';

const environment = readEnvironment('record', process.env);
const { APP_REGION, KVSREC_LAMBDA_CONTACT_DETAILS_TABLE: table } = environment;
const documents = table === undefined ? undefined : documentClient(APP_REGION);
const s3 = await s3Client({ region: APP_REGION });
const services = new Map<string | undefined, KinesisVideo>();

export const handler = createRecord({
  environment,
  s3,
  source(streamArn) {
    const stream = streamId({ arn: streamArn });
    const region = regionOf(stream) ?? APP_REGION;
    const service = services.get(region) ?? new KinesisVideo({ region });
    services.set(region, service);
    // The endpoint is looked up while lease and state are; a failure is met again where it is needed.
    void service.media(stream).catch(() => {});
    return kinesisSource(service, stream);
  },
  invokeLater: async (...to) => await (await import('../invoke.ts')).invokeLater(APP_REGION)(...to),
  updateContact: documents && updateContact(documents, table!, environment.KVSREC_LAMBDA_TRANSCRIPT_TTL_DAYS),
  lease: (contactId, id) =>
    documents === undefined
      ? objectLease(s3, {
          bucket: environment.RECORDINGS_BUCKET_NAME,
          key: `${environment.KVSREC_LAMBDA_STATE_KEY_PREFIX}${id}/lease.json`,
          kmsKey: environment.KVSREC_LAMBDA_KMS_KEY,
        })
      : tableLease(documents, table!, contactId, id),
  transcripts: async () => (await import('../record/table-transcripts.ts')).tableTranscripts,
  transcribeFile: async (event, said, timeMs) =>
    await (await import('../record/transcribe-file.ts')).transcribeFile(event, environment, said, timeMs),
  telemetry: (context) => telemetry({ service: 'record' }, context),
});
