// connect:DescribeContact: the stream of a contact that has ended, and its fragments in it.
import { ConnectClient, DescribeContactCommand } from '@aws-sdk/client-connect';
import { explained } from './aws-error.ts';
import { type CallReference, callReference } from './call-event.ts';
import { type AwsSettings, clientConfig } from './client-config.ts';

/**
 * Asks Amazon Connect where a contact's audio is.
 * @throws KvsrecError as the service's error has it; `no-media-stream` where the contact was not streamed.
 */
export async function describeContact(
  settings: AwsSettings,
  instanceId: string,
  contactId: string,
): Promise<CallReference> {
  const client = new ConnectClient(clientConfig(settings));
  try {
    const task = {
      doing: `describe the contact ${contactId}`,
      action: 'connect:DescribeContact',
      // Where none is set, the call itself says so.
      region: await client.config.region().catch(() => undefined),
    };
    const { Contact } = await explained(task, () =>
      client.send(new DescribeContactCommand({ InstanceId: instanceId, ContactId: contactId })),
    );
    const Recordings = (Contact?.Recordings ?? []).map((recording) => ({
      ...recording,
      StartTimestamp: recording.StartTimestamp?.toISOString(),
      StopTimestamp: recording.StopTimestamp?.toISOString(),
    }));
    return { ...callReference({ Id: contactId, Recordings }), instanceId };
  } finally {
    client.destroy();
  }
}
