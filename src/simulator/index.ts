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
