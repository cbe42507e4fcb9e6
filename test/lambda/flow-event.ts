// What an Amazon Connect flow sends to a function, with every field that it sends.

export interface FlowEventOptions {
  contactId?: string;
  attributes?: Record<string, string>;
  /** None where media streaming was not started. */
  streamArn?: string | undefined;
  startFragment?: string;
}

export function flowEvent({
  contactId = 'b0e1c5c2-7d1c-4b7e-9f0a-3c5d2e1f4a6b',
  attributes = {},
  streamArn,
  startFragment,
}: FlowEventOptions = {}) {
  const audio =
    streamArn === undefined
      ? null
      : {
          StreamARN: streamArn,
          StartTimestamp: '1726677688724',
          StopTimestamp: null,
          StartFragmentNumber: startFragment,
        };
  return {
    Name: 'ContactFlowEvent',
    Details: {
      ContactData: {
        Attributes: attributes,
        Channel: 'VOICE',
        ContactId: contactId,
        CustomerEndpoint: { Address: '+12065550100', Type: 'TELEPHONE_NUMBER' },
        CustomerId: null,
        Description: null,
        InitialContactId: contactId,
        InitiationMethod: 'INBOUND',
        InstanceARN:
          'arn:aws:connect:eu-central-1:111122223333:instance/d5b7a0c2-1111-4222-8333-444455556666',
        LanguageCode: 'en-US',
        MediaStreams: { Customer: { Audio: audio } },
        Name: null,
        PreviousContactId: contactId,
        Queue: null,
        References: {},
        SystemEndpoint: { Address: '+12065550101', Type: 'TELEPHONE_NUMBER' },
      },
      Parameters: {},
    },
  };
}
