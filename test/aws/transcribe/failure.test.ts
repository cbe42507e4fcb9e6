// What the errors of a session mean for the next one.

import '../../transcription/credentials.ts';
import { expect, test } from 'vitest';
import { sessionFailure } from '../../../src/aws/transcribe/failure.ts';
import { TranscribeRecognizer } from '../../../src/aws/transcribe/recognizer.ts';

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

test.each([
  [false, 'fatal'],
  [true, 'transient'],
])('a host that is not found, where the service has answered before (%s): %s', async (reached, kind) => {
  const recognizer = new TranscribeRecognizer({
    region: 'us-east-1',
    endpointUrl: 'http://nowhere.invalid',
    settings: { language: 'en-US', channels: 1 },
    reached,
  });
  const session = recognizer.recognize({
    sessionId: 'b0e1c7a4-6f0d-4f5b-9a58-0d9f6d1c2e3f',
    resumes: false,
    sampleRate: 8000,
    channels: 1,
    audio: (async function* () {
      yield Buffer.alloc(3200);
    })(),
    signal: new AbortController().signal,
    onResult() {},
    onCategory() {},
  });
  await expect(session).rejects.toMatchObject({ kind, code: 'aws-unreachable' });
  recognizer.close();
});
