// `kvsrec/lambda`: the handlers as functions of their dependencies, and what they are served with.

export { type AudioDependencies, createOverlay, createRedact } from './audio-handlers.ts';
export { type BackfillDependencies, type BackfilledDump, createBackfill } from './backfill.ts';
export { type ContactDetails, documentClient, type UpdateContact, updateContact } from './contact-details.ts';
export { type Environment, readEnvironment } from './environment.ts';
export { HANDLER_NAMES, type HandlerName, type LambdaContext, type LambdaHandler } from './handler.ts';
export { loadHandler } from './handlers.ts';
export { type InvokeLater, invokeLater } from './invoke.ts';
export {
  type RecordedObject,
  RecordingObjects,
  type RecordingObjectsOptions,
} from './objects/recording-objects.ts';
export { createRecord, type RecordDependencies } from './record/record.ts';
export type { RecordSummary } from './record/summary.ts';
export { type Functions, type FunctionsOptions, startFunctions } from './runtime/functions.ts';
export { type RuntimeOptions, serveRuntime } from './runtime/runtime-client.ts';
export { type MetricName, type Telemetry, telemetry } from './telemetry.ts';
export { createTrigger, type TriggerAnswer, type TriggerDependencies } from './trigger.ts';
