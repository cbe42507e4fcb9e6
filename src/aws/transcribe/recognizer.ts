// Amazon Transcribe streaming as a recogniser, through the SDK's client.

import {
  StartCallAnalyticsStreamTranscriptionCommand,
  StartStreamTranscriptionCommand,
  TranscribeStreamingClient,
} from '@aws-sdk/client-transcribe-streaming';
import type { HttpRequest } from '@smithy/core/protocols';
import { KvsrecError } from '../../errors.ts';
import type { Recognizer, SessionRequest } from '../../transcription/recognizer.ts';
import { awsError } from '../aws-error.ts';
import type { SdkError } from '../aws-faults.ts';
import { type AwsSettings, clientConfig } from '../client-config.ts';
import { connectionError } from './connection-error.ts';
import { sessionFailure } from './failure.ts';
import { analyticsInput, transcriptionInput } from './request.ts';
import { categoriesOf, resultsOf, utteranceOf } from './results.ts';
import type { TranscribeSettings } from './settings.ts';

export interface TranscribeRecognizerOptions extends AwsSettings {
  settings: TranscribeSettings;
  /** Sessions can be taken up again under their id. */
  resumable?: boolean;
  /** An earlier process was answered in the same call. */
  reached?: boolean;
  /** In place of a client of its own. */
  client?: TranscribeStreamingClient;
}

/** The client would otherwise write a remark on broken sessions to the terminal; they are reported here. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export class TranscribeRecognizer implements Recognizer {
  readonly #client: TranscribeStreamingClient;
  readonly #settings: TranscribeSettings;
  readonly #resumable: boolean;
  /** The service has answered: its address is right. */
  #reached: boolean;
  /** Where the client sends its requests, as soon as it has sent one. */
  #origin: string | undefined;
  /** Milliseconds of audio sent under an id, over all its connections. */
  readonly #sentMs = new Map<string, number>();

  constructor({ settings, resumable = false, reached = false, client, ...aws }: TranscribeRecognizerOptions) {
    const { requestHandler: _http1, ...config } = clientConfig(aws);
    // The sessions have rules of their own for what to try again, and when; audio cannot be sent a second time here.
    this.#client = client ?? new TranscribeStreamingClient({ ...config, maxAttempts: 1, logger: SILENT });
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        const { protocol, hostname, port } = args.request as HttpRequest;
        this.#origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
        return await next(args);
      },
      { step: 'finalizeRequest', name: 'kvsrecOrigin', override: true },
    );
    this.#settings = settings;
    this.#resumable = resumable;
    this.#reached = reached;
  }

  async recognize(request: SessionRequest): Promise<void> {
    const { analytics = false } = this.#settings;
    const { signal, sessionId, resumes } = request;
    const before = resumes ? (this.#sentMs.get(sessionId) ?? 0) : 0;
    const counter = new ChainedClock(before, request);
    const counted: SessionRequest = { ...request, audio: counter.audio() };
    try {
      if (analytics) {
        const { CallAnalyticsTranscriptResultStream: stream } = await this.#client.send(
          new StartCallAnalyticsStreamTranscriptionCommand(analyticsInput(this.#settings, counted)),
          { abortSignal: signal },
        );
        this.#reached = true;
        for await (const { UtteranceEvent, CategoryEvent } of stream ?? []) {
          if (signal.aborted) return;
          const result = UtteranceEvent && utteranceOf(UtteranceEvent);
          if (result) request.onResult(result);
          if (CategoryEvent) for (const category of categoriesOf(CategoryEvent)) request.onCategory(category);
        }
      } else {
        const { TranscriptResultStream: stream } = await this.#client.send(
          new StartStreamTranscriptionCommand(transcriptionInput(this.#settings, counted, this.#resumable)),
          { abortSignal: signal },
        );
        this.#reached = true;
        for await (const event of stream ?? []) {
          if (signal.aborted) return;
          for (const result of resultsOf(event)) request.onResult(counter.shifted(result));
        }
      }
    } catch (error) {
      if ((error as SdkError).$metadata?.httpStatusCode !== undefined) this.#reached = true;
      throw sessionFailure(await this.#reasonOf(error, signal), analytics, this.#reached);
    } finally {
      if (this.#resumable) this.#sentMs.set(sessionId, before + counter.sentMs);
    }
  }

  /** What stands behind an error that came before the service was ever reached. */
  async #reasonOf(error: unknown, signal: AbortSignal): Promise<unknown> {
    const known = awsError(error, { doing: 'transcribe the call' });
    const explained = known instanceof KvsrecError && known.code !== 'aws-timeout';
    if (explained || this.#reached || signal.aborted || this.#origin === undefined) return error;
    return (await connectionError(this.#origin, signal)) ?? error;
  }

  /** Gives up its connections. */
  close(): void {
    this.#client.destroy();
  }
}

/**
 * The clock of a session that was taken up again. Whether its results count from the new connection or go on counting
 * is not documented: a result that lies beyond all that was sent over this connection shows it.
 */
class ChainedClock {
  sentMs = 0;
  readonly #before: number;
  readonly #request: SessionRequest;
  #chained = false;

  constructor(before: number, request: SessionRequest) {
    this.#before = before;
    this.#request = request;
  }

  async *audio(): AsyncGenerator<Uint8Array> {
    const { audio, channels, sampleRate } = this.#request;
    const perByte = 1000 / (2 * channels * sampleRate);
    for await (const chunk of audio) {
      this.sentMs += chunk.length * perByte;
      yield chunk;
    }
  }

  shifted<T extends { startMs: number; endMs: number; words: Times[]; entities: Times[] }>(result: T): T {
    if (this.#before === 0) return result;
    if (result.endMs > this.sentMs + SLACK_MS) this.#chained = true;
    if (!this.#chained) return result;
    const shift = <U extends Times>(times: U): U => ({
      ...times,
      startMs: times.startMs - this.#before,
      endMs: times.endMs - this.#before,
    });
    return { ...shift(result), words: result.words.map(shift), entities: result.entities.map(shift) };
  }
}

interface Times {
  startMs: number;
  endMs: number;
}

const SLACK_MS = 500;
