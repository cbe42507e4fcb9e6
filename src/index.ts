// The engine as a library: everything the command line uses.

export { writeAdtsHeader } from './audio/adts.ts';
export { littleEndian } from './audio/byte-order.ts';
export { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './audio/g711.ts';
export { type MergeLayout, mergeWav, type PcmStream } from './audio/merge.ts';
export { downmix, interleave, mix, monoOf } from './audio/mix.ts';
export { type RedactionFill, redactWav, type TimeRange } from './audio/redact.ts';
export { TrackTimeline } from './audio/timeline.ts';
export { parseWavHeader, WAV_HEADER_BYTES, type WavFormat, type WavHeader, wavHeader } from './audio/wav.ts';
export { WavReader, type WavSource } from './audio/wav-reader.ts';
export { type Attribution, ContactAttribution, type TagFilter } from './connect/attribution.ts';
export { type Direction, trackDirection } from './connect/direction.ts';
export { type SampleFormat, sampleFormat, type TrackFacts } from './connect/sample-format.ts';
export { type EbmlHandler, EbmlReader } from './ebml/reader.ts';
export type { ElementRule, Schema } from './ebml/schema.ts';
export { readId, readSize, UNKNOWN_SIZE, vintWidth } from './ebml/vint.ts';
export { KvsrecError, type KvsrecErrorOptions } from './errors.ts';
export { type Damage, FragmentAssembler, type FragmentHandler, type StreamCounts } from './kvs/assembler.ts';
export { type BlockList, CONTINUES } from './kvs/block-list.ts';
export { Fragment } from './kvs/fragment.ts';
export { FragmentHistory } from './kvs/fragment-history.ts';
export { type ServiceError, serviceError } from './kvs/tags.ts';
export { BlockHeader } from './matroska/block.ts';
export {
  MatroskaDemuxer,
  type MatroskaHandler,
  type SegmentInfo,
  type Tag,
  type Track,
} from './matroska/demuxer.ts';
export { MATROSKA } from './matroska/schema.ts';
export { type AudioTap, joinTaps, type TappedTrack } from './recording/audio-tap.ts';
export type { CallMark, CallMarks, MarkKind } from './recording/call-marks.ts';
export { RequestPace } from './recording/capture/backoff.ts';
export {
  CallRecorder,
  type CallRecorderOptions,
  type CheckpointStore,
} from './recording/capture/call-recorder.ts';
export { type CaptureOptions, capture } from './recording/capture/capture.ts';
export type { CaptureState, Position } from './recording/capture/capture-state.ts';
export {
  CheckpointFile,
  findCheckpoints,
  takeOver,
  type Unfinished,
} from './recording/capture/checkpoint-file.ts';
export {
  type ArchiveSource,
  type Clock,
  type ListedFragment,
  type MediaConnection,
  type MediaSource,
  type MediaStart,
  SourceFault,
} from './recording/capture/media-source.ts';
export {
  type CaptureEvent,
  type CaptureReport,
  type CaptureRequest,
  DEFAULT_CAPTURE,
  type EndedBy,
} from './recording/capture/request.ts';
export { ChunkPool } from './recording/chunk.ts';
export type { FilePatch } from './recording/contact-files.ts';
export {
  type ContactListener,
  type EngineCheckpoint,
  type EngineHooks,
  RecordingEngine,
} from './recording/engine.ts';
export { DEFAULT_NAME, fileName, type NamedRecording, namedRecording } from './recording/file-name.ts';
export { type Claim, collision, FileOwners } from './recording/file-owners.ts';
export { type FileSource, openFile } from './recording/file-source.ts';
export { giveName } from './recording/file-writer.ts';
export { emptyInput } from './recording/input-error.ts';
export { type InspectOptions, inspectSource } from './recording/inspect.ts';
export { isoTime } from './recording/iso-time.ts';
export {
  type Manifest,
  updateManifest,
  type VerifiedDump,
  type VerifiedManifest,
  type VerifyHooks,
  verifyManifest,
} from './recording/manifest.ts';
export { type RecordedTrack, recordedTracks } from './recording/recorded-audio.ts';
export { type RunHooks, splitSource } from './recording/split.ts';
export { StreamSplitter } from './recording/splitter.ts';
export type { ContactState, EngineState, FileState } from './recording/state.ts';
export * from './recording/types.ts';
export { type WrittenWav, writeWav } from './recording/wav-output.ts';
export type { ReportedCall } from './report/call.ts';
export type { LaneFile } from './report/lanes.ts';
export { type FoundRecording, findRecordings } from './report/recordings.ts';
export { type FoundReport, reportFound } from './report/report-found.ts';
export { type RecordingFacts, reportRecording } from './report/report-recording.ts';
export { reportName, reportSource, type SourceReportOptions } from './report/report-source.ts';
export { addReports, type ReportHooks, splitWithReport } from './report/split-with-report.ts';
export {
  parseTranscript,
  type ReportSegment,
  type ReportTranscript,
  type ReportWord,
  readTranscript,
  transcriptOf,
} from './report/transcript-file.ts';
export { AUDIO_CHOICES, type AudioChoice, type ReportOptions, writeReport } from './report/write-report.ts';
export {
  formatOfFile,
  formatTranscript,
  TRANSCRIPT_FORMATS,
  type TranscriptFormat,
} from './transcript/format.ts';
export { toNdjsonLine, transcriptDocument } from './transcript/json.ts';
export {
  speakerName,
  type TextRange,
  type Transcript,
  type TranscriptCategory,
  type TranscriptDirection,
  type TranscriptEntity,
  type TranscriptSegment,
  type TranscriptWord,
  wallClock,
} from './transcript/segment.ts';
export { segmentLine } from './transcript/text.ts';
export { type Clock as SessionTime, clockAtSpeed, WALL_CLOCK } from './transcription/clock.ts';
export {
  SESSION_RULES,
  type SessionBreak,
  type SessionRules,
  type TranscriptionEvent,
  type TranscriptionSummary,
} from './transcription/options.ts';
export {
  type FailureKind,
  type RecognizedCategory,
  type RecognizedEntity,
  type RecognizedResult,
  type RecognizedWord,
  type Recognizer,
  RecognizerError,
  type SessionRequest,
} from './transcription/recognizer.ts';
export type { TranscriptSink } from './transcription/results.ts';
export type { SentAudio } from './transcription/session-run.ts';
export {
  type ResumedDirection,
  Transcription,
  type TranscriptionOptions,
} from './transcription/transcription.ts';
