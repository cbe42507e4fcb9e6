// `kvsrec simulate`: Kinesis Video Streams on this machine, from dumps.

import type { TranscribeStandIn } from '../../simulator/transcribe/server.ts';
import type { CommandContext, CommandDefinition } from '../command.ts';
import { DONE } from '../exit-status.ts';
import { untilOver } from '../serving.ts';
import { announcement } from '../simulate/announcement.ts';
import { SIMULATE_OPTIONS, simulateOptions } from '../simulate/options.ts';
import { runProgram } from '../simulate/run-program.ts';

export const simulate: CommandDefinition = {
  description:
    'Serves dumps as Kinesis video streams on loopback, for unmodified AWS SDKs in any language: GetDataEndpoint, ' +
    'DescribeStream, ListStreams, GetMedia, ListFragments, GetMediaForFragmentList and PutMedia, with the ' +
    'service’s errors, quotas and, where ordered, faults. Prints the environment variables to export, and ' +
    'serves until it is interrupted.',
  argumentDescriptions: ['dumps, or folders of them: a stream each, named for the file'],
  options: SIMULATE_OPTIONS,
  examples: [
    {
      line: 'kvsrec simulate --stream call=fixtures/demo-call.mkv --duration 1s',
      does: 'a call that is going on now, for a second',
    },
    {
      line: 'kvsrec simulate fixtures --speed max --no-quotas --duration 500ms --json',
      does: 'all dumps of a folder, as calls of the past; the address and the streams as JSON',
    },
    {
      line: "kvsrec simulate --stream call=fixtures/demo-call.mkv --fault cut:bytes=50000 --exec 'env | grep AWS_ENDPOINT'",
      does: 'a program with the environment set, and a connection that breaks',
    },
    {
      line: "kvsrec simulate fixtures/demo-call.mkv --transcribe fixtures/demo-call.script.json --exec 'env | grep TRANSCRIBE'",
      does: 'with a stand-in for Amazon Transcribe, which answers a script',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { terminal, signal } = context;
  const { streams, durationMs, exec, trace, transcribe, ...options } = simulateOptions(context);
  const { startSimulator } = await import('../../simulator/index.ts');
  const line = (event: string, what: object) =>
    process.stderr.write(`${JSON.stringify({ event, ...what })}\n`);
  const simulator = await startSimulator({
    ...options,
    streams,
    ...(trace && {
      onRequest: (record) => line('request', record),
      onFragment: (sent) => line('fragment', sent),
    }),
  });
  let standIn: TranscribeStandIn | undefined;
  try {
    const { url, port } = simulator;
    if (transcribe !== undefined) {
      const { startTranscribeStandIn } = await import('../transcribe/stand-in.ts');
      standIn = await startTranscribeStandIn(transcribe);
    }
    const environment = {
      ...simulator.environment,
      ...(standIn && { AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: standIn.url }),
    };
    // What a program prints is the result of the run, so nothing is put before it.
    if (exec === undefined) terminal.result(announcement(environment, simulator.streams.list()));
    if (exec === undefined && standIn) {
      terminal.result('# Amazon Transcribe: a stand-in that recognises no speech and answers its script');
    }
    terminal.document({ url, port, environment, streams: simulator.streams.list() });
    // With --json, standard output holds the document alone.
    const output = terminal.modes.json ? 'stderr' : 'stdout';
    if (exec !== undefined) return await runProgram(exec, environment, signal, output);
    await untilOver(signal, durationMs);
    return DONE;
  } finally {
    await standIn?.close();
    await simulator.close();
  }
}
