// What a flow's "Invoke AWS Lambda function" block sends, as far as the trigger needs it.

import { fields } from './object-fields.ts';

/** The parts of a flow's event that are read; every one may be missing. */
export interface FlowContact {
  contactId: string | undefined;
  customerPhoneNumber: string | undefined;
  attributes: Readonly<Record<string, string>>;
  streamArn: string | undefined;
  startFragment: string | undefined;
}

/** Whether it is no contact's event but one that keeps the functions warm, as a scheduled rule sends it. */
export function isWarmUp(event: unknown): boolean {
  const { eventType, source, warmer } = fields(event);
  return Boolean(eventType) || source === 'aws.events' || source === 'aws.scheduler' || warmer === true;
}

/** Reads a flow's event; null where it is none. */
export function flowContact(event: unknown): FlowContact | null {
  const contact = fields(fields(event).Details).ContactData;
  if (typeof contact !== 'object' || contact === null) return null;
  const data = fields(contact);
  const audio = fields(fields(fields(data.MediaStreams).Customer).Audio);
  const attributes = Object.entries(fields(data.Attributes)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    contactId: word(data.ContactId),
    customerPhoneNumber: word(fields(data.CustomerEndpoint).Address),
    attributes: Object.fromEntries(attributes),
    streamArn: word(audio.StreamARN),
    startFragment: word(audio.StartFragmentNumber),
  };
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
