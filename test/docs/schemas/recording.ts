// What `split`, `record` and `report` tell of a stream: contacts, tracks, files, warnings.

import * as z from 'zod';
import type { CaptureReport } from '../../../src/recording/capture/request.ts';
import { ENDS } from '../../../src/recording/capture/request.ts';
import type {
  FileReport,
  InputReport,
  ReportFile,
  TrackReport,
  Warning,
} from '../../../src/recording/types.ts';
import {
  bytes,
  contactId,
  count,
  error,
  fragmentNumber,
  isoTime,
  milliseconds,
  sha256,
  trackDirection,
} from './values.ts';

export const warning = z.strictObject({
  code: z.enum([
    'truncated',
    'corrupt',
    'gap',
    'overlap',
    'duplicate',
    'no-contact-id',
    'service-error',
    'unsupported-codec',
    'empty',
  ]),
  message: z.string(),
  offset: z.exactOptional(bytes).describe('Byte of the input'),
  skippedBytes: z.exactOptional(bytes),
  errorId: z.exactOptional(z.int()).describe('The service’s error inside the stream, 4500 for example'),
  contactId: z.exactOptional(contactId),
  direction: z.exactOptional(trackDirection),
  durationMs: z.exactOptional(milliseconds).describe('Length of a gap or overlap'),
  count: z.exactOptional(count).describe('How many times it happened, where not each is listed'),
}) satisfies z.ZodType<Warning>;

const track = z.strictObject({
  direction: trackDirection,
  name: z.string().describe('The track’s name in the stream: untrusted text'),
  encoding: z.string().describe('L16, PCMU, PCMA, PCM, AAC, or the codec id of what is not decoded'),
  sampleRate: z.number().nonnegative(),
  channels: count,
  samples: count.describe('Sample frames as written, silence included'),
  silenceMs: milliseconds,
  pcmSha256: sha256.nullable().describe('Of the PCM as written; null for audio that is passed through'),
}) satisfies z.ZodType<TrackReport>;

const stored = {
  url: z.string().startsWith('s3://'),
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().nullable(),
  bytes,
  status: z.enum(['uploaded', 'unchanged']).describe('unchanged: the same bytes were there before'),
  contentType: z.string(),
  metadata: z.record(z.string(), z.string()),
  etag: z.string().nullable(),
  checksum: z.strictObject({ algorithm: z.literal('CRC32'), value: z.string() }),
  verified: z.boolean().describe('S3 has confirmed that it has these bytes'),
  deletedLocal: z.boolean(),
};

const failedUpload = z.strictObject({ error });

export const uploadedFile = z.union([
  z.strictObject({ file: z.string(), ...stored }),
  z.strictObject({ file: z.string(), error }),
]);

const reported = {
  layout: z.enum(['separate', 'stereo', 'mix']),
  direction: z.enum(['from', 'to', 'unknown', 'both']),
  path: z.string(),
  bytes,
};
const file = z.strictObject(reported) satisfies z.ZodType<FileReport>;
export const upload = z
  .exactOptional(z.union([z.strictObject(stored), failedUpload]))
  .describe('With --upload: the object, or why there is none');
const fileWithUpload = file.extend({ upload });

export const reportFile = z.strictObject({
  kind: z.enum(['page', 'audio', 'picture']).describe('The HTML page, audio beside it, the waveforms as PNG'),
  path: z.string(),
  bytes,
}) satisfies z.ZodType<ReportFile>;

const fragments = z.strictObject({
  count,
  first: fragmentNumber.nullable(),
  last: fragmentNumber.nullable(),
  duplicates: count,
});

const contact = z.strictObject({
  contactId,
  instanceId: z.string().nullable(),
  start: isoTime.describe('The contact’s first audio in any direction'),
  durationMs: milliseconds,
  fragments,
  tracks: z.array(track),
  files: z.array(fileWithUpload),
  report: z.exactOptional(z.array(reportFile.extend({ upload }))).describe('With --report'),
  reportError: z.exactOptional(error).describe('With --report: why there is none'),
});

export const input = z.strictObject({
  input: z.string(),
  bytes,
  contacts: z.array(contact),
  warnings: z.array(warning),
}) satisfies z.ZodType<InputReport>;

export const failedInput = z.strictObject({ input: z.string(), error });

export const captured = input.extend({
  endedBy: z.enum(ENDS),
  connections: count.describe('Answers of the service that were read'),
  dump: z.exactOptional(z.strictObject({ path: z.string(), bytes, upload })).describe('With --save-mkv'),
}) satisfies z.ZodType<CaptureReport>;
