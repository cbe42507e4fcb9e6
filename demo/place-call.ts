// Places the call: the flow's event to the trigger, which starts the recording; then looks on until the call is over.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from '../src/aws/client-config.ts';
import { KvsrecError } from '../src/errors.ts';
import { flowEvent } from './call.ts';
import { showWords } from './live-words.ts';
import type { Screen } from './screen.ts';
import type { Services } from './services.ts';

/** Milliseconds from the trigger's answer in which a call of 15 seconds must be recorded. */
const MOST_MS = 40_000;

/**
 * Resolves when the recording is finished.
 * @throws KvsrecError `trigger-failed`, `record-failed`, `demo-timeout`; the signal's reason.
 */
export async function placeCall(
  services: Services,
  screen: Screen,
  finished: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const asked = performance.now();
  const answer = await invokeTrigger(services.lambdaUrl, flowEvent());
  const took = ((performance.now() - asked) / 1000).toFixed(1);
  if (answer.lambdaResult !== 'Success') {
    throw new KvsrecError('trigger-failed', `the trigger answered ${JSON.stringify(answer)}`);
  }
  screen.line(`  The flow invoked the trigger: lambdaResult ${answer.lambdaResult}, after ${took} s.`);
  screen.line("  The trigger has started record, which reads from the flow's fragment on.");
  screen.heading('What is said, live from the tables');
  const over = new AbortController();
  const words = showWords(services, screen, over.signal);
  try {
    await Promise.race([finished, services.failure, words, aborted(signal), tooLong(over.signal)]);
  } finally {
    over.abort();
    await words;
  }
}

async function invokeTrigger(endpointUrl: string, event: unknown): Promise<Record<string, unknown>> {
  const client = new LambdaClient({ ...clientConfig({ endpointUrl }), maxAttempts: 1 });
  try {
    const { Payload } = await client.send(
      new InvokeCommand({ FunctionName: 'trigger', Payload: Buffer.from(JSON.stringify(event)) }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString()) as Record<string, unknown>;
  } finally {
    client.destroy();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function tooLong(over: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(new KvsrecError('demo-timeout', `the call was not over after ${MOST_MS / 1000} s`)),
      MOST_MS,
    );
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
