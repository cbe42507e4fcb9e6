// `kvsrec/simulator`: Kinesis Video Streams on loopback, for tests of whatever reads from it.

export type { FragmentSent } from './call.ts';
export type {
  BreakFault,
  ErrorFault,
  Fault,
  FaultAim,
  FaultPlace,
  FragmentFault,
  InBandFault,
  LatencyFault,
  RandomFault,
  RefuseFault,
  SlowFault,
} from './faults.ts';
export type { Operation } from './operations.ts';
export type { QuotaOptions } from './quotas.ts';
export type { RequestRecord } from './request-log.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
export type { StreamOptions, StreamState } from './streams.ts';
export type { AudioLocator, Heard, ReferenceAudio } from './transcribe/locator.ts';
export { TRANSCRIBE_RULES, type TranscribeOptions, type TranscribeRules } from './transcribe/options.ts';
export type { SessionParameters } from './transcribe/parameters.ts';
export type { SessionEnd, SessionRecord } from './transcribe/record.ts';
export { parseScript, type TranscribeFault, type TranscribeScript } from './transcribe/script.ts';
export { startTranscribe, type TranscribeStandIn } from './transcribe/server.ts';
