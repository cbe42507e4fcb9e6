// Errors of the SDK and its services as errors for people: what was being done, what went wrong, what to do.

import { KvsrecError } from '../errors.ts';
import {
  AWS_FAULTS,
  type AwsTask,
  type Fault,
  faultOfConnection,
  type SdkError,
  socketError,
} from './aws-faults.ts';

export type { AwsTask } from './aws-faults.ts';

/**
 * A KvsrecError for what an SDK call threw. What is one already, an abort, and what did not come from a service or the
 * way to it are given back as they are.
 */
export function awsError(thrown: unknown, task: AwsTask): unknown {
  if (thrown instanceof KvsrecError || !(thrown instanceof Error) || thrown.name === 'AbortError') {
    return thrown;
  }
  const error = thrown as SdkError;
  const fault = faultOf(error);
  if (!fault) return thrown;
  const reason = fault.reason(error, task);
  return new KvsrecError(fault.code, `cannot ${task.doing}: ${reason}${requestId(error)}`, {
    hint: fault.hint(error, task),
    exitCode: fault.exitCode ?? 1,
    cause: thrown,
  });
}

/** Runs a call, and turns what it throws with `awsError`. */
export async function explained<Value>(task: AwsTask, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (thrown) {
    throw awsError(thrown, task);
  }
}

/** Whether the same call may well succeed a little later: throttling, server errors, broken connections. */
export function isTransient(thrown: unknown): boolean {
  const origin = thrown instanceof KvsrecError && thrown.cause !== undefined ? thrown.cause : thrown;
  if (!(origin instanceof Error) || origin.name === 'AbortError') return false;
  return faultOf(origin)?.transient === true;
}

/** Whether a call came to nothing because nobody knows the name of the service's host. */
export function isUnknownHost(thrown: unknown): boolean {
  return thrown instanceof Error && socketError(thrown)[0] === 'ENOTFOUND';
}

function faultOf(error: SdkError): Fault | undefined {
  const named = AWS_FAULTS.find(({ matches }) => matches(error));
  return named ?? faultOfConnection(error);
}

/** The id that AWS support asks for. */
function requestId({ $metadata }: SdkError): string {
  return $metadata?.requestId ? ` (request ${$metadata.requestId})` : '';
}
