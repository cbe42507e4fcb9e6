// A function as the service runs it: so many sandboxes, a queue for asynchronous events, retries, and a last resort.

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { LONGEST_TIMER_MS } from '../../duration.ts';
import { type Outcome, Sandbox, type SandboxOptions } from './sandbox.ts';

export interface PoolOptions extends SandboxOptions {
  /** Invocations at the same time, each in a sandbox of its own. */
  concurrency: number;
  /** Attempts after the first at an asynchronous event. */
  retries: number;
  /** Milliseconds before the first retry; twice that before the second (Lambda waits one minute, then two). */
  retryDelayMs: number;
  /** Gets an asynchronous event that failed for good, in the form of Lambda's failure destinations. */
  onFailure(record: unknown): void;
}

/** Thrown where all sandboxes are busy. */
export class Throttled extends Error {}

export class FunctionPool {
  readonly #options: PoolOptions;
  readonly #sandboxes: Sandbox[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #events = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Runs an event and answers what came of it. @throws Throttled */
  async invoke(payload: string, functionArn: string, requestId: string = randomUUID()): Promise<Outcome> {
    const sandbox = this.#free();
    if (sandbox === undefined) throw new Throttled('Rate Exceeded.');
    return await this.#run(sandbox, { payload, functionArn, requestId });
  }

  /** Takes an event for later: it waits for a free sandbox, and is tried again where it fails. */
  enqueue(payload: string, functionArn: string): string {
    const requestId = randomUUID();
    const done = this.#attempts(payload, functionArn, requestId).finally(() => this.#events.delete(done));
    this.#events.add(done);
    return requestId;
  }

  /** Whether no asynchronous event waits, runs or is to be tried again. */
  get settled(): boolean {
    return this.#events.size === 0;
  }

  /** Resolves when the asynchronous events that it has are done with. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#events);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const proceed of this.#waiting.splice(0)) proceed();
    await Promise.all(this.#sandboxes.map((sandbox) => sandbox.close()));
    await Promise.allSettled(this.#events);
  }

  async #attempts(payload: string, functionArn: string, requestId: string): Promise<void> {
    const { retries, retryDelayMs, onFailure } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 1; ; attempt++) {
      const sandbox = await this.#whenFree();
      if (sandbox === undefined) return;
      const outcome = await this.#run(sandbox, { payload, functionArn, requestId });
      if (outcome.functionError === undefined || signal.aborted) return;
      if (attempt > retries) {
        onFailure({
          version: '1.0',
          timestamp: new Date().toISOString(),
          requestContext: {
            requestId,
            functionArn: `${functionArn}:$LATEST`,
            condition: 'RetriesExhausted',
            approximateInvokeCount: attempt,
          },
          requestPayload: JSON.parse(payload),
          responseContext: {
            statusCode: 200,
            executedVersion: '$LATEST',
            functionError: outcome.functionError,
          },
          responsePayload: JSON.parse(outcome.payload),
        });
        return;
      }
      await wait(Math.min(retryDelayMs * attempt, LONGEST_TIMER_MS), undefined, { signal }).catch(() => {});
    }
  }

  async #run(sandbox: Sandbox, invocation: Parameters<Sandbox['invoke']>[0]): Promise<Outcome> {
    try {
      return await sandbox.invoke(invocation);
    } finally {
      this.#waiting.shift()?.();
    }
  }

  #free(): Sandbox | undefined {
    const idle = this.#sandboxes.find((sandbox) => sandbox.idle);
    if (idle !== undefined || this.#sandboxes.length >= this.#options.concurrency) return idle;
    const sandbox = new Sandbox(this.#options);
    this.#sandboxes.push(sandbox);
    return sandbox;
  }

  async #whenFree(): Promise<Sandbox | undefined> {
    while (!this.#stop.signal.aborted) {
      const sandbox = this.#free();
      if (sandbox !== undefined) return sandbox;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return undefined;
  }
}
