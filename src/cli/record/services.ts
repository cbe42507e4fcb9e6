// Which call is meant, and the clients that reach it: what recording and transcribing a live call have in common.

import type { CallReference } from '../../aws/call-event.ts';
import type { Settings } from '../../config/resolve-settings.ts';
import { awsSettings } from '../aws-settings.ts';
import type { CommandContext } from '../command.ts';
import { type CallPlan, usage } from './options.ts';
import type { RecordRun, SourceNote } from './record-call.ts';

/** What the options say of a call beyond themselves: an event, or what Amazon Connect knows. */
export async function reference({ options, settings }: CommandContext): Promise<CallReference | undefined> {
  if (typeof options.event === 'string') {
    if (options.instanceId !== undefined) {
      throw usage(
        '--event does not go with --instance-id',
        'Give the event, or --instance-id with --contact-id.',
      );
    }
    const [{ readEvent }, { callReference }] = await Promise.all([
      import('./event-file.ts'),
      import('../../aws/call-event.ts'),
    ]);
    return callReference(await readEvent(options.event));
  }
  if (typeof options.instanceId !== 'string') return undefined;
  if (settings.contactId === undefined) {
    throw usage(
      '--instance-id needs --contact-id',
      'Amazon Connect is asked for one contact of the instance.',
    );
  }
  const { describeContact } = await import('../../aws/describe-contact.ts');
  return await describeContact(awsSettings(settings), options.instanceId, settings.contactId);
}

/** The clients of each region, made once. */
export function services(settings: Settings) {
  const known = new Map<string, Promise<RecordRun['service']>>();
  const paces = new Map<string, RecordRun['pace']>();
  return {
    async serviceFor({ stream }: Pick<CallPlan, 'stream'>) {
      const [{ KinesisVideo }, { regionOf, streamName }, { RequestPace }] = await Promise.all([
        import('../../aws/kinesis-video.ts'),
        import('../../aws/stream-id.ts'),
        import('../../recording/capture/backoff.ts'),
      ]);
      const region = settings.region ?? regionOf(stream);
      const aws = { ...awsSettings(settings), region };
      const service = known.get(region ?? '') ?? Promise.resolve(new KinesisVideo(aws));
      known.set(region ?? '', service);
      const name = streamName(stream);
      const pace = paces.get(name) ?? new RequestPace();
      paces.set(name, pace);
      // Not the region of the ARN, which is that of the stream alone.
      const { profile, endpointUrl } = settings;
      const note: SourceNote = { stream, region: settings.region, profile, endpointUrl };
      return { service: await service, note, pace };
    },
  };
}
