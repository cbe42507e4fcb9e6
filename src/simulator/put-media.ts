// PutMedia: a producer's Matroska in, fragments on the stream, acknowledgements back on the same connection.
import type { Call } from './call.ts';
import { invalid, Parameters } from './parameters.ts';
import { ACK_ERRORS, ProducerReader } from './producer-reader.ts';
import { ServiceError } from './service-error.ts';

/** Milliseconds of silence after which the service says that it is still there. */
const IDLE_MS = 30_000;

export async function putMedia(call: Call): Promise<void> {
  const { service, request, response, record } = call;
  const header = (name: string) => request.headers[name] as string | undefined;
  const given = {
    StreamName: header('x-amzn-stream-name'),
    StreamARN: header('x-amzn-stream-arn'),
    FragmentTimecodeType: header('x-amzn-fragment-timecode-type'),
  };
  record.parameters = given;
  const parameters = new Parameters(given);
  const stream = service.streams.resolve(parameters);
  record.stream = stream.name;
  const timecodes = parameters.choice('FragmentTimecodeType', ['ABSOLUTE', 'RELATIVE']);
  const startText = header('x-amzn-producer-start-timestamp');
  const startMs = startText === undefined ? undefined : Math.round(Number(startText) * 1000);
  if (startMs !== undefined && !Number.isFinite(startMs)) {
    throw invalid('ProducerStartTimestamp must be seconds since the epoch');
  }
  if (timecodes === 'RELATIVE' && startMs === undefined) {
    throw invalid('ProducerStartTimestamp is required where FragmentTimecodeType is RELATIVE');
  }
  const faults = await call.faults(stream.name);
  service.quotas.request('PutMedia', stream.name);
  if (stream.playing()) {
    throw new ServiceError('ConnectionLimitExceededException', 'A dump is being played into this stream.');
  }
  response.once('close', service.quotas.connection('PutMedia', stream.name));
  const spool = stream.spool();

  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  record.status = 200;
  const acknowledge = (ack: object) => {
    if (!response.writableEnded) response.write(`${JSON.stringify(ack)}\n`);
    idle.refresh();
  };
  const idle = setInterval(() => acknowledge({ EventType: 'IDLE' }), IDLE_MS);
  const reader = new ProducerReader({
    shiftMs: timecodes === 'RELATIVE' ? (startMs ?? 0) : 0,
    previousNumber: () => stream.lastNumber(),
    begun: ({ timecode, number }) => {
      acknowledge({ EventType: 'BUFFERING', FragmentTimecode: timecode, FragmentNumber: number });
    },
    fragment: (bytes, { timecode, number }) => {
      acknowledge({ EventType: 'RECEIVED', FragmentTimecode: timecode, FragmentNumber: number });
      spool.append(bytes);
      record.fragments++;
      acknowledge({ EventType: 'PERSISTED', FragmentTimecode: timecode, FragmentNumber: number });
    },
  });
  const { ending } = faults;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      record.bytes += chunk.length;
      reader.push(chunk);
      if (reader.error !== null) break;
      if (ending !== null && ending.kind !== 'in-band' && record.bytes >= (ending.bytes ?? 0)) {
        record.ended = ending.kind;
        request.socket.resetAndDestroy();
        return;
      }
    }
    if (reader.error === null) reader.end();
  } catch {
    // The producer is gone; what was complete of its last fragment counts no more than with the service.
    record.ended = 'client';
    return;
  } finally {
    clearInterval(idle);
  }
  if (reader.error !== null) {
    const { code, timecode, number } = reader.error;
    acknowledge({
      EventType: 'ERROR',
      FragmentTimecode: timecode,
      FragmentNumber: number,
      ErrorId: ACK_ERRORS[code],
      ErrorCode: code,
    });
  }
  record.ended = 'done';
  response.end();
}
