// A call from Kinesis Video Streams, live or past, to the recogniser, without any file of it.

import type { CommandContext } from '../command.ts';
import { planCall } from '../record/options.ts';
import { recordCall } from '../record/record-call.ts';
import { reference, services } from '../record/services.ts';
import type { CallReport } from './call-audio.ts';
import type { CallTranscript } from './call-transcript.ts';
import { TappedCall } from './tapped-call.ts';
import { tellOfCall } from './tell.ts';

/** Hands the call's audio over as it comes; what an archive has comes at the pace that was asked for. */
export async function liveCall(
  context: CommandContext,
  transcript: CallTranscript,
): Promise<CallReport & { input: string; endedBy: string; connections: number }> {
  const { options, settings, terminal, signal } = context;
  const plan = await planCall(options, settings, await reference(context));
  const { service, note } = await services(settings).serviceFor(plan);
  const call = new TappedCall(transcript, { track: settings.track, ...tellOfCall(terminal) });
  // What the transcript cannot go on with ends the reading, too: there is nothing else to do.
  const given = new AbortController();
  const past = plan.request.archive !== undefined;
  const report = await recordCall(plan, note, {
    service,
    folder: undefined,
    saveMkv: false,
    signal: AbortSignal.any([signal, given.signal, transcript.over]),
    tap: call,
    drained: () => {
      if (call.failed) given.abort();
      return past ? transcript.paced(call.lengthMs) : undefined;
    },
    onEvent: (event) => {
      if (event.event === 'reconnect') terminal.log(`${event.reason}; asking again`);
    },
  });
  call.check();
  const { input, endedBy, connections, warnings } = report;
  return { input, endedBy, connections, warnings, durationMs: Math.round(call.lengthMs) };
}
