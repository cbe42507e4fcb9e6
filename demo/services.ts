// Everything that an Amazon Connect recording solution talks to, on loopback: started together, closed together.

import path from 'node:path';
import { startTranscribeStandIn } from '../src/cli/transcribe/stand-in.ts';
import { KvsrecError } from '../src/errors.ts';
import { startFunctions } from '../src/lambda/index.ts';
import type { RequestRecord } from '../src/simulator/index.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { startDynamoServer } from '../test/lambda/dynamo-server.ts';
import {
  BUCKET,
  CONTACT_TABLE,
  CUT_AT_BYTE,
  DUMP,
  IDLE_SECONDS,
  LAYOUTS,
  PREFIX,
  PROGRAM,
  SCRIPT,
  STREAM,
  TRANSCRIPT_TABLES,
} from './call.ts';
import type { FunctionLog } from './function-log.ts';
import { startS3Server } from './s3-server.ts';

export interface Services {
  /** What runs where, for people. */
  places: [service: string, url: string, what: string][];
  simulator: Awaited<ReturnType<typeof startSimulator>>;
  dynamo: Awaited<ReturnType<typeof startDynamoServer>>;
  s3Url: string;
  lambdaUrl: string;
  /** Rejects when an asynchronous invocation has failed for good. */
  failure: Promise<never>;
  close(): Promise<void>;
}

/** Starts them; where one does not start, the others are closed. */
export async function startServices(
  folder: string,
  log: FunctionLog,
  onRequest: (record: RequestRecord) => void,
): Promise<Services> {
  const open: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of open.splice(0).reverse()) await each();
  };
  const opened = <T extends { close(): Promise<void> }>(server: T): T => {
    open.push(() => server.close());
    return server;
  };
  try {
    const simulator = opened(
      await startSimulator({
        // With its own timestamps the files get the names that `split` gives them.
        streams: { [STREAM]: { dump: DUMP, stamps: 'kept', begin: 'request' } },
        faults: [{ kind: 'cut', bytes: CUT_AT_BYTE, operation: 'GetMedia' }],
        onRequest,
      }),
    );
    const transcribe = opened(
      await startTranscribeStandIn({
        script: SCRIPT,
        audio: DUMP,
        keep: undefined,
        speed: 1,
        host: '127.0.0.1',
      }),
    );
    const s3 = opened(await startS3Server(path.join(folder, 's3'), BUCKET));
    const dynamo = opened(await startDynamoServer());
    let fail: (error: Error) => void;
    const failure = new Promise<never>((_, reject) => {
      fail = reject;
    });
    failure.catch(() => {});
    const functions = opened(
      await startFunctions({
        handlers: ['trigger', 'record'],
        host: '127.0.0.1',
        port: 0,
        program: (name) => [process.execPath, PROGRAM, 'serve-lambda', '--handler', name],
        // Lambda's longest; the demonstration has a limit of its own.
        timeoutMs: 900_000,
        concurrency: 1,
        retries: 0,
        retryDelayMs: 0,
        output: log,
        onFailure: (record) => fail(invocationFailed(record)),
        env: {
          ...process.env,
          AWS_ENDPOINT_URL_KINESIS_VIDEO: simulator.url,
          AWS_ENDPOINT_URL_KINESIS_VIDEO_MEDIA: simulator.url,
          AWS_ENDPOINT_URL_KINESIS_VIDEO_ARCHIVED_MEDIA: simulator.url,
          AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: transcribe.url,
          AWS_ENDPOINT_URL_S3: s3.url,
          AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
          transcriptionFunction: 'record',
          table_name: CONTACT_TABLE,
          RECORDINGS_BUCKET_NAME: BUCKET,
          RECORDINGS_KEY_PREFIX: PREFIX,
          START_SELECTOR_TYPE: 'FRAGMENT_NUMBER',
          TABLE_CALLER_TRANSCRIPT: TRANSCRIPT_TABLES.from,
          TABLE_CALLER_TRANSCRIPT_TO_CUSTOMER: TRANSCRIPT_TABLES.to,
          // Words that may still change are written as well, and so can be watched.
          SAVE_PARTIAL_TRANSCRIPTS: 'TRUE',
          KVSREC_LAMBDA_LAYOUT: LAYOUTS.join(','),
          KVSREC_LAMBDA_CONTACT_DETAILS_TABLE: CONTACT_TABLE,
          KVSREC_LAMBDA_IDLE_SECONDS: String(IDLE_SECONDS),
        },
      }),
    );
    return {
      places: [
        ['Kinesis Video Streams', simulator.url, 'kvsrec simulate, in real time'],
        ['Amazon Transcribe', transcribe.url, 'a stand-in that reads a script'],
        ['Amazon S3', s3.url, 's3rver'],
        ['Amazon DynamoDB', dynamo.url, 'dynalite'],
        ['AWS Lambda', functions.url, 'kvsrec serve-lambda'],
      ],
      simulator,
      dynamo,
      s3Url: s3.url,
      lambdaUrl: functions.url,
      failure,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** From the record of a failure destination. */
function invocationFailed(record: unknown): KvsrecError {
  const { errorType, errorMessage } = (record as { responsePayload: Record<string, string> }).responsePayload;
  return new KvsrecError('record-failed', `the record function failed: ${errorMessage} (${errorType})`);
}
