// Starts a simulator: one HTTP server on loopback for all of the service's endpoints.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KvsrecError } from '../errors.ts';
import type { FragmentSent, Service } from './call.ts';
import { FaultBoard } from './fault-board.ts';
import type { Fault } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import { QuotaKeeper, type QuotaOptions, quotas } from './quotas.ts';
import { seededRandom } from './random-faults.ts';
import { RequestLog, type RequestRecord } from './request-log.ts';
import { type StreamOptions, Streams } from './streams.ts';

/** How a simulator behaves. What concerns playing is for all its streams that do not say otherwise themselves. */
export interface SimulatorOptions extends Omit<StreamOptions, 'dump'> {
  /** Streams by name or ARN: a dump's file, its bytes, or more of it. More can be added later. */
  readonly streams?: Readonly<Record<string, string | Uint8Array | StreamOptions>>;
  /** Address to listen on; 127.0.0.1 if not given. */
  readonly host?: string;
  /** 0, the default, for any that is free. */
  readonly port?: number;
  /** Of the ARNs and the environment; us-east-1 and 111122223333 if not given. */
  readonly region?: string;
  readonly accountId?: string;
  /** Milliseconds after which a session with GetMedia ends without an error; 45 minutes if not given. */
  readonly sessionMs?: number;
  /** Whether the fragment named in AfterFragmentNumber comes again; `exclusive`, the documented reading, if not given. */
  readonly afterFragment?: 'exclusive' | 'inclusive' | 'random';
  /** The order in which ListFragments tells fragments: the service promises none. `stream` if not given. */
  readonly listOrder?: 'stream' | 'shuffled';
  /** The service's quotas; `false` lifts them, numbers replace some. */
  readonly quotas?: boolean | QuotaOptions;
  /** Faults, as objects or in the grammar of `kvsrec simulate --fault`. */
  readonly faults?: readonly (Fault | string)[];
  /** Of all that is random; the same seed gives the same run. 1 if not given. */
  readonly seed?: number;
  /** Called when a request was answered, or its answer with media has ended. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Called when the last byte of a fragment was handed to a connection. */
  readonly onFragment?: (sent: FragmentSent) => void;
}

/** A simulator that listens. */
export interface Simulator {
  /** Of all endpoints, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** What to export, so that unmodified SDKs talk to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly streams: Pick<Streams, 'add' | 'append' | 'inspect' | 'list'>;
  readonly faults: Pick<FaultBoard, 'order' | 'clear' | 'pending'>;
  readonly log: Pick<RequestLog, 'list' | 'clear'>;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Access key of the environment; no account has it. */
export const ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const SECRET_ACCESS_KEY = 'kvsrec-simulator-takes-any-secret';

/** Milliseconds: about 45 minutes is what sessions last in the field. */
const SESSION_MS = 45 * 60_000;

/**
 * Starts a simulator of Kinesis Video Streams.
 * @throws KvsrecError `bad-stream`, `bad-fault` (exit status 2), `unreadable-dump`, `cannot-listen`.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = options.seed ?? 1;
  const faults = new FaultBoard(seededRandom(seed));
  for (const fault of options.faults ?? []) faults.order(fault);
  const region = options.region ?? 'us-east-1';
  const streams = new Streams({ region, accountId: options.accountId ?? '111122223333' }, options);
  const log = new RequestLog();
  const reading = options.afterFragment ?? 'exclusive';
  const readings = seededRandom(seed + 1);
  const service: Service = {
    streams,
    quotas: new QuotaKeeper(quotas(options.quotas ?? true)),
    sessionMs: options.sessionMs ?? SESSION_MS,
    afterFragmentInclusive: () => (reading === 'random' ? readings() < 0.5 : reading === 'inclusive'),
    listOrder: options.listOrder ?? 'stream',
    seed,
    onFragment: options.onFragment ?? (() => {}),
  };
  const desk = { service, faults, log, onRequest: options.onRequest ?? (() => {}) };
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    void handleRequest(desk, request, response);
  });
  try {
    for (const [name, stream] of Object.entries(options.streams ?? {})) await streams.add(name, stream);
    await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  } catch (error) {
    streams.close();
    throw error;
  }
  const { address, family, port } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  let closing: Promise<void> | null = null;
  return {
    url,
    port,
    environment: environment(url, region),
    streams,
    faults,
    log,
    close: () => {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }).then(() => streams.close());
      return closing;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new KvsrecError('cannot-listen', `cannot listen on ${host} port ${port}: ${cause.message}`, {
          hint: /^(EADDRINUSE|EACCES)$/.test(cause.code ?? '')
            ? 'Choose another --port, or 0 for any that is free.'
            : 'Give an address of this machine as --host, such as 127.0.0.1.',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** The variables of the SDKs' service-specific endpoints, with credentials that anything will do for. */
function environment(url: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KINESIS_VIDEO: url,
    AWS_ENDPOINT_URL_KINESIS_VIDEO_MEDIA: url,
    AWS_ENDPOINT_URL_KINESIS_VIDEO_ARCHIVED_MEDIA: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
  };
}
