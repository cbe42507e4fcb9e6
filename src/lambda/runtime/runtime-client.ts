// The function's side of the Lambda Runtime API: asks for events, runs the handler, hands back what came of it.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import http from 'node:http';
import type { LambdaContext, LambdaHandler } from '../handler.ts';
import { functionError } from './function-error.ts';

const ROOT = '/2018-06-01/runtime';

export interface RuntimeOptions {
  /** Host and port, as `AWS_LAMBDA_RUNTIME_API` has them. */
  api: string;
  /** Loads the handler; a failure is reported as one of the initialisation. */
  load(): Promise<LambdaHandler>;
  env?: NodeJS.ProcessEnv | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Serves invocations, one after the other, until the signal is aborted.
 * @throws What loading the handler threw, once it is reported; and what keeps the API from being reached.
 */
export async function serveRuntime({ api, load, env = process.env, signal }: RuntimeOptions): Promise<void> {
  const agent = new http.Agent({ keepAlive: true });
  const call = (method: string, path: string, body?: string, headers?: http.OutgoingHttpHeaders) =>
    request(`http://${api}${ROOT}${path}`, { method, agent, headers, signal }, body);
  try {
    let handler: LambdaHandler;
    try {
      handler = await load();
    } catch (error) {
      await report(call, '/init/error', error);
      throw error;
    }
    while (signal?.aborted !== true) {
      const { headers, body } = await call('GET', '/invocation/next');
      const id = String(headers['lambda-runtime-aws-request-id']);
      if (typeof headers['lambda-runtime-trace-id'] === 'string') {
        env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
      }
      let result: string;
      try {
        result = JSON.stringify((await handler(JSON.parse(body), contextOf(headers, env))) ?? null);
      } catch (error) {
        await report(call, `/invocation/${id}/error`, error);
        continue;
      }
      // What keeps the answer from being handed over is no failure of the handler.
      await call('POST', `/invocation/${id}/response`, result);
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    agent.destroy();
  }
}

type Call = (
  method: string,
  path: string,
  body?: string,
  headers?: http.OutgoingHttpHeaders,
) => Promise<Answer>;

async function report(call: Call, path: string, thrown: unknown): Promise<void> {
  const { errorType, errorMessage, trace } = functionError(thrown);
  const body = JSON.stringify({ errorType, errorMessage, stackTrace: trace });
  await call('POST', path, body, { 'lambda-runtime-function-error-type': `Unhandled.${errorType}` });
}

function contextOf(headers: http.IncomingHttpHeaders, env: NodeJS.ProcessEnv): LambdaContext {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn'] ?? ''),
    functionName: env.AWS_LAMBDA_FUNCTION_NAME ?? '',
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION ?? '$LATEST',
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

interface Answer {
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request without a time limit: the next event may come in an hour. */
async function request(url: string, options: http.RequestOptions, body?: string): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = http.request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode = 0, headers } = response;
        if (statusCode < 300) resolve({ headers, body: text });
        else reject(new Error(`${options.method} ${url} was answered with ${statusCode}: ${text}`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
