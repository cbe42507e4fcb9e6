// One session of the stand-in: takes audio, holds the client to the service's rules, and answers from the script.

import type { ServerHttp2Stream } from 'node:http2';
import { Answers, type Recognised } from './answers.ts';
import type { StandInClock } from './clock.ts';
import { EventReader, exceptionMessage, type ReceivedEvent, type SigningSecret } from './event-stream.ts';
import type { AudioLocator } from './locator.ts';
import type { TranscribeRules } from './options.ts';
import type { SessionParameters } from './parameters.ts';
import type { SessionEnd, SessionRecord } from './record.ts';
import { categoryMessage, resultMessage } from './results.ts';
import type { ExceptionName, TranscribeFault, TranscribeScript } from './script.ts';

export interface SessionWork {
  script: TranscribeScript;
  locator: AudioLocator;
  rules: TranscribeRules;
  clock: StandInClock;
  faults: readonly TranscribeFault[];
  secret: SigningSecret | undefined;
  keepAudio: boolean;
  onAudio: ((session: SessionRecord, pcm: Buffer) => void) | undefined;
  onEnd(session: SessionRecord): void;
}

export class Session {
  readonly record: SessionRecord;
  readonly #stream: ServerHttp2Stream;
  readonly #work: SessionWork;
  readonly #parameters: SessionParameters;
  readonly #reader: EventReader;
  readonly #answers: Answers;
  readonly #kept: Buffer[] = [];
  readonly #faults: TranscribeFault[];
  readonly #categories: Set<NonNullable<TranscribeScript['categories']>[number]>;
  /** When audio, or the beginning of the session, was last seen, and what looks whether that is too long ago. */
  #heardAt: number;
  #callOff = () => {};
  #firstAudioAt: number | undefined;
  #configured: boolean;
  #ended = false;
  #over = false;

  constructor(
    number: number,
    id: string,
    parameters: SessionParameters,
    stream: ServerHttp2Stream,
    work: SessionWork,
  ) {
    this.record = {
      number,
      id,
      parameters,
      startedAt: Date.now(),
      frames: 0,
      chunks: 0,
      longestChunkFrames: 0,
      finals: 0,
      partials: 0,
      endedBy: null,
      mute: false,
      audio: () => Buffer.concat(this.#kept),
    };
    this.#stream = stream;
    this.#work = work;
    this.#parameters = parameters;
    this.#reader = new EventReader(work.secret);
    this.#answers = new Answers(work.script, parameters, work.locator, work.rules);
    this.#faults = [...work.faults];
    this.#categories = new Set(work.script.categories);
    this.#configured = parameters.operation === 'StartStreamTranscription';
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('end', () => this.#clientEnded());
    stream.on('error', () => {});
    stream.on('close', () => this.#end('client-left'));
    this.#heardAt = work.clock.now();
    this.#awaitAudio();
  }

  get sessionMs(): number {
    return (this.record.frames * 1000) / this.#parameters.sampleRate;
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    try {
      for (const event of this.#reader.push(chunk)) {
        if (this.#over) return;
        this.#takeEvent(event);
      }
    } catch (error) {
      this.#fail('BadRequestException', `The stream cannot be read: ${(error as Error).message}.`);
    }
  }

  #takeEvent({ type, body }: ReceivedEvent): void {
    if (type === 'ConfigurationEvent') {
      const roles = (JSON.parse(Buffer.from(body).toString()) as { ChannelDefinitions?: unknown[] })
        .ChannelDefinitions;
      if (roles?.length === 2) this.#configured = true;
      else this.#fail('BadRequestException', 'ChannelDefinitions has to define both channels.');
    } else if (type === undefined || body.length === 0) {
      this.#clientEnded();
    } else if (type !== 'AudioEvent') {
      this.#fail('BadRequestException', `There is no event ${type}.`);
    } else if (!this.#configured) {
      this.#fail('BadRequestException', 'The first event has to be a ConfigurationEvent.');
    } else {
      this.#takeAudio(Buffer.from(body));
    }
  }

  #takeAudio(pcm: Buffer): void {
    const { record } = this;
    const { rules, clock } = this.#work;
    const { channels, sampleRate } = this.#parameters;
    if (pcm.length % (2 * channels) !== 0) {
      this.#fail('BadRequestException', 'A chunk of audio is no whole number of samples.');
      return;
    }
    const frames = pcm.length / (2 * channels);
    record.longestChunkFrames = Math.max(record.longestChunkFrames, frames);
    if ((frames * 1000) / sampleRate > rules.maxChunkMs) {
      this.#fail('BadRequestException', `A chunk of audio is longer than ${rules.maxChunkMs} ms.`);
      return;
    }
    const now = clock.now();
    this.#heardAt = now;
    this.#firstAudioAt ??= now;
    record.chunks++;
    record.frames += frames;
    const elapsedMs = now - this.#firstAudioAt;
    if (this.sessionMs > elapsedMs * rules.maxPace + rules.burstMs) {
      this.#fail('LimitExceededException', 'The audio comes faster than it is spoken.');
      return;
    }
    if (this.#work.keepAudio) this.#kept.push(pcm);
    this.#work.onAudio?.(record, pcm);
    this.#work.locator.push(split(pcm, channels, frames));
    if (!record.mute) this.#answer();
    this.#breakIfOrdered();
    if (!this.#over && Math.max(this.sessionMs, elapsedMs) > rules.sessionLimitMs) {
      if (rules.atLimit === 'exception') {
        this.#fail('LimitExceededException', 'The session has reached its longest duration.');
      } else {
        this.#finish('session-limit');
      }
    }
  }

  #answer(): void {
    for (const recognised of this.#answers.advance()) this.#say(recognised);
    this.#sayCategories();
  }

  #say(recognised: Recognised): void {
    if (recognised.partial) this.record.partials++;
    else this.record.finals++;
    this.#stream.write(resultMessage(recognised, this.#parameters, this.#work.script));
  }

  #sayCategories(): void {
    const passage = this.#work.locator.heard.at(-1);
    if (passage === undefined || this.#parameters.operation === 'StartStreamTranscription') return;
    const perMs = this.#parameters.sampleRate / 1000;
    for (const category of this.#categories) {
      const inside =
        category.startMs * perMs >= passage.callStart && category.endMs * perMs <= passage.callEnd;
      if (!inside) continue;
      this.#categories.delete(category);
      const shiftMs = passage.shift / perMs;
      this.#stream.write(
        categoryMessage(category.name, category.startMs - shiftMs, category.endMs - shiftMs),
      );
    }
  }

  #breakIfOrdered(): void {
    this.#breakAt(({ afterMs = Number.POSITIVE_INFINITY }) => this.sessionMs >= afterMs);
  }

