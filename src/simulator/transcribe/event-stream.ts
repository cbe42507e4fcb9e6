// The signed event stream of Amazon Transcribe streaming: messages out of bytes, envelopes off, answers into messages.
// https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html

import { createHash, createHmac } from 'node:crypto';
import { EventStreamCodec } from '@smithy/core/event-streams';

type Headers = ReturnType<EventStreamCodec['decode']>['headers'];

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** The longest message that is taken: a second of 48 kHz stereo and some room. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Two lengths and the checksum of both. */
const PRELUDE_BYTES = 12;

export interface ReceivedEvent {
  /** `AudioEvent`, `ConfigurationEvent`; undefined for the empty message that ends a stream. */
  type: string | undefined;
  body: Uint8Array;
}

/** What makes it possible to check signatures: the secret of the client's credentials. */
export interface SigningSecret {
  secretAccessKey: string;
  /** The request's `authorization` header. */
  authorization: string;
}

/** Takes bytes in any chunking and gives the events in them. Throws an Error for what is not an event stream. */
export class EventReader {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #verifier: SignatureChain | undefined;

  constructor(secret?: SigningSecret) {
    this.#verifier = secret && new SignatureChain(secret);
  }

  *push(chunk: Buffer): Generator<ReceivedEvent> {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    while (this.#pendingBytes >= PRELUDE_BYTES) {
      let bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
      this.#pending = [bytes];
      const length = bytes.readUInt32BE(0);
      if (length < 16 || length > MAX_MESSAGE_BYTES) throw new Error(`a message of ${length} bytes`);
      if (bytes.length < length) return;
      const message = codec.decode(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
      this.#pending = bytes.length > 0 ? [bytes] : [];
      this.#pendingBytes = bytes.length;
      yield this.#open(message.headers, message.body);
    }
  }

  #open(headers: Headers, body: Uint8Array): ReceivedEvent {
    const signature = headers[':chunk-signature'];
    if (signature?.type !== 'binary' || headers[':date']?.type !== 'timestamp') {
      throw new Error('a message without a date and a signature');
    }
    this.#verifier?.verify(headers, Buffer.from(signature.value), body);
    if (body.length === 0) return { type: undefined, body };
    const inner = codec.decode(body);
    return { type: String(inner.headers[':event-type']?.value ?? ''), body: inner.body };
  }
}

/** Each message is signed with the signature of the one before it, the first with that of the request. */
class SignatureChain {
  #prior: string;
  readonly #scope: string;
  readonly #key: Buffer;

  constructor({ secretAccessKey, authorization }: SigningSecret) {
    const [, scope = ''] = /Credential=[^/]+\/([^,\s]+)/.exec(authorization) ?? [];
    this.#prior = /Signature=([0-9a-f]+)/.exec(authorization)?.[1] ?? '';
    this.#scope = scope;
    this.#key = scope
      .split('/')
      .reduce<Buffer>(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${secretAccessKey}`),
      );
  }

  verify(headers: Headers, signature: Buffer, body: Uint8Array): void {
    const date = headers[':date']!;
    const time = (date.value as Date)
      .toISOString()
      .replace(/\.\d{3}/, '')
      .replace(/[-:]/g, '');
    const toSign = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      time,
      this.#scope,
      this.#prior,
      createHash('sha256')
        .update(codec.formatHeaders({ ':date': date }))
        .digest('hex'),
      createHash('sha256').update(body).digest('hex'),
    ].join('\n');
    const expected = createHmac('sha256', this.#key).update(toSign).digest();
    if (!expected.equals(signature)) throw new Error('a message whose signature is not valid');
    this.#prior = expected.toString('hex');
  }
}

const text = (value: string) => ({ type: 'string' as const, value });

/** An answer as a message. */
export function eventMessage(type: string, value: unknown): Uint8Array {
  return codec.encode({
    headers: {
      ':event-type': text(type),
      ':message-type': text('event'),
      ':content-type': text('application/json'),
    },
    body: Buffer.from(JSON.stringify(value)),
  });
}

/** One of the service's exceptions as a message; it ends the stream. */
export function exceptionMessage(name: string, message: string): Uint8Array {
  return codec.encode({
    headers: {
      ':exception-type': text(name),
      ':message-type': text('exception'),
      ':content-type': text('application/json'),
    },
    body: Buffer.from(JSON.stringify({ Message: message })),
  });
}
