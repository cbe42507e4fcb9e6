// Invokes a function asynchronously: the service takes the event, and retries what fails.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { explained } from '../aws/aws-error.ts';
import { clientConfig } from '../aws/client-config.ts';

/** Hands an event to a function and does not wait for what it does. */
export type InvokeLater = (functionName: string, event: unknown, signal?: AbortSignal) => Promise<void>;

export function invokeLater(region?: string): InvokeLater {
  const client = new LambdaClient(clientConfig({ region }));
  return async (functionName, event, signal) => {
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    });
    const task = {
      doing: `invoke the function ${functionName}`,
      action: 'lambda:InvokeFunction',
      resource: functionName,
    };
    await explained(task, () => client.send(command, signal && { abortSignal: signal }));
  };
}
