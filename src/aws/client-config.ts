// The one place that makes the configuration of every SDK client.

import { version } from '../version.ts';

/** Where to work and as whom. What is not given comes from the SDK's own conventions (environment, shared files). */
export interface AwsSettings {
  readonly region?: string | undefined;
  /** A profile of the shared config files. */
  readonly profile?: string | undefined;
  /** For every service, in place of AWS's own endpoints. */
  readonly endpointUrl?: string | undefined;
}

/** What the constructors of all SDK clients take. */
export interface ClientConfig {
  region?: string;
  profile?: string;
  endpoint?: string;
  customUserAgent: [string, string][];
  requestHandler: { connectionTimeout: number };
}

/** Milliseconds until a connection that does not come about is given up, and tried again by the SDK. */
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * The configuration of an SDK client. Attempts and their mode are the SDK's own (`AWS_MAX_ATTEMPTS`, `AWS_RETRY_MODE`,
 * shared files; three attempts in standard mode if nothing says otherwise); whoever can wait longer does so around the
 * call, with `patiently`.
 */
export function clientConfig({ region, profile, endpointUrl }: AwsSettings = {}): ClientConfig {
  silenceVersionWarning();
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    customUserAgent: [['kvsrec', version()]],
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS },
  };
}

/**
 * Keeps the SDK's remark on the end of support for Node 20 out of terminals and logs, by the SDK's own switch, which
 * touches no other warning. A value that is set already is left alone.
 */
function silenceVersionWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}
