// `kvsrec/aws`: the rooms that need the AWS SDK, as a library.

export { type AwsTask, awsError, explained, isTransient } from './aws-error.ts';
export { type CallReference, callReference } from './call-event.ts';
export { type AwsSettings, type ClientConfig, clientConfig } from './client-config.ts';
export { describeContact } from './describe-contact.ts';
export { kinesisSource } from './get-media.ts';
export { KinesisVideo } from './kinesis-video.ts';
export { type Patience, patiently } from './patiently.ts';
export { bucketClient, type S3Options, s3Client } from './s3/client.ts';
export { crc32, crc32Text } from './s3/crc32.ts';
export type { GrowingBacklog, GrowingState, SentPart } from './s3/growing-state.ts';
export { type FinalHead, type GrowingOptions, GrowingUpload, type ReadRange } from './s3/growing-upload.ts';
export { asFolder, type Destination, objectKey, parseDestination, safeName } from './s3/object-key.ts';
export { type ObjectSource, type ObjectSourceOptions, openObject } from './s3/object-source.ts';
export type { ObjectTarget, StorageOptions, StoredObject } from './s3/object-target.ts';
export { PartSlots } from './s3/part-slots.ts';
export {
  contentTypeOf,
  factsOfFile,
  factsOfName,
  metadataOf,
  type RecordingFacts,
  whatOf,
} from './s3/recording-facts.ts';
export { isS3Url, parseObjectUrl, parseS3Url, type S3Place, s3Url } from './s3/s3-url.ts';
export { type StreamedState, StreamedUpload } from './s3/streamed-upload.ts';
export { type UploadedFile, type UploadRun, uploadFile } from './s3/upload-file.ts';
export { type StreamId, streamId, streamName } from './stream-id.ts';
export { TranscribeRecognizer, type TranscribeRecognizerOptions } from './transcribe/recognizer.ts';
export { type SegmentItem, SegmentTables, type SegmentTablesOptions } from './transcribe/segment-table.ts';
export { checkedTranscribeSettings, type TranscribeSettings } from './transcribe/settings.ts';
