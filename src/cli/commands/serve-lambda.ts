// `kvsrec serve-lambda`: the Lambda handlers on this machine, or in a container that Lambda runs.

import { closeSync, openSync, statSync } from 'node:fs';
import { KvsrecError } from '../../errors.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { asKvsrecError } from '../report-error.ts';
import { SERVE_OPTIONS, type ServeOptions, serveOptions } from '../serve-lambda/options.ts';
import { untilOver } from '../serving.ts';
import { ownCommand } from '../this-program.ts';

export const serveLambda: CommandDefinition = {
  description:
    'Runs the handlers of the Lambda functions. Where AWS_LAMBDA_RUNTIME_API is set, as in a container image, it is ' +
    'the function’s runtime. Elsewhere it serves Lambda’s Invoke API on loopback, so that "aws lambda invoke ' +
    '--endpoint-url" and the SDKs work: each invocation in a process of its own, which is killed at its timeout; ' +
    'asynchronous events are queued and tried again. The functions read the same environment variables as in Lambda.',
  options: SERVE_OPTIONS,
  examples: [
    {
      line: 'RECORDINGS_BUCKET_NAME=calls kvsrec serve-lambda --handler record --port 0 --duration 1s',
      does: 'the record function, for a second',
    },
    {
      line: 'transcriptionFunction=record RECORDINGS_BUCKET_NAME=calls kvsrec serve-lambda --handler trigger,record --timeout 30s --concurrency 4 --port 0 --duration 1s --json',
      does: 'two functions that find each other; the address as JSON',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { settings, origins } = context;
  // What is right for calls in one process is too much for processes.
  const concurrency = origins.concurrency.source === 'default' ? 1 : settings.concurrency;
  const options = serveOptions(context.options, concurrency);
  const api = process.env.AWS_LAMBDA_RUNTIME_API;
  if (api !== undefined && api !== '') return await runtime(api, options, context);
  return await server(options, context);
}

/** The runtime of one function, until it is ended from outside. */
async function runtime(api: string, { handlers }: ServeOptions, { signal }: CommandContext): Promise<number> {
  const [name, ...more] = handlers;
  if (name === undefined || more.length > 0) {
    throw new KvsrecError(
      'bad-option',
      '--handler must name one function where AWS_LAMBDA_RUNTIME_API is set',
      {
        exitCode: 2,
        hint: 'A container image is one function: give --handler record, say.',
      },
    );
  }
  const { serveRuntime } = await import('../../lambda/runtime/runtime-client.ts');
  const load = async () => await (await import('../../lambda/handlers.ts')).loadHandler(name);
  await serveRuntime({ api, load, signal });
  return DONE;
}

async function server(options: ServeOptions, { terminal, signal }: CommandContext): Promise<number> {
  const { startFunctions } = await import('../../lambda/runtime/functions.ts');
  const { appendFile } = await import('node:fs/promises');
  const { onFailure } = options;
  if (onFailure !== undefined) requireAppendable(onFailure);
  let appended = Promise.resolve();
  const functions = await startFunctions({
    ...options,
    program: (name) => [...ownCommand(), 'serve-lambda', '--handler', name],
    env: process.env,
    output: process.stderr,
    onFailure: (record) => {
      terminal.warning('an asynchronous event failed for good');
      if (onFailure === undefined) return;
      // The file can have become unwritable since the start; the functions are served all the same.
      appended = appended
        .then(() => appendFile(onFailure, `${JSON.stringify(record)}\n`))
        .catch((error: unknown) => {
          const { message } = asKvsrecError(error);
          terminal.warning(`that event is not in the file of --on-failure: ${message}`);
        });
    },
  });
  try {
    if (options.invoke !== undefined) {
      const { functionError, payload } = await functions.invoke(await eventText(options.invoke));
      await terminal.write(`${payload}\n`);
      // A call that is longer than an invocation goes on in another.
      await Promise.race([functions.settle(), untilOver(signal, options.durationMs)]);
      return functionError === undefined ? DONE : FAILED;
    }
    terminal.result(
      [
        `${options.handlers.join(', ')} at ${functions.url}`,
        `  export AWS_ENDPOINT_URL_LAMBDA=${functions.url}`,
        `  aws lambda invoke --endpoint-url ${functions.url} --function-name ${options.handlers[0]} --payload '{}' --cli-binary-format raw-in-base64-out answer.json`,
      ].join('\n'),
    );
    terminal.document({
      url: functions.url,
      port: functions.port,
      functions: options.handlers,
      environment: { AWS_ENDPOINT_URL_LAMBDA: functions.url },
    });
    await untilOver(signal, options.durationMs);
    return DONE;
  } finally {
    await functions.close();
    await appended;
  }
}

/** @throws Node's error where nothing can be appended to the file, which comes into being. */
function requireAppendable(file: string): void {
  const facts = statSync(file, { throwIfNoEntry: false });
  // What is neither file nor directory, a pipe say, may wait for somebody who reads it.
  if (facts === undefined || facts.isFile() || facts.isDirectory()) closeSync(openSync(file, 'a'));
}

async function eventText(file: string): Promise<string> {
  if (file === '-') return await (await import('node:stream/consumers')).text(process.stdin);
  return await (await import('node:fs/promises')).readFile(file, 'utf8');
}
