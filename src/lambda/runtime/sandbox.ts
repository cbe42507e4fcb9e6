// Lambda's side of the Runtime API for one process: the sandbox of a function, which dies with what happens in it.

import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { LONGEST_TIMER_MS } from '../../duration.ts';

export interface Invocation {
  requestId: string;
  /** The event, JSON. */
  payload: string;
  functionArn: string;
}

/** What came of an invocation; `payload` is JSON. */
export interface Outcome {
  payload: string;
  /** The header `X-Amz-Function-Error`. */
  functionError: 'Unhandled' | undefined;
}

export interface SandboxOptions {
  /** The program with its arguments; it is told of the API by `AWS_LAMBDA_RUNTIME_API`. */
  command: readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** Milliseconds that an invocation may take; the process is killed then. */
  timeoutMs: number;
  /** Gets what the process writes. */
  output: NodeJS.WritableStream;
}

/** Milliseconds that the process may take to ask for its first event: Lambda's limit of the init phase. */
const INIT_MS = 10_000;

interface Running extends Invocation {
  deadline: number;
  resolve(outcome: Outcome): void;
}

/** One process at a time, started when it is needed and again after it died. */
export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #server: http.Server;
  #child: ChildProcess | undefined;
  #running: Running | undefined;
  /** The process is asking for an event. */
  #asking: http.ServerResponse | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#server = http.createServer((request, response) => this.#serve(request, response));
    this.#server.requestTimeout = 0;
    // The function says nothing for as long as it works, and its connection is not to be closed when it answers.
    this.#server.keepAliveTimeout = 0;
  }

  /** Whether it has nothing to do. */
  get idle(): boolean {
    return this.#running === undefined;
  }

  /** Runs an invocation; only while `idle`. Never rejects: a crash or a timeout is an outcome. */
  async invoke(invocation: Invocation): Promise<Outcome> {
    return await new Promise<Outcome>((resolve) => {
      this.#running = { ...invocation, deadline: 0, resolve };
      if (this.#asking !== undefined) this.#hand(this.#asking);
      else void this.#start();
    });
  }

  /** Ends the process at once. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#kill('the server was stopped');
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #start(): Promise<void> {
    if (!this.#server.listening) {
      await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    }
    const { port } = this.#server.address() as AddressInfo;
    const [program, ...args] = this.#options.command;
    const env = { ...this.#options.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdout?.pipe(this.#options.output, { end: false });
    child.stderr?.pipe(this.#options.output, { end: false });
    const died = (reason: string) => {
      if (this.#child !== child) return;
      this.#forget();
      this.#fail('Runtime.ExitError', reason);
    };
    child.once('error', (error) => died(error.message));
    child.once('exit', (code, signal) =>
      died(`Runtime exited with error: ${signal ?? `exit status ${code}`}`),
    );
    this.#limit(INIT_MS, 'Sandbox.Timedout', 'the function did not initialise in time');
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const path = request.url?.replace('/2018-06-01/runtime', '') ?? '';
    if (request.method === 'GET' && path === '/invocation/next') {
      this.#asking = response;
      if (this.#running !== undefined) this.#hand(response);
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.once('end', () => {
      const [, id, kind] = /^\/(?:invocation\/([^/]+)|init)\/(response|error)$/.exec(path) ?? [];
      const known = kind !== undefined && (id === undefined || id === this.#running?.requestId);
      response.writeHead(known ? 202 : 404, { 'content-type': 'application/json' });
      response.end('{}');
      if (known)
        this.#finish(kind === 'response' ? { payload: body, functionError: undefined } : failed(body));
    });
  }

  #hand(response: http.ServerResponse): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#asking = undefined;
    const { timeoutMs } = this.#options;
    running.deadline = Date.now() + timeoutMs;
    this.#limit(
      timeoutMs,
      'Sandbox.Timedout',
      `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    );
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': running.requestId,
      'lambda-runtime-deadline-ms': running.deadline,
      'lambda-runtime-invoked-function-arn': running.functionArn,
    });
    response.end(running.payload);
  }

  #limit(milliseconds: number, errorType: string, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(reason, errorType), Math.min(milliseconds, LONGEST_TIMER_MS));
  }

  #kill(reason: string, errorType = 'Sandbox.Stopped'): void {
    const child = this.#child;
    this.#forget();
    // A signal that cannot be caught: nothing is cleaned up, as in Lambda.
    child?.kill('SIGKILL');
    const id = this.#running?.requestId;
    this.#fail(errorType, id === undefined ? reason : `RequestId: ${id} Error: ${reason}`);
  }

  #forget(): void {
    this.#child = undefined;
    this.#asking = undefined;
    clearTimeout(this.#timer);
  }

  #fail(errorType: string, errorMessage: string): void {
    this.#finish({ payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' });
  }

  #finish(outcome: Outcome): void {
    const running = this.#running;
    if (!this.#closed) clearTimeout(this.#timer);
    this.#running = undefined;
    running?.resolve(outcome);
  }
}

/** The function's report of an error, with the field that the Invoke API has in place of `stackTrace`. */
function failed(body: string): Outcome {
  let payload = body;
  try {
    const { stackTrace, ...error } = JSON.parse(body) as Record<string, unknown>;
    payload = JSON.stringify({ ...error, trace: stackTrace });
  } catch {
    // As the function wrote it.
  }
  return { payload, functionError: 'Unhandled' };
}
