// Log lines in JSON with the request's id, and metrics in CloudWatch's embedded format: one of each an invocation.

import { Console } from 'node:console';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { LambdaContext } from './handler.ts';

/** The metrics, in the namespace `kvsrec`, with their units. */
export const METRICS = {
  AudioSeconds: MetricUnit.Seconds,
  Gaps: MetricUnit.Count,
  GapSeconds: MetricUnit.Seconds,
  LostAudio: MetricUnit.Count,
  Reconnects: MetricUnit.Count,
  TranscribeErrors: MetricUnit.Count,
  TranscribeSessions: MetricUnit.Count,
  ChainLength: MetricUnit.Count,
  Recordings: MetricUnit.Count,
  Duplicates: MetricUnit.Count,
  Failures: MetricUnit.Count,
} as const;
export type MetricName = keyof typeof METRICS;

export const METRICS_NAMESPACE = 'kvsrec';

/** What a handler says of one invocation. Nothing that identifies a caller or quotes a call belongs in here. */
export interface Telemetry {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, error: unknown, facts?: Record<string, unknown>): void;
  /** Facts that all further lines carry. */
  about(facts: Record<string, unknown>): void;
  count(name: MetricName, value: number): void;
  /** Writes the metrics of the invocation. */
  flush(): void;
}

export interface TelemetryOptions {
  /** Name of the handler: the dimension `service` of the metrics. */
  service: string;
  /** Where lines go; Lambda takes standard output. */
  output?: NodeJS.WritableStream | undefined;
}

/** Powertools' logger with its lines going where they are told to; it has no option for that. */
function lineLogger(serviceName: string, output: NodeJS.WritableStream): Logger {
  const logger = new Logger({ serviceName });
  Object.assign(logger, { console: new Console({ stdout: output, stderr: output }) });
  return logger;
}

let warm = false;

/** The telemetry of an invocation. The first one of the process is the cold start. */
export function telemetry(
  { service, output = process.stdout }: TelemetryOptions,
  context: LambdaContext,
): Telemetry {
  const coldStart = !warm;
  warm = true;
  const logger = lineLogger(service, output);
  logger.addContext(context as Parameters<Logger['addContext']>[0]);
  logger.appendKeys({ cold_start: coldStart });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: service });
  metrics.addMetadata('requestId', context.awsRequestId);
  return {
    info: (message, facts = {}) => logger.info(message, facts),
    warn: (message, facts = {}) => logger.warn(message, facts),
    error: (message, error, facts = {}) =>
      logger.error(message, { ...facts, error: error instanceof Error ? error : new Error(String(error)) }),
    about: (facts) => logger.appendKeys(facts),
    count: (name, value) => {
      metrics.addMetric(name, METRICS[name], value);
    },
    flush: () => {
      if (!metrics.hasStoredMetrics()) return;
      output.write(`${JSON.stringify(metrics.serializeMetrics())}\n`);
      metrics.clearMetrics();
    },
  };
}
