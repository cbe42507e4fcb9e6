// The trigger with a flow's event: in this process with a table and a function service on loopback.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ContactDetails, updateContact } from '../../src/lambda/contact-details.ts';
import type { LambdaContext } from '../../src/lambda/handler.ts';
import { telemetry } from '../../src/lambda/telemetry.ts';
import { createTrigger, type TriggerDependencies, WARM_UP_EVENT } from '../../src/lambda/trigger.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';
import { flowEvent } from './flow-event.ts';
import { LineCollector } from './line-collector.ts';

let dynamo: DynamoServer;
beforeAll(async () => {
  dynamo = await startDynamoServer();
});
afterAll(() => dynamo.close());

const context: LambdaContext = {
  awsRequestId: '7c4a8d09-ca37-4e9b-9f8b-0a1b2c3d4e5f',
  functionName: 'trigger',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:trigger',
  memoryLimitInMB: '256',
  getRemainingTimeInMillis: () => 8000,
};

function trigger(more: Partial<TriggerDependencies> = {}) {
  const invoked: { name: string; event: unknown }[] = [];
  const lines = new LineCollector();
  const handler = createTrigger({
    invokeLater: async (name, event) => void invoked.push({ name, event }),
    updateContact: updateContact(dynamo.client, 'contactDetails', 7, () => Date.UTC(2024, 8, 18)),
    recordFunction: 'record',
    timeZone: 'America/New_York',
    now: () => new Date('2024-09-18T02:41:28.724Z'),
    telemetry: (ctx) => telemetry({ service: 'trigger', output: lines }, ctx),
    ...more,
  });
  return { invoked, lines, run: (event: unknown) => handler(event, context) };
}

const ARN = 'arn:aws:kinesisvideo:eu-central-1:111122223333:stream/instance-contact-1/1542430000000';
const FRAGMENT = '91343852333181506669084419742000777065157120001';

describe('trigger', () => {
  test('starts the recording as the attributes say, and writes the summary', async () => {
    const { invoked, run, lines } = trigger();
    const attributes = { transcribeCall: 'true', languageCode: 'es-US', streamAudioToCustomer: 'false' };
    const event = flowEvent({ contactId: 'c-1', streamArn: ARN, startFragment: FRAGMENT, attributes });
    expect(await run(event)).toEqual({ lambdaResult: 'Success' });
    expect(invoked).toEqual([
      {
        name: 'record',
        event: {
          streamARN: ARN,
          startFragmentNum: FRAGMENT,
          connectContactId: 'c-1',
          transcriptionEnabled: true,
          saveCallRecording: true,
          languageCode: 'es-US',
          streamAudioFromCustomer: true,
          streamAudioToCustomer: false,
        },
      },
    ]);
    expect(await dynamo.items('contactDetails')).toContainEqual({
      contactId: 'c-1',
      customerPhoneNumber: '+12065550100',
      callDate: '9/17/2024',
      callTimestamp: '2024-09-18T02:41:28.724Z',
      ExpiresAfter: Date.UTC(2024, 8, 25) / 1000,
    });
    // A log line has the request, the contact and the cold start; a phone number it has not.
    expect(lines.json()).toContainEqual(
      expect.objectContaining({
        function_request_id: context.awsRequestId,
        contact_id: 'c-1',
        cold_start: expect.any(Boolean),
        message: 'recording started',
      }),
    );
    expect(lines.text).not.toContain('555');
  });

  test('defaults are those of the sample', async () => {
    const { invoked, run } = trigger();
    await run(flowEvent({ streamArn: ARN }));
    expect(invoked[0]!.event).toMatchObject({
      transcriptionEnabled: false,
      saveCallRecording: true,
      languageCode: 'en-US',
      streamAudioFromCustomer: true,
      streamAudioToCustomer: true,
    });
  });

  test('without a media stream it says so, and still knows the caller', async () => {
    const { invoked, run } = trigger();
    expect(await run(flowEvent({ contactId: 'c-2' }))).toMatchObject({
      lambdaResult: 'Failed',
      reason: 'NoMediaStream',
    });
    expect(invoked).toEqual([]);
    expect(await dynamo.items('contactDetails')).toContainEqual(
      expect.objectContaining({ contactId: 'c-2' }),
    );
  });

  test.each([
    ['a scheduled rule', { eventType: 'warm' }],
    ['EventBridge', { source: 'aws.events' }],
  ])('%s keeps the record function warm', async (_what, event) => {
    const { invoked, run } = trigger();
    expect(await run(event)).toEqual({ lambdaResult: 'Success' });
    expect(invoked).toEqual([{ name: 'record', event: WARM_UP_EVENT }]);
  });

  test.each([[null], ['text'], [{}], [{ Details: {} }], [{ Details: { ContactData: { Attributes: 7 } } }]])(
    '%j is an answer, not a crash',
    async (event) => {
      const { run } = trigger();
      expect(await run(event)).toMatchObject({ lambdaResult: 'Failed', reason: 'NoContact' });
    },
  );

  test('every answer is flat strings, also where the service fails', async () => {
    const refuse = async () => {
      throw new Error('the service is down');
    };
    const { run, lines } = trigger({ invokeLater: refuse });
    const answer = (await run(flowEvent({ streamArn: ARN }))) as Record<string, unknown>;
    expect(answer).toMatchObject({ lambdaResult: 'Failed', reason: 'InvokeFailed' });
    for (const value of Object.values(answer)) expect(typeof value).toBe('string');
    expect(lines.json()).toContainEqual(expect.objectContaining({ Failures: 1, service: 'trigger' }));
  });

  test('a table that cannot be written does not keep the call from being recorded', async () => {
    const updated: ContactDetails[] = [];
    const { run, invoked, lines } = trigger({
      updateContact: async (_id, details) => {
        updated.push(details);
        throw new Error('no such table');
      },
    });
    expect(await run(flowEvent({ streamArn: ARN }))).toEqual({ lambdaResult: 'Success' });
    expect(invoked).toHaveLength(1);
    expect(updated).toHaveLength(1);
    expect(lines.text).toContain('the contact summary could not be written');
    expect(lines.text).not.toContain('555');
  });
});