  /** Does what was ordered for this moment, if anything was. */
  #breakAt(isDue: (fault: TranscribeFault) => boolean): void {
    const due = this.#faults.findIndex(isDue);
    if (due < 0 || this.#over) return;
    const [fault] = this.#faults.splice(due, 1);
    switch (fault!.kind) {
      case 'reset':
        this.#end('reset');
        this.#stream.session?.destroy();
        break;
      case 'close':
        this.#finish('close');
        break;
      case 'stall':
        this.record.mute = true;
        this.#stream.pause();
        this.#callOff();
        break;
      case 'mute':
        this.record.mute = true;
        break;
      case 'exception':
        this.#fail(fault!.exception ?? 'InternalFailureException', 'As ordered.');
    }
  }

  #clientEnded(): void {
    if (this.#over || this.record.mute || this.#ended) return;
    this.#ended = true;
    let said = 0;
    const breakIfOrdered = () => {
      this.#breakAt(({ afterEnd }) => afterEnd === said);
      return this.#over || this.record.mute;
    };
    for (const recognised of this.#answers.advance(true)) {
      if (breakIfOrdered()) return;
      this.#say(recognised);
      said++;
    }
    if (breakIfOrdered()) return;
    this.#sayCategories();
    this.#finish('client-ended');
  }

  #awaitAudio(): void {
    const { rules, clock } = this.#work;
    const left = this.#heardAt + rules.audioTimeoutMs - clock.now();
    if (left > 0) {
      this.#callOff = clock.after(left, () => this.#awaitAudio());
      return;
    }
    this.#fail(
      'BadRequestException',
      'Your request timed out because no new audio was received for 15 seconds.',
    );
  }

  #fail(name: ExceptionName, message: string): void {
    if (this.#over) return;
    this.#stream.end(exceptionMessage(name, message));
    this.#end(name);
  }

  #finish(by: SessionEnd): void {
    if (this.#over) return;
    this.#stream.end();
    this.#end(by);
  }

  #end(by: SessionEnd): void {
    this.#callOff();
    if (this.#over) return;
    this.#over = true;
    this.record.endedBy = by;
    this.#work.onEnd(this.record);
  }

  /** Ends it, when the server closes. */
  destroy(): void {
    this.#end('client-left');
    this.#stream.destroy();
  }
}

/** Interleaved 16-bit little-endian samples as an array per channel. */
function split(pcm: Buffer, channels: number, frames: number): Int16Array[] {
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Int16Array(frames);
    for (let i = 0; i < frames; i++) samples[i] = pcm.readInt16LE(2 * (i * channels + channel));
    return samples;
  });
}
