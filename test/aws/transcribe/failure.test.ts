// What the errors of a session mean for the next one.

import '../../transcription/credentials.ts';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sessionFailure } from '../../../src/aws/transcribe/failure.ts';
import { TranscribeRecognizer } from '../../../src/aws/transcribe/recognizer.ts';
import { startTranscribe } from '../../../src/simulator/transcribe/server.ts';

const coded = (code: string, syscall = 'connect') =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

test.each([
  [
    'aws-bad-region',
    new Error('Region not accepted: region="eu central 1" is not a valid hostname component.'),
  ],
  ['aws-tls', coded('CERT_HAS_EXPIRED')],
])('%s: no other session will fare better', (code, thrown) => {
  expect(sessionFailure(thrown, false, true)).toMatchObject({ kind: 'fatal', code });
});

test('a way to the service that is broken may be mended', () => {
  for (const code of ['EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'ECONNRESET']) {
    expect(sessionFailure(coded(code), false, false).kind).toBe('transient');
  }
});

/** Audio of a call: it ends at once, or goes on until the session is over. */
async function* audioOf(signal: AbortSignal, goesOn: boolean): AsyncGenerator<Buffer> {
  yield Buffer.alloc(3200);
  while (goesOn) {
    await setTimeout(10, undefined, { signal });
    yield Buffer.alloc(3200);
  }
}

async function failureOf(endpointUrl: string, { reached = false, goesOn = true } = {}): Promise<unknown> {
  const settings = { language: 'en-US', channels: 1 as const };
  const recognizer = new TranscribeRecognizer({ region: 'us-east-1', endpointUrl, settings, reached });
  const over = new AbortController();
  try {
    return await recognizer
      .recognize({
        sessionId: 'b0e1c7a4-6f0d-4f5b-9a58-0d9f6d1c2e3f',
        resumes: false,
        sampleRate: 8000,
        channels: 1,
        audio: audioOf(over.signal, goesOn),
        signal: new AbortController().signal,
        onResult() {},
        onCategory() {},
      })
      .catch((error: unknown) => error);
  } finally {
    over.abort();
    recognizer.close();
  }
}

describe('a host that is not found', () => {
  const nowhere = 'http://nowhere.invalid';
  const unreachable = {
    code: 'aws-unreachable',
    message: 'cannot transcribe the call: nowhere.invalid: there is no such host',
    hint: expect.stringContaining('the region and --endpoint-url'),
  };

  test.each([true, false])('is a mistyped region or address (the audio goes on: %s)', async (goesOn) => {
    expect(await failureOf(nowhere, { goesOn })).toMatchObject({ kind: 'fatal', ...unreachable });
    expect(await failureOf(nowhere.replace('http', 'https'), { goesOn })).toMatchObject({
      kind: 'fatal',
      ...unreachable,
    });
  });

  test.each([true, false])(
    'is an outage where the service has answered before (the audio goes on: %s)',
    async (goesOn) => {
      const failure = await failureOf(nowhere, { reached: true, goesOn });
      expect(failure).toMatchObject({ kind: 'transient' });
    },
  );
});

test('while audio goes on: what stands in the way of the first connection is told', async () => {
  const standIn = await startTranscribe({ script: { segments: [] } });
  expect(await failureOf(standIn.url.replace('http', 'https'))).toMatchObject({
    kind: 'fatal',
    code: 'aws-tls',
  });
  await standIn.close();
  expect(await failureOf(standIn.url)).toMatchObject({
    kind: 'transient',
    code: 'aws-unreachable',
    message: `cannot transcribe the call: 127.0.0.1:${standIn.port}: nothing listens there (connection refused)`,
  });
});
