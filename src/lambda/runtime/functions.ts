// Functions as a service on this machine: a pool for each handler, and the Invoke API in front of them.

import type { HandlerName } from '../handler.ts';
import { FunctionPool, type PoolOptions } from './function-pool.ts';
import { startInvokeServer } from './invoke-server.ts';
import type { Outcome } from './sandbox.ts';

export interface FunctionsOptions extends Omit<PoolOptions, 'command' | 'onFailure'> {
  /** A single one answers to every name, several to their own. */
  handlers: readonly HandlerName[];
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** The program that runs a handler, told of the Runtime API by its environment. */
  program(name: HandlerName): [string, ...string[]];
  onFailure(record: unknown): void;
}

export interface Functions {
  readonly url: string;
  readonly port: number;
  /** Invokes the first function with an event (JSON) and waits. */
  invoke(payload: string): Promise<Outcome>;
  /** Resolves when every asynchronous event is done with, and whatever that has invoked in its turn. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Starts listening. @throws What listening fails with. */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { handlers, host, env } = options;
  const region = env.AWS_REGION ?? 'us-east-1';
  const pools = new Map<string, FunctionPool>();
  const single = handlers.length === 1;
  const server = await startInvokeServer({
    host,
    port: options.port,
    region,
    find: (name) => pools.get(single ? handlers[0]! : name),
  });
  const address = host.includes(':') ? `[${host}]` : host;
  const url = `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${server.port}`;
  for (const name of handlers) {
    pools.set(
      name,
      new FunctionPool({
        ...options,
        command: options.program(name),
        env: {
          ...env,
          AWS_LAMBDA_FUNCTION_NAME: name,
          AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '256',
          // The functions find each other here, unless they are told to look elsewhere.
          AWS_ENDPOINT_URL_LAMBDA: env.AWS_ENDPOINT_URL_LAMBDA ?? url,
        },
      }),
    );
  }
  return {
    url,
    port: server.port,
    invoke: (payload) =>
      pools
        .get(handlers[0]!)!
        .invoke(payload, `arn:aws:lambda:${region}:000000000000:function:${handlers[0]}`),
    async settle() {
      const all = [...pools.values()];
      while (!all.every(({ settled }) => settled)) await Promise.all(all.map((pool) => pool.settle()));
    },
    async close() {
      await server.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
