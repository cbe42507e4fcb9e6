// The trigger: called by a flow, it writes the contact's summary item and starts the recording, in a second or two.

import type { ContactDetails, UpdateContact } from './contact-details.ts';
import type { LambdaHandler } from './handler.ts';
import type { InvokeLater } from './invoke.ts';
import type { Telemetry } from './telemetry.ts';
import { type FlowContact, flowContact, isWarmUp } from './trigger-event.ts';

/** Connect gives a function 8 seconds at the most; what has not been done by then is given up. */
const DEADLINE_MS = 6_000;

/** What the flow gets: strings, since a flow reads nothing else. */
export interface TriggerAnswer {
  lambdaResult: 'Success' | 'Failed';
  /** Why not, where it is not `Success`: `NoContact`, `NoMediaStream`, `InvokeFailed`. */
  reason?: string;
  message?: string;
}

export interface TriggerDependencies {
  invokeLater: InvokeLater;
  /** Undefined where there is no table. */
  updateContact: UpdateContact | undefined;
  recordFunction: string;
  timeZone: string;
  telemetry(context: Parameters<LambdaHandler>[1]): Telemetry;
  now?: (() => Date) | undefined;
}

/** The sample's event that keeps the record function warm. */
export const WARM_UP_EVENT = {
  inputFileName: 'keepWarm.wav',
  connectContactId: '12b87d2b-keepWarm',
  transcriptionEnabled: 'false',
};

/** Makes the handler. It answers a flow in every case: an error would only tell it less. */
export function createTrigger(dependencies: TriggerDependencies): LambdaHandler {
  const { invokeLater, recordFunction } = dependencies;
  return async (event, context): Promise<TriggerAnswer> => {
    const telemetry = dependencies.telemetry(context);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      if (isWarmUp(event)) {
        await invokeLater(recordFunction, WARM_UP_EVENT, signal);
        return { lambdaResult: 'Success' };
      }
      const contact = flowContact(event);
      if (contact?.contactId === undefined) {
        telemetry.warn('the event has no contact');
        return failed('NoContact', 'The event is none of a flow.');
      }
      telemetry.about({ contact_id: contact.contactId });
      // Both at once: neither waits for the other, and the call is recorded whatever becomes of its item.
      const [invoked] = await Promise.all([
        start(contact, dependencies, telemetry, signal),
        summarise(contact.contactId, contact, dependencies, telemetry, signal),
      ]);
      return invoked;
    } catch (error) {
      telemetry.count('Failures', 1);
      telemetry.error('the record function could not be invoked', error);
      return failed('InvokeFailed', 'The record function could not be invoked.');
    } finally {
      telemetry.flush();
    }
  };
}

async function start(
  contact: FlowContact,
  { invokeLater, recordFunction }: TriggerDependencies,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<TriggerAnswer> {
  if (contact.streamArn === undefined) {
    telemetry.warn('the event names no media stream');
    return failed(
      'NoMediaStream',
      'Start media streaming before this block, and enable it for the instance.',
    );
  }
  const { attributes } = contact;
  await invokeLater(
    recordFunction,
    {
      streamARN: contact.streamArn,
      startFragmentNum: contact.startFragment,
      connectContactId: contact.contactId,
      transcriptionEnabled: attributes.transcribeCall === 'true',
      saveCallRecording: attributes.saveCallRecording !== 'false',
      languageCode: attributes.languageCode || 'en-US',
      streamAudioFromCustomer: attributes.streamAudioFromCustomer !== 'false',
      streamAudioToCustomer: attributes.streamAudioToCustomer !== 'false',
    },
    signal,
  );
  telemetry.info('recording started');
  return { lambdaResult: 'Success' };
}

async function summarise(
  contactId: string,
  contact: FlowContact,
  { updateContact, timeZone, now = () => new Date() }: TriggerDependencies,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<void> {
  if (updateContact === undefined) return;
  try {
    await updateContact(contactId, detailsOf(contact, now(), timeZone), signal);
  } catch (error) {
    telemetry.count('Failures', 1);
    telemetry.error('the contact summary could not be written', error);
  }
}

function detailsOf(contact: FlowContact, now: Date, timeZone: string): ContactDetails {
  return {
    customerPhoneNumber: contact.customerPhoneNumber,
    callDate: now.toLocaleDateString('en-US', { timeZone }),
    callTimestamp: now.toISOString(),
  };
}

function failed(reason: string, message: string): TriggerAnswer {
  return { lambdaResult: 'Failed', reason, message };
}
