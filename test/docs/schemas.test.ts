// What the command line really prints, against the schemas that docs/json.md points at.

import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type LoopbackServices, startLoopbackServices } from '../cli/loopback-services.ts';
import { buildOnce, ROOT, type Run, runCli, scratchDirectory } from '../cli/run-cli.ts';
import { DOCUMENTS, type DocumentName, jsonSchema } from './schemas/documents.ts';

const FOLDER = join(ROOT, 'docs', 'schemas');
const CALL = 'fixtures/demo-call.mkv';
const LAST_FRAGMENT = '91343852333181432457054944650582694440913629040';
const VOICES = 'fixtures/sources/voices';

const published = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

/** Expects a document to be as the shape has it, no key more, and as the file in docs/schemas has it. */
function expectDocument(name: DocumentName, text: string): void {
  const document: unknown = JSON.parse(text);
  const strict = DOCUMENTS[name].schema.safeParse(document);
  expect(strict.error && z.prettifyError(strict.error)).toBeUndefined();
  const open = z.fromJSONSchema(published(name)).safeParse(document);
  expect(open.error && z.prettifyError(open.error)).toBeUndefined();
}

test('docs/schemas has a file for every document, as "npm run schemas" writes it', () => {
  const names = Object.keys(DOCUMENTS) as DocumentName[];
  expect(readdirSync(FOLDER).sort()).toEqual(names.map((name) => `${name}.json`).sort());
  for (const name of names)
    expect({ name, schema: published(name) }).toEqual({ name, schema: jsonSchema(name) });
});

test('a schema refuses what is no such document', () => {
  for (const name of Object.keys(DOCUMENTS)) {
    const schema = z.fromJSONSchema(published(name));
    for (const other of [[], 'text', { inputs: [{}] }, { error: 'text' }]) {
      expect({ name, other, taken: schema.safeParse(other).success }).toEqual({ name, other, taken: false });
    }
  }
});

describe('offline', () => {
  beforeAll(buildOnce);

  test.each<[DocumentName, number, string[]]>([
    ['split', 0, ['split', 'fixtures/two-contacts.mkv', '--layout', 'separate,stereo,mix']],
    ['split', 3, ['split', 'fixtures/truncated-in-block.mkv', '--report']],
    ['split', 3, ['split', 'fixtures/service-error-4500.mkv', 'fixtures/g711-alaw.mkv']],
    ['split', 1, ['split', CALL, 'nowhere.mkv']],
    ['inspect', 0, ['inspect', CALL, '--fragments', '--tags']],
    ['inspect', 0, ['inspect', 'fixtures/contact-id-missing.mkv', '--fragments']],
    ['inspect', 3, ['inspect', 'fixtures/flipped-size-smaller.mkv']],
    ['inspect-tree', 0, ['inspect', 'fixtures/no-info.mkv', '--tree']],
    ['report', 0, ['report', CALL, '--transcript', 'fixtures/demo-call.json', '--png', '--audio', 'beside']],
    ['wav', 0, ['merge', `${VOICES}/1-agent.wav`, `${VOICES}/2-customer.wav`, 'both.wav', '--stereo']],
    ['wav', 0, ['redact', `${VOICES}/1-agent.wav`, 'redacted.wav', '--range', '0-500,1s-2s']],
    ['config', 0, ['config', '--layout', 'stereo,mix', '--match', 'CallId=1']],
    ['error', 1, ['split', 'nowhere.mkv']],
    ['error', 2, ['split', CALL, '--layout', 'quadraphonic']],
    ['error', 2, ['spilt', CALL]],
  ])('%s, status %i: %j', async (name, status, args) => {
    const run = await inScratch(args);
    expect(run).toMatchObject({ status, ...(status === 0 && { stderr: '' }) });
    expectDocument(name, run.stdout);
  });

  test('report of the files of an earlier split', async () => {
    const folder = scratchDirectory();
    await runCli(['split', CALL, '-o', folder]);
    const files = readdirSync(folder).map((name) => join(folder, name));
    expectDocument('report', (await runCli(['report', ...files, '-o', folder, '--json'])).stdout);
  });

  test('verify and verify --update', async () => {
    const folder = scratchDirectory();
    symlinkSync(join(ROOT, CALL), join(folder, 'call.mkv'));
    expectDocument('verify-update', (await runCli(['verify', folder, '--update', '--json'])).stdout);
    expectDocument('verify', (await runCli(['verify', folder, '--json'])).stdout);
  });
});

describe('with the services on loopback', () => {
  let services: LoopbackServices;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    buildOnce();
    services = await startLoopbackServices(['cut:bytes=100000']);
    env = services.env;
  });
  afterAll(() => services.close());

  test('record with everything that adds to its document, and its events', async () => {
    const { status, stdout, stderr } = await inScratch(
      [
        ...[
          'record',
          '--stream-name',
          'demo-call',
          '--start',
          'earliest',
          // Its end is known, so that nothing waits for silence.
          '--stop-fragment',
          LAST_FRAGMENT,
          '--events',
        ],
        ...['--save-mkv', '--report', '--upload', 's3://recordings/{date}/', '--transcribe', 'json,vtt'],
        ...['--language', 'en-US'],
      ],
      env,
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expectDocument('record', stdout);
    const events = stderr.trim().split('\n');
    for (const line of events) expectDocument('event', line);
    const names = new Set(events.map((line) => (JSON.parse(line) as { event: string }).event));
    expect([...names]).toEqual(
      expect.arrayContaining(['started', 'connected', 'fragment', 'reconnect', 'finished']),
    );
  });

  test('record --contacts, of a call and of an event that is none', async () => {
    const event = JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'fixtures/events/flow.json'), 'utf8')));
    const folder = scratchDirectory();
    const { stdout } = await runCli(['record', '--contacts', '-', '--idle-timeout', '1s', '-o', folder], {
      env,
      stdin: `${event}\n{}\n`,
    });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expectDocument('record-line', line);
  });

  test('transcribe, as a document, a file and lines', async () => {
    const folder = scratchDirectory();
    const files = ['call.json', 'call.ndjson'].map((name) => join(folder, name));
    const { status, stdout, stderr } = await runCli(
      [
        'transcribe',
        CALL,
        '--language',
        'en-US',
        '--pace',
        '20',
        '--json',
        ...files.flatMap((file) => ['-o', file]),
      ],
      { env },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expectDocument('transcribe', stdout);
    const [json = '', ndjson = ''] = files.map((file) => readFileSync(file, 'utf8'));
    expectDocument('transcript', json);
    const segments = ndjson.trim().split('\n');
    expect(segments.length).toBeGreaterThan(2);
    for (const line of segments) expectDocument('transcript-segment', line);
  });

  test('upload of new and unchanged files, and of one that must not replace another', async () => {
    const folder = scratchDirectory();
    const other = join(folder, 'demo-call.json');
    writeFileSync(other, '{}');
    for (const [status, file] of [
      [0, 'fixtures/demo-call.json'],
      [1, other],
    ] as const) {
      const run = await runCli(['upload', CALL, file, 's3://recordings/dumps/', '--json'], { env });
      expect(run.status).toBe(status);
      expectDocument('upload', run.stdout);
    }
  });
});

/** Runs a command with `--json` in an empty folder with the fixtures. */
async function inScratch(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const cwd = scratchDirectory();
  symlinkSync(join(ROOT, 'fixtures'), join(cwd, 'fixtures'));
  return await runCli([...args, '--json'], { cwd, env });
}
